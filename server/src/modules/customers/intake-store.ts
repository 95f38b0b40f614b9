import { and, desc, eq, inArray, lt, lte, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { customerEvents, customers, relations, relationTags, tags } from './tables.ts'

export type CustomerRecord = typeof customers.$inferSelect
export type RelationRecord = typeof relations.$inferSelect
export type RelationTagRecord = typeof relationTags.$inferSelect

/** What the intake of WeCom's answers reads and writes, for one corp. */
export function intakeOf(q: Queries, corpId: number) {
  return {
    async knownExternalIds(externalIds: readonly string[]): Promise<Set<string>> {
      if (externalIds.length === 0) return new Set()
      const rows = await q.select({ id: customers.externalUserId }).from(customers).where(and(eq(customers.corpId, corpId), inArray(customers.externalUserId, [...externalIds])))
      return new Set(rows.map((row) => row.id))
    },
    async addCustomers(rows: readonly Omit<typeof customers.$inferInsert, 'corpId'>[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(customers).values(rows.map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    /** Locks the customers: whoever writes about a customer holds this lock, so that writers take turns. */
    async lockCustomers(externalIds: readonly string[]): Promise<CustomerRecord[]> {
      if (externalIds.length === 0) return []
      return await q.select().from(customers).where(and(eq(customers.corpId, corpId), inArray(customers.externalUserId, [...externalIds]))).for('update')
    },
    async lockCustomer(customerId: number): Promise<CustomerRecord | undefined> {
      return (await q.select().from(customers).where(and(eq(customers.corpId, corpId), eq(customers.id, customerId))).for('update'))[0]
    },
    /** Locks the customers; gives the ids of those that are there. */
    async lockByIds(ids: readonly number[]): Promise<Set<number>> {
      if (ids.length === 0) return new Set()
      const rows = await q.select({ id: customers.id }).from(customers).where(and(eq(customers.corpId, corpId), inArray(customers.id, [...new Set(ids)]))).orderBy(customers.id).for('update')
      return new Set(rows.map((row) => row.id))
    },
    async saveCustomers(rows: readonly CustomerRecord[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(customers).values([...rows]).onDuplicateKeyUpdate({
        set: {
          name: sql`VALUES(name)`, avatar: sql`VALUES(avatar)`, type: sql`VALUES(type)`, gender: sql`VALUES(gender)`, unionId: sql`VALUES(union_id)`,
          corpName: sql`VALUES(corp_name)`, corpFullName: sql`VALUES(corp_full_name)`, position: sql`VALUES(position)`, syncedAt: sql`VALUES(synced_at)`,
        },
      })
    },
    async relations(customerIds: readonly number[], staffIds: readonly number[]): Promise<RelationRecord[]> {
      if (customerIds.length === 0 || staffIds.length === 0) return []
      return await q.select().from(relations).where(and(eq(relations.corpId, corpId), inArray(relations.customerId, [...customerIds]), inArray(relations.staffId, [...staffIds])))
    },
    async saveRelations(rows: readonly Omit<typeof relations.$inferInsert, 'corpId' | 'id'>[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(relations).values(rows.map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({
        set: {
          remark: sql`VALUES(remark)`, description: sql`VALUES(description)`, remarkCorp: sql`VALUES(remark_corp)`, phones: sql`VALUES(phones)`, addWay: sql`VALUES(add_way)`,
          channel: sql`VALUES(channel)`, operUserid: sql`VALUES(oper_userid)`, state: sql`VALUES(state)`, addedAt: sql`VALUES(added_at)`, endedAt: sql`VALUES(ended_at)`,
          syncedAt: sql`VALUES(synced_at)`,
        },
      })
    },
    /** WeCom named them again and nothing about them had changed. */
    async confirmRelations(ids: readonly number[], readAt: number): Promise<void> {
      if (ids.length === 0) return
      await q.update(relations).set({ syncedAt: readAt }).where(and(eq(relations.corpId, corpId), inArray(relations.id, [...ids]), lt(relations.syncedAt, readAt)))
    },
    async setRelation(relationId: number, changes: Partial<Omit<RelationRecord, 'id' | 'corpId'>>): Promise<void> {
      await q.update(relations).set(changes).where(and(eq(relations.corpId, corpId), eq(relations.id, relationId)))
    },
    /** The outcome of whatever was written to WeCom before this reading is known now. */
    async clearChecks(relationIds: readonly number[], readAt: number): Promise<void> {
      if (relationIds.length === 0) return
      await q.update(relations).set({ checkAt: null }).where(and(eq(relations.corpId, corpId), inArray(relations.id, [...relationIds]), lte(relations.checkAt, readAt)))
    },
    /** What could not be found out since `readAt` is tried again at `until`; an intent that came since then keeps its own moment. */
    async putOffCheck(relationId: number, readAt: number, until: number): Promise<void> {
      await q.update(relations).set({ checkAt: until }).where(and(eq(relations.corpId, corpId), eq(relations.id, relationId), lte(relations.checkAt, readAt)))
    },
    async tagsOn(relationIds: readonly number[]): Promise<RelationTagRecord[]> {
      if (relationIds.length === 0) return []
      return await q.select().from(relationTags).where(and(eq(relationTags.corpId, corpId), inArray(relationTags.relationId, [...relationIds])))
    },
    async addTags(rows: readonly Omit<RelationTagRecord, 'corpId'>[]): Promise<void> {
      for (let i = 0; i < rows.length; i += 500) {
        await q.insert(relationTags).values(rows.slice(i, i + 500).map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({ set: { name: sql`VALUES(name)`, group: sql`VALUES(group_name)` } })
      }
    },
    async removeTags(rows: readonly Pick<RelationTagRecord, 'relationId' | 'tagKey'>[]): Promise<void> {
      const byRelation = new Map<number, string[]>()
      for (const row of rows) byRelation.set(row.relationId, [...(byRelation.get(row.relationId) ?? []), row.tagKey])
      for (const [relationId, keys] of byRelation) {
        await q.delete(relationTags).where(and(eq(relationTags.corpId, corpId), eq(relationTags.relationId, relationId), inArray(relationTags.tagKey, keys)))
      }
    },
    async tagNames(tagIds: readonly string[]): Promise<Map<string, string>> {
      if (tagIds.length === 0) return new Map()
      const rows = await q.select({ tagId: tags.tagId, name: tags.name }).from(tags).where(and(eq(tags.corpId, corpId), inArray(tags.tagId, [...new Set(tagIds)])))
      return new Map(rows.map((row) => [row.tagId, row.name]))
    },
    /** When the friendship began that lasted at a moment in the past; null when the log does not tell. */
    async friendsSince(customerId: number, staffId: number, at: number): Promise<number | null> {
      const [row] = await q.select({ at: customerEvents.at }).from(customerEvents).where(and(
        eq(customerEvents.corpId, corpId), eq(customerEvents.customerId, customerId), inArray(customerEvents.kind, ['added', 'restored']),
        eq(customerEvents.staffId, staffId), lte(customerEvents.at, at),
      )).orderBy(desc(customerEvents.at)).limit(1)
      return row?.at ?? null
    },
    /** Members who are friends of a customer as far as we know, by her external_userid. */
    async friendsOf(externalUserId: string): Promise<{ customerId: number; staffId: number }[]> {
      return await q.select({ customerId: relations.customerId, staffId: relations.staffId }).from(relations)
        .innerJoin(customers, and(eq(customers.corpId, relations.corpId), eq(customers.id, relations.customerId)))
        .where(and(eq(relations.corpId, corpId), eq(customers.externalUserId, externalUserId), eq(relations.state, 'active'))).orderBy(relations.id)
    },
    /** Friendships of a member that WeCom did not name since a moment, by id. */
    async unseen(staffId: number, since: number, afterId: number, limit: number) {
      return await q.select({ relationId: relations.id, customerId: relations.customerId, externalUserId: customers.externalUserId }).from(relations)
        .innerJoin(customers, and(eq(customers.corpId, relations.corpId), eq(customers.id, relations.customerId)))
        .where(and(
          eq(relations.corpId, corpId), eq(relations.staffId, staffId), eq(relations.state, 'active'), lt(relations.syncedAt, since), sql`${relations.id} > ${afterId}`,
        )).orderBy(relations.id).limit(limit)
    },
  }
}
export type IntakeStore = ReturnType<typeof intakeOf>
