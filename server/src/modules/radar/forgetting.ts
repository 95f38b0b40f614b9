import { and, eq, inArray, isNull, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { RadarNeeds } from './needs.ts'
import { customerHeat, shares, viewPages, views, visitors } from './tables.ts'
import { keysOf } from './watch/opening-notices.ts'

const AT_ONCE = 200

/**
 * Forgets what a customer read (SYS-17): her views with their pages, her devices, what was told of her readings, and to whom
 * links were addressed. The links themselves, and how often materials were sent and opened on a day, stay. Repeatable.
 */
export function createForgetting(platform: Platform, needs: Pick<RadarNeeds, 'notices'>) {
  const { db } = platform

  /** Deletes views piece by piece, with their pages and notices. */
  async function deleteViews(corpId: number, which: SQL | undefined): Promise<void> {
    for (let more = true; more;) {
      const found = await db.select({ id: views.id }).from(views).where(and(eq(views.corpId, corpId), which)).limit(AT_ONCE)
      const ids = found.map((view) => view.id)
      if (ids.length > 0) {
        await inTransaction(db, async (tx) => {
          await needs.notices.forget(tx, corpId, ids.flatMap(keysOf))
          await tx.delete(viewPages).where(and(eq(viewPages.corpId, corpId), inArray(viewPages.viewId, ids)))
          await tx.delete(views).where(and(eq(views.corpId, corpId), inArray(views.id, ids)))
        })
      }
      more = ids.length === AT_ONCE
    }
  }

  /** Frees links from their addressee; notices of others' readings of such a link name her as well. */
  async function freeShares(corpId: number, customerId: number): Promise<void> {
    for (let more = true; more;) {
      const found = await db.select({ id: shares.id, staffId: shares.staffId }).from(shares).where(and(eq(shares.corpId, corpId), eq(shares.customerId, customerId))).limit(AT_ONCE)
      const ids = found.map((share) => share.id)
      if (ids.length > 0) {
        const staffIds = [...new Set(found.map((share) => share.staffId))]
        const others = await db.select({ id: views.id }).from(views).where(and(eq(views.corpId, corpId), inArray(views.staffId, staffIds), inArray(views.shareId, ids)))
        await inTransaction(db, async (tx) => {
          for (let i = 0; i < others.length; i += AT_ONCE) await needs.notices.forget(tx, corpId, others.slice(i, i + AT_ONCE).flatMap((view) => keysOf(view.id)))
          await tx.update(shares).set({ customerId: null, boundVisitor: null }).where(and(eq(shares.corpId, corpId), inArray(shares.id, ids)))
        })
      }
      more = ids.length === AT_ONCE
    }
  }

  return async ({ corpId, customerId, externalUserId }: { corpId: number; customerId: number; externalUserId: string }): Promise<void> => {
    const hers = and(eq(visitors.corpId, corpId), or(eq(visitors.customerId, customerId), eq(visitors.externalUserId, externalUserId)))
    const devices = (await db.select({ visitorId: visitors.visitorId }).from(visitors).where(hers)).map((visitor) => visitor.visitorId)
    await deleteViews(corpId, eq(views.customerId, customerId))
    // What she opened before she was known.
    if (devices.length > 0) await deleteViews(corpId, and(inArray(views.visitorId, devices), isNull(views.customerId)))
    await freeShares(corpId, customerId)
    await db.delete(customerHeat).where(and(eq(customerHeat.corpId, corpId), eq(customerHeat.customerId, customerId)))
    await db.delete(visitors).where(hers)
  }
}
