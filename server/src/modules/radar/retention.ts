import { and, asc, eq, gt, inArray, lt } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, encodeCursor } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { COLD_AFTER_MS } from './figures/heat.ts'
import { customerHeat, viewPages, views, visitors } from './tables.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A device that signed in and has no view: its first one may still be on the way. */
const ON_THE_WAY_MS = DAY_MS

/**
 * Views go with their pages, and readers with their last view, when their corp has kept them long enough. The sums per day stay.
 * Shares stay, too: their links keep working.
 * @param keepsViewsMs how long a corp keeps views
 */
export function radarRetention({ db, config }: Platform, keepsViewsMs: (corpId: number) => Promise<number>): Retention[] {
  /** The corp whose views have gone, as far as they were due; 0 before the first. */
  let done = 0
  /** Where the round through old readers has come to: most of them still read. */
  let passed: string | undefined
  const order = [visitors.createdAt, visitors.corpId, visitors.visitorId]

  return [{
    what: 'views',
    // Corp by corp, each by its own index: what one of them keeps for long is in nobody's way.
    async forget(now, piece) {
      const [next] = await db.select({ corpId: views.corpId }).from(views).where(gt(views.corpId, done)).orderBy(asc(views.corpId)).limit(1)
      if (!next) {
        done = 0
        return { gone: 0, more: false }
      }
      const { corpId } = next
      const due = await db.select({ id: views.id, visitorId: views.visitorId }).from(views)
        .where(and(eq(views.corpId, corpId), lt(views.openedAt, now - await keepsViewsMs(corpId)))).orderBy(asc(views.openedAt)).limit(piece)
      if (due.length > 0) {
        const ids = due.map((view) => view.id)
        await inTransaction(db, async (tx) => {
          await tx.delete(viewPages).where(and(eq(viewPages.corpId, corpId), inArray(viewPages.viewId, ids)))
          await tx.delete(views).where(and(eq(views.corpId, corpId), inArray(views.id, ids)))
          await forgetIdle(tx, corpId, [...new Set(due.map((view) => view.visitorId))], now - ON_THE_WAY_MS)
        })
      }
      if (due.length < piece) done = corpId
      return { gone: due.length, more: true }
    },
  }, {
    what: 'readers without views',
    async forget(now, piece) {
      const old = await db.select({ corpId: visitors.corpId, visitorId: visitors.visitorId, createdAt: visitors.createdAt }).from(visitors)
        .where(and(lt(visitors.createdAt, now - config.retention.viewsMs), afterCursor(passed, order, 'asc'))).orderBy(...order).limit(piece)
      let gone = 0
      for (const [corpId, ids] of byCorp(old)) gone += await forgetIdle(db, corpId, ids, now - ON_THE_WAY_MS)
      const last = old.at(-1)
      passed = last && old.length === piece ? encodeCursor([last.createdAt, last.corpId, last.visitorId]) : undefined
      return { gone, more: passed !== undefined }
    },
  }, {
    what: 'heat of customers',
    async forget(now, piece) {
      const [gone] = await db.delete(customerHeat).where(lt(customerHeat.lastAt, now - COLD_AFTER_MS)).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}

/** Deletes those of these readers who have no view any more. @returns how many */
async function forgetIdle(q: Queries, corpId: number, visitorIds: readonly string[], createdBefore: number): Promise<number> {
  const read = await q.selectDistinct({ visitorId: views.visitorId }).from(views).where(and(eq(views.corpId, corpId), inArray(views.visitorId, [...visitorIds])))
  const reading = new Set(read.map((view) => view.visitorId))
  const idle = visitorIds.filter((id) => !reading.has(id))
  if (idle.length === 0) return 0
  return (await q.delete(visitors).where(and(eq(visitors.corpId, corpId), inArray(visitors.visitorId, idle), lt(visitors.createdAt, createdBefore))))[0].affectedRows
}

function byCorp(rows: readonly { corpId: number; visitorId: string }[]): Map<number, string[]> {
  const found = new Map<number, string[]>()
  for (const { corpId, visitorId } of rows) found.set(corpId, [...(found.get(corpId) ?? []), visitorId])
  return found
}
