import { and, count, desc, eq, gt, gte, inArray, max, sql } from 'drizzle-orm'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { customerHeat, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { pointsAt, warmer } from './heat.ts'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000
/** A customer read by the links of several members has a row for each: so many rows are looked at for one shown. */
const ROWS_PER_CUSTOMER = 3
/** Less than this many points is nothing any more. */
const COLD = 0.05

/**
 * The hottest customers of the viewer's scope. The first rows of an index (figures/heat.ts) and a few looks at the views of just
 * those customers, however many there are.
 */
export function createHotCustomers({ db, clock }: Platform, needs: RadarNeeds) {
  return async (viewer: Viewer, limit: number): Promise<AnswerOf<'GET /api/radar/hot-customers'>> => {
    const now = clock.now()
    const mine = and(eq(customerHeat.corpId, viewer.corpId), withinScope(viewer, customerHeat.staffId))
    const first = await db.select({ customerId: customerHeat.customerId }).from(customerHeat).where(mine).orderBy(desc(customerHeat.heat)).limit(limit * ROWS_PER_CUSTOMER)
    const candidates = [...new Set(first.map((row) => row.customerId))]
    if (candidates.length === 0) return { items: [] }
    const rows = await db.select({ customerId: customerHeat.customerId, staffId: customerHeat.staffId, heat: customerHeat.heat, lastAt: customerHeat.lastAt }).from(customerHeat).where(and(mine, inArray(customerHeat.customerId, candidates)))
    const hottest = candidates.map((customerId) => {
      const hers = rows.filter((row) => row.customerId === customerId).sort((a, b) => b.heat - a.heat)
      return { customerId, staffId: hers[0]?.staffId ?? 0, heat: hers.map((row) => row.heat).reduce(warmer), lastAt: Math.max(...hers.map((row) => row.lastAt)) }
    }).filter((one) => pointsAt(one.heat, now) >= COLD).sort((a, b) => b.heat - a.heat).slice(0, limit)

    const ids = hottest.map((one) => one.customerId)
    const [week, names, staff] = await Promise.all([
      ids.length === 0 ? [] : db.select({ customerId: views.customerId, opens: count(), visibleMs: sql<number>`SUM(${views.visibleMs})`.mapWith(Number), lastAt: max(views.openedAt) }).from(views)
        .where(and(eq(views.corpId, viewer.corpId), inArray(views.customerId, ids), gte(views.openedAt, now - WEEK_MS), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId))).groupBy(views.customerId),
      needs.customers.customerNames(db, viewer.corpId, ids), needs.identity.staffRefs(viewer.corpId, hottest.map((one) => one.staffId)),
    ])
    const latest = week.length === 0 ? [] : await db.select({ customerId: views.customerId, openedAt: views.openedAt, materialId: views.materialId }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), inArray(views.customerId, ids), inArray(views.openedAt, week.flatMap((row) => row.lastAt ?? []))))
    const titles = await needs.materials.titles(db, viewer.corpId, latest.map((view) => view.materialId))
    return {
      items: hottest.flatMap(({ customerId, staffId, heat, lastAt }) => {
        const known = names.get(customerId)
        if (!known) return []
        const read = week.find((row) => row.customerId === customerId)
        const last = latest.find((view) => view.customerId === customerId && view.openedAt === read?.lastAt)
        return [{
          customer: { customerId, name: known.name, avatar: known.avatar }, staff: staff.get(staffId) ?? null, heat: Math.round(pointsAt(heat, now) * 10) / 10,
          opens: read?.opens ?? 0, visibleMs: read?.visibleMs ?? 0, lastAt: read?.lastAt ?? lastAt, lastTitle: titles.get(last?.materialId ?? 0)?.title ?? null,
        }]
      }),
    }
  }
}
