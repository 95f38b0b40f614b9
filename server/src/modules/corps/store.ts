import { and, eq, gt, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { corps, setupTickets } from './tables.ts'
import type { CorpProofs } from './tables.ts'

export type CorpRow = typeof corps.$inferSelect

/** The tenants themselves: the one store that is not bound to a tenant. */
export function corpStore(q: Queries) {
  return {
    async byId(corpId: number): Promise<CorpRow | undefined> {
      return (await q.select().from(corps).where(eq(corps.id, corpId)))[0]
    },
    async byWecomId(wecomCorpId: string): Promise<CorpRow | undefined> {
      return (await q.select().from(corps).where(eq(corps.wecomCorpId, wecomCorpId)))[0]
    },
    async active(): Promise<CorpRow[]> {
      return await q.select().from(corps).where(eq(corps.suspended, 0)).orderBy(corps.id)
    },
    async all(): Promise<CorpRow[]> {
      return await q.select().from(corps).orderBy(corps.id)
    },
    async insert(row: typeof corps.$inferInsert): Promise<number> {
      const [result] = await q.insert(corps).values(row)
      return result.insertId
    },
    async update(corpId: number, changes: Partial<CorpRow>): Promise<void> {
      await q.update(corps).set({ ...changes, version: sql`${corps.version} + 1` }).where(eq(corps.id, corpId))
    },
    /** Adds proofs without losing those that another process adds at the same time. */
    async mergeProofs(corpId: number, proofs: Partial<CorpProofs>): Promise<void> {
      await q.update(corps).set({ proofs: sql`JSON_MERGE_PATCH(${corps.proofs}, ${JSON.stringify(proofs)})` }).where(eq(corps.id, corpId))
    },
    async addTicket(row: typeof setupTickets.$inferInsert): Promise<void> {
      await q.insert(setupTickets).values(row)
    },
    /** Takes a set-up link out of use and says for which corp it was. */
    async useTicket(ticketHash: string, now: number): Promise<number | null> {
      const [found] = await q.select().from(setupTickets).where(and(eq(setupTickets.ticketHash, ticketHash), gt(setupTickets.expiresAt, now)))
      if (!found) return null
      const [result] = await q.delete(setupTickets).where(eq(setupTickets.ticketHash, ticketHash))
      return result.affectedRows === 1 ? found.corpId : null
    },
  }
}
