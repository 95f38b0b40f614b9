import { and, eq, getTableColumns, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { autoTags, customerErasures, customerEvents, customers, customerScores, relations, relationTags } from '../tables.ts'

export type ErasureRow = typeof customerErasures.$inferSelect

/** Erasures of one corp, and the customers' own rows that they delete. */
export function erasuresOf(q: Queries, corpId: number) {
  const own = (id: number) => and(eq(customerErasures.corpId, corpId), eq(customerErasures.id, id))
  return {
    async begin(row: Pick<ErasureRow, 'personKey' | 'person' | 'customerId' | 'erasedAt' | 'requestedBy' | 'dueAt'>): Promise<void> {
      await q.insert(customerErasures).values({ ...row, corpId })
    },
    /** Erasures that stand, of these people: the latest of each. */
    async standing(keys: readonly Buffer[]): Promise<Pick<ErasureRow, 'personKey' | 'erasedAt'>[]> {
      if (keys.length === 0) return []
      return await q.select({ personKey: customerErasures.personKey, erasedAt: customerErasures.erasedAt }).from(customerErasures)
        .where(and(eq(customerErasures.corpId, corpId), inArray(customerErasures.personKey, [...keys]), isNull(customerErasures.liftedAt))).orderBy(customerErasures.erasedAt)
    },
    /** Does an erasure of this person stand? A current read, locked. */
    async lockStanding(personKey: Buffer): Promise<boolean> {
      const rows = await q.select({ id: customerErasures.id }).from(customerErasures)
        .where(and(eq(customerErasures.corpId, corpId), eq(customerErasures.personKey, personKey), isNull(customerErasures.liftedAt))).for('update')
      return rows.length > 0
    },
    /** The person may be known again. */
    async lift(personKey: Buffer, at: number): Promise<void> {
      await q.update(customerErasures).set({ liftedAt: at }).where(and(eq(customerErasures.corpId, corpId), eq(customerErasures.personKey, personKey), isNull(customerErasures.liftedAt)))
    },
    /** Puts the next pass off until `leaseUntil`; false when another process was quicker. */
    async claim(id: number, dueAt: number, leaseUntil: number): Promise<boolean> {
      const [result] = await q.update(customerErasures).set({ dueAt: leaseUntil }).where(and(own(id), eq(customerErasures.dueAt, dueAt)))
      return result.affectedRows === 1
    },
    /** A pass is through: another one is due at a moment, or (null) nothing is left to do and nobody can tell any more who it was. */
    async passed(id: number, passes: number, dueAt: number | null): Promise<void> {
      await q.update(customerErasures).set({ passes, dueAt, ...(dueAt === null ? { person: null } : {}) }).where(own(id))
      if (dueAt === null) await q.delete(customerErasures).where(and(own(id), isNotNull(customerErasures.liftedAt)))
    },
    /** The customer with everything but her log; the caller has locked her row. Gives how many friendships there were. */
    async removeCustomer(customerId: number): Promise<number> {
      const hers = and(eq(relations.corpId, corpId), eq(relations.customerId, customerId))
      await q.delete(relationTags).where(and(eq(relationTags.corpId, corpId), inArray(relationTags.relationId, sql`(SELECT id FROM ${relations} WHERE ${hers})`)))
      await q.delete(autoTags).where(and(eq(autoTags.corpId, corpId), eq(autoTags.customerId, customerId)))
      await q.delete(customerScores).where(and(eq(customerScores.corpId, corpId), eq(customerScores.customerId, customerId)))
      const [result] = await q.delete(relations).where(hers)
      await q.delete(customers).where(and(eq(customers.corpId, corpId), eq(customers.id, customerId)))
      return result.affectedRows
    },
    /** Deletes at most `limit` rows of a customer's log; gives how many. */
    async removeEvents(customerId: number, limit: number): Promise<number> {
      const [result] = await q.delete(customerEvents).where(and(eq(customerEvents.corpId, corpId), eq(customerEvents.customerId, customerId))).limit(limit)
      return result.affectedRows
    },
  }
}

/** Erasures of any corp with something left to do, for the worker: corps take turns, so none holds up the others. */
export async function dueErasures(q: Queries, now: number, limit: number): Promise<ErasureRow[]> {
  const turn = sql<number>`ROW_NUMBER() OVER (PARTITION BY ${customerErasures.corpId} ORDER BY ${customerErasures.dueAt}, ${customerErasures.id})`.as('turn')
  const due = q.select({ ...getTableColumns(customerErasures), turn }).from(customerErasures).where(lte(customerErasures.dueAt, now)).as('due')
  return await q.select().from(due).orderBy(due.turn, due.dueAt).limit(limit)
}
