import { and, avg, between, count, desc, eq, gt, or, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { READING_NOW_MS, dayStart } from '@zhike/shared'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { friendshipsOf } from '../../customers/index.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { differentReaders } from './different-readers.ts'

type Today = AnswerOf<'GET /api/radar/today'>

const DAY_MS = 24 * 60 * 60 * 1000
const COLLEAGUES = 20
/** Figures of one scope are made once in this time. Shorter than a page waits after news before it asks again: it never gets older ones. */
const KEPT_MS = 2000
const KEPT = 1000

/** The day so far, and the same hours of the day before. Epoch ms. */
interface Hours { from: number; now: number; fromBefore: number; before: number }

/**
 * Figures of the corp's day so far against yesterday at the same time, within the viewer's scope (GEN-9, GEN-11).
 * A fixed number of queries over the index entries of two days, however many views and customers there are.
 */
export function createToday(platform: Platform, needs: RadarNeeds): (viewer: Viewer) => Promise<Today> {
  const { db, clock } = platform
  const kept = new Map<string, { today: Promise<Today>; at: number }>()

  /** From index views_opened alone; reading time of views that have ended. */
  async function opened(viewer: Viewer, hours: Hours) {
    const rows = await db.select({ today: isToday(views.openedAt, hours), opens: count(), readers: differentReaders, averageMs: avg(views.countedMs) }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), inHours(views.openedAt, hours), withinScope(viewer, views.staffId))).groupBy(sql`1`)
    const of = (today: number) => {
      const row = rows.find((one) => one.today === today)
      return { opens: row?.opens ?? 0, readers: row?.readers ?? 0, averageMs: Math.round(Number(row?.averageMs ?? 0)) }
    }
    return { today: of(1), before: of(0) }
  }

  async function opensByColleague(viewer: Viewer, { from, now }: Hours): Promise<Map<number, number>> {
    const rows = await db.select({ staffId: views.staffId, opens: count() }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), between(views.openedAt, from, now), withinScope(viewer, views.staffId))).groupBy(views.staffId).orderBy(desc(count())).limit(COLLEAGUES)
    return new Map(rows.map((row) => [row.staffId, row.opens]))
  }

  /** From index shares_sent alone. */
  async function sent(viewer: Viewer, hours: Hours) {
    const rows = await db.select({ today: isToday(shares.sentAt, hours), staffId: shares.staffId, n: count() }).from(shares)
      .where(and(eq(shares.corpId, viewer.corpId), eq(shares.state, 'sent'), inHours(shares.sentAt, hours), withinScope(viewer, shares.staffId))).groupBy(sql`1`, shares.staffId)
    const sum = (today: number) => rows.reduce((all, row) => all + (row.today === today ? row.n : 0), 0)
    return { today: sum(1), before: sum(0), byColleague: new Map(rows.flatMap((row) => (row.today === 1 ? [[row.staffId, row.n]] : []))) }
  }

  async function readingNow(viewer: Viewer, now: number): Promise<number> {
    const [row] = await db.select({ n: count() }).from(views)
      .where(and(eq(views.corpId, viewer.corpId), gt(views.lastSeenAt, now - READING_NOW_MS), eq(views.left, 0), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId)))
    return row?.n ?? 0
  }

  async function colleagues(viewer: Viewer, opens: ReadonlyMap<number, number>, sends: ReadonlyMap<number, number>): Promise<Today['colleagues']> {
    const found = [...new Set([...opens.keys(), ...sends.keys()])].map((staffId) => ({ staffId, opens: opens.get(staffId) ?? 0, shares: sends.get(staffId) ?? 0 }))
      .sort((a, b) => b.opens - a.opens || b.shares - a.shares).slice(0, COLLEAGUES)
    const refs = await needs.identity.staffRefs(viewer.corpId, found.map((one) => one.staffId))
    return found.flatMap(({ staffId, ...figures }) => {
      const staff = refs.get(staffId)
      return staff ? [{ staff, ...figures }] : []
    })
  }

  async function make(viewer: Viewer, now: number): Promise<Today> {
    const from = dayStart(now, viewer.corp.zone)
    const fromBefore = dayStart(from - DAY_MS / 2, viewer.corp.zone)
    const hours: Hours = { from, now, fromBefore, before: fromBefore + (now - from) }
    const friendships = friendshipsOf(db, viewer.corpId)
    const [reading, read, opens, shared, customers, customersBefore] = await Promise.all([
      readingNow(viewer, now), opened(viewer, hours), opensByColleague(viewer, hours), sent(viewer, hours),
      friendships.addedAndLost(viewer.owners, from, now), friendships.addedAndLost(viewer.owners, fromBefore, hours.before),
    ])
    return {
      readingNow: reading,
      figures: {
        opens: read.today.opens, opensBefore: read.before.opens, readers: read.today.readers, readersBefore: read.before.readers, shares: shared.today, sharesBefore: shared.before,
        averageMs: read.today.averageMs, averageMsBefore: read.before.averageMs,
        newCustomers: customers.added, newCustomersBefore: customersBefore.added, lost: customers.lost, lostBefore: customersBefore.lost,
      },
      colleagues: await colleagues(viewer, opens, shared.byColleague),
    }
  }

  return async (viewer) => {
    const now = clock.now()
    const key = `${viewer.corpId}:${viewer.owners.all ? 'all' : viewer.owners.staffIds.join()}`
    const known = kept.get(key)
    if (known && now - known.at < KEPT_MS) return await known.today
    const today = make(viewer, now)
    if (kept.size >= KEPT) kept.clear()
    kept.set(key, { today, at: now })
    // What failed is asked again by the next one; the caller hears of it below.
    today.catch(() => kept.delete(key))
    return await today
  }
}

const isToday = (column: MySqlColumn, { from }: Hours) => sql<number>`${column} >= ${sql.param(from, column)}`.mapWith(Number)
const inHours = (column: MySqlColumn, { from, now, fromBefore, before }: Hours) => or(between(column, from, now), between(column, fromBefore, before))
