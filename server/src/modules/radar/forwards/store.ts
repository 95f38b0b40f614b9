import { and, desc, eq, gt, inArray, isNotNull, max, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import type { ChainReading } from './tree.ts'

/** A link that was passed on: how many copies came of it, and how far. */
export interface Chain { rootId: number; copies: number; depth: number; lastId: number }

/** Links that readers passed on, and who read the copies. */
export function forwardsOf(q: Queries, corpId: number) {
  return {
    /** Chains of a material, the one passed on last first, one more than `limit`. Index shares_forwards, and nothing else. */
    async chains(materialId: number, scope: SQL | undefined, { skip = 0, limit }: { skip?: number; limit: number }): Promise<Chain[]> {
      const last = max(shares.id)
      const rows = await q.select({ rootId: shares.rootId, copies: sql<number>`COUNT(*)`.mapWith(Number), depth: max(shares.depth), lastId: last }).from(shares)
        .where(and(eq(shares.corpId, corpId), eq(shares.materialId, materialId), isNotNull(shares.rootId), scope)).groupBy(shares.rootId).orderBy(desc(last)).limit(limit + 1).offset(skip)
      return rows.flatMap((row) => (row.rootId === null ? [] : [{ rootId: row.rootId, copies: row.copies, depth: row.depth ?? 1, lastId: row.lastId ?? 0 }]))
    },
    /** Who read these links, one row per device and link; the first ones first. Index views_share. */
    async readings(shareIds: readonly number[], limit: number): Promise<ChainReading[]> {
      if (shareIds.length === 0) return []
      const first = sql<number>`MIN(${views.id})`.mapWith(Number)
      return await q.select({
        shareId: views.shareId, visitorId: views.visitorId, customerId: views.customerId, reader: views.reader, opens: sql<number>`COUNT(*)`.mapWith(Number),
        visibleMs: sql<number>`SUM(${views.visibleMs})`.mapWith(Number), lastAt: sql<number>`MAX(${views.lastSeenAt})`.mapWith(views.lastSeenAt), viewId: first,
      }).from(views).where(and(eq(views.corpId, corpId), inArray(views.shareId, [...shareIds]), gt(views.announced, VIEW_STATE.fresh)))
        .groupBy(views.shareId, views.visitorId, views.customerId, views.reader).orderBy(first).limit(limit)
    },
  }
}
