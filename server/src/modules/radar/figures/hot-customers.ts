import { and, count, desc, eq, gt, gte, inArray, max, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { friendshipsOf } from '../../customers/index.ts'
import { mayOwn, withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { customerHeat, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { COLD, pointsAt, warmer } from './heat.ts'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000
/** A customer read by the links of several members has a row for each: so many rows are looked at for one shown. */
const ROWS_PER_CUSTOMER = 3

/**
 * The hottest customers of the viewer's scope. The first rows of an index (figures/heat.ts) and a few looks at the views of just
 * those customers, however many there are.
 */
export function createHotCustomers({ db, clock }: Platform, needs: RadarNeeds) {
  /** Which of these customers' views she may know to be theirs: all of them when a friend is within her scope, else what was sent to them within it. */
  async function known(viewer: Viewer, customerIds: readonly number[]): Promise<SQL | undefined> {
    if (viewer.owners.all) return undefined
    const owners = await friendshipsOf(db, viewer.corpId).activeOwners(customerIds)
    const befriended = customerIds.filter((customerId) => owners.get(customerId)?.some((staffId) => mayOwn(viewer, staffId)))
    return or(befriended.length > 0 ? inArray(views.customerId, befriended) : undefined, and(eq(views.reader, 'customer'), withinScope(viewer, views.staffId)))
  }

  return async (viewer: Viewer, limit: number): Promise<AnswerOf<'GET /api/radar/hot-customers'>> => {
    const now = clock.now()
    const mine = and(eq(customerHeat.corpId, viewer.corpId), withinScope(viewer, customerHeat.staffId))
    const first = await db.select({ customerId: customerHeat.customerId }).from(customerHeat).where(mine).orderBy(desc(customerHeat.heat)).limit(limit * ROWS_PER_CUSTOMER)
    const candidates = [...new Set(first.map((row) => row.customerId))]
    if (candidates.length === 0) return { items: [] }
    const rows = await db.select({ customerId: customerHeat.customerId, staffId: customerHeat.staffId, heat: customerHeat.heat, lastAt: customerHeat.lastAt }).from(customerHeat).where(and(mine, inArray(customerHeat.customerId, candidates)))
    const hottest = candidates.map((customerId) => {
      const of = rows.filter((row) => row.customerId === customerId).sort((a, b) => b.heat - a.heat)
      return { customerId, staffId: of[0]?.staffId ?? 0, heat: of.map((row) => row.heat).reduce(warmer), lastAt: Math.max(...of.map((row) => row.lastAt)) }
    }).filter((one) => pointsAt(one.heat, now) >= COLD).sort((a, b) => b.heat - a.heat).slice(0, limit)

    const ids = hottest.map((one) => one.customerId)
    if (ids.length === 0) return { items: [] }
    const hers = and(eq(views.corpId, viewer.corpId), inArray(views.customerId, ids), gt(views.announced, VIEW_STATE.fresh), await known(viewer, ids))
    const [week, names, staff] = await Promise.all([
      db.select({ customerId: views.customerId, opens: count(), visibleMs: sql<number>`SUM(${views.visibleMs})`.mapWith(Number), lastAt: max(views.openedAt) }).from(views)
        .where(and(hers, gte(views.openedAt, now - WEEK_MS))).groupBy(views.customerId),
      needs.customers.customerNames(db, viewer.corpId, ids), needs.identity.staffRefs(viewer.corpId, hottest.map((one) => one.staffId)),
    ])
    const latest = week.length === 0 ? [] : await db.select({ customerId: views.customerId, openedAt: views.openedAt, materialId: views.materialId }).from(views)
      .where(and(hers, inArray(views.openedAt, week.flatMap((row) => row.lastAt ?? []))))
    const titles = await needs.materials.titles(db, viewer.corpId, latest.map((view) => view.materialId))
    return {
      items: hottest.flatMap(({ customerId, staffId, heat, lastAt }) => {
        const customer = names.get(customerId)
        if (!customer) return []
        const read = week.find((row) => row.customerId === customerId)
        const last = latest.find((view) => view.customerId === customerId && view.openedAt === read?.lastAt)
        return [{
          customer: { customerId, name: customer.name, avatar: customer.avatar }, staff: staff.get(staffId) ?? null, heat: Math.round(pointsAt(heat, now) * 10) / 10,
          opens: read?.opens ?? 0, visibleMs: read?.visibleMs ?? 0, lastAt: read?.lastAt ?? lastAt, lastTitle: titles.get(last?.materialId ?? 0)?.title ?? null,
        }]
      }),
    }
  }
}
