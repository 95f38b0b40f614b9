import { and, avg, count, countDistinct, desc, eq, gt, gte, lte } from 'drizzle-orm'
import { READING_NOW_MS, dayStart } from '@zhike/shared'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { friendshipsOf } from '../../customers/index.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'

export type Today = AnswerOf<'GET /api/radar/today'>

const DAY_MS = 24 * 60 * 60 * 1000
const COLLEAGUES = 20

/** Figures of the corp's day so far against yesterday at the same time, within the viewer's scope (GEN-9, GEN-11). */
export function createToday(platform: Platform, needs: RadarNeeds) {
  const { db, clock } = platform

  async function opened(viewer: Viewer, from: number, to: number) {
    const [row] = await db.select({ opens: count(), readers: countDistinct(views.visitorId), averageMs: avg(views.visibleMs) }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), gte(views.openedAt, from), lte(views.openedAt, to), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId)))
    return { opens: row?.opens ?? 0, readers: row?.readers ?? 0, averageMs: Math.round(Number(row?.averageMs ?? 0)) }
  }

  async function sent(viewer: Viewer, from: number, to: number): Promise<number> {
    const [row] = await db.select({ n: count() }).from(shares)
      .where(and(eq(shares.corpId, viewer.corpId), eq(shares.state, 'sent'), gte(shares.sentAt, from), lte(shares.sentAt, to), withinScope(viewer, shares.staffId)))
    return row?.n ?? 0
  }

  async function readingNow(viewer: Viewer, now: number): Promise<number> {
    const [row] = await db.select({ n: count() }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), gt(views.lastSeenAt, now - READING_NOW_MS), eq(views.left, 0), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId)))
    return row?.n ?? 0
  }

  async function colleagues(viewer: Viewer, from: number): Promise<Today['colleagues']> {
    const sharesOfDay = db.select({ staffId: shares.staffId, n: count() }).from(shares)
      .where(and(eq(shares.corpId, viewer.corpId), eq(shares.state, 'sent'), gte(shares.sentAt, from), withinScope(viewer, shares.staffId))).groupBy(shares.staffId).orderBy(desc(count())).limit(COLLEAGUES)
    const opensOfDay = db.select({ staffId: views.staffId, n: count() }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), gte(views.openedAt, from), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId))).groupBy(views.staffId).orderBy(desc(count())).limit(COLLEAGUES)
    const [sharers, opened] = await Promise.all([sharesOfDay, opensOfDay])
    const found = new Map<number, { shares: number; opens: number }>()
    for (const row of sharers) found.set(row.staffId, { shares: row.n, opens: 0 })
    for (const row of opened) found.set(row.staffId, { shares: found.get(row.staffId)?.shares ?? 0, opens: row.n })
    const refs = await needs.identity.staffRefs(viewer.corpId, [...found.keys()])
    return [...found].flatMap(([staffId, figures]) => {
      const staff = refs.get(staffId)
      return staff ? [{ staff, ...figures }] : []
    }).sort((a, b) => b.opens - a.opens || b.shares - a.shares).slice(0, COLLEAGUES)
  }

  return async (viewer: Viewer): Promise<Today> => {
    const now = clock.now()
    const from = dayStart(now, viewer.corp.zone)
    const fromBefore = dayStart(from - DAY_MS / 2, viewer.corp.zone)
    const before = fromBefore + (now - from)
    const customersIn = (start: number, end: number) => friendshipsOf(db, viewer.corpId).addedAndLost(viewer.owners, start, end)
    const [reading, views, viewsBefore, shares, sharesBefore, customers, customersBefore, people] = await Promise.all([
      readingNow(viewer, now), opened(viewer, from, now), opened(viewer, fromBefore, before), sent(viewer, from, now), sent(viewer, fromBefore, before),
      customersIn(from, now), customersIn(fromBefore, before), colleagues(viewer, from),
    ])
    return {
      readingNow: reading,
      figures: {
        opens: views.opens, opensBefore: viewsBefore.opens, readers: views.readers, readersBefore: viewsBefore.readers, shares, sharesBefore,
        averageMs: views.averageMs, averageMsBefore: viewsBefore.averageMs,
        newCustomers: customers.added, newCustomersBefore: customersBefore.added, lost: customers.lost, lostBefore: customersBefore.lost,
      },
      colleagues: people,
    }
  }
}
