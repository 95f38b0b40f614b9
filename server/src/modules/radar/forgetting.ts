import { and, eq, inArray, isNull, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { RadarNeeds } from './needs.ts'
import { customerHeat, shares, viewPages, views, visitors } from './tables.ts'
import { keysOf } from './messages/keys.ts'

const AT_ONCE = 200

interface Forgotten { corpId: number; customerId: number; externalUserId: string; unionId: string | null }

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

  /** Her devices: those that were named as hers, and all on which one of them has shown the same person at the corp's official account. */
  async function devicesOf({ corpId, customerId, externalUserId, unionId }: Forgotten): Promise<SQL | undefined> {
    const mine = eq(visitors.corpId, corpId)
    const named = or(eq(visitors.customerId, customerId), eq(visitors.externalUserId, externalUserId))
    // A device that was only guessed to be hers may have shown somebody else.
    const ids = await db.select({ accountOpenId: visitors.accountOpenId, unionId: visitors.unionId }).from(visitors).where(and(mine, named, eq(visitors.knownBy, 'wechat')))
    const openIds = ids.flatMap((device) => device.accountOpenId ?? [])
    const unionIds = [...ids.flatMap((device) => device.unionId ?? []), ...(unionId === null ? [] : [unionId])]
    return and(mine, or(named, openIds.length > 0 ? inArray(visitors.accountOpenId, openIds) : undefined, unionIds.length > 0 ? inArray(visitors.unionId, unionIds) : undefined))
  }

  return async (person: Forgotten): Promise<void> => {
    const { corpId, customerId } = person
    const hers = await devicesOf(person)
    const devices = (await db.select({ visitorId: visitors.visitorId }).from(visitors).where(hers)).map((visitor) => visitor.visitorId)
    await deleteViews(corpId, eq(views.customerId, customerId))
    // What she opened before she was known.
    if (devices.length > 0) await deleteViews(corpId, and(inArray(views.visitorId, devices), isNull(views.customerId)))
    await freeShares(corpId, customerId)
    await db.delete(customerHeat).where(and(eq(customerHeat.corpId, corpId), eq(customerHeat.customerId, customerId)))
    await db.delete(visitors).where(hers)
  }
}
