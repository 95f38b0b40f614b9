import { and, asc, countDistinct, desc, eq, inArray, lt, notInArray, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { relations, relationTags, tagGroups, tags } from './tables.ts'

type TagRow = typeof tags.$inferSelect
type TagGroupRow = typeof tagGroups.$inferSelect

const FRESHER = (column: string) => sql.raw(`IF(VALUES(seen_at) >= seen_at, VALUES(${column}), ${column})`)

/** The corp tags of one corp, as WeCom last told them. */
export function tagsOf(q: Queries, corpId: number) {
  return {
    async groups(): Promise<TagGroupRow[]> {
      return await q.select().from(tagGroups).where(eq(tagGroups.corpId, corpId)).orderBy(desc(tagGroups.sortOrder), asc(tagGroups.madeAt), asc(tagGroups.groupId))
    },
    async all(): Promise<TagRow[]> {
      return await q.select().from(tags).where(eq(tags.corpId, corpId)).orderBy(desc(tags.sortOrder), asc(tags.madeAt), asc(tags.tagId))
    },
    async byIds(tagIds: readonly string[]): Promise<TagRow[]> {
      if (tagIds.length === 0) return []
      return await q.select().from(tags).where(and(eq(tags.corpId, corpId), inArray(tags.tagId, [...tagIds])))
    },
    async saveGroups(rows: readonly Omit<TagGroupRow, 'corpId' | 'locked'>[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(tagGroups).values(rows.map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({ set: { name: FRESHER('name'), sortOrder: FRESHER('sort_order'), madeAt: FRESHER('made_at'), seenAt: FRESHER('seen_at') } })
    },
    async saveTags(rows: readonly Omit<TagRow, 'corpId' | 'locked'>[]): Promise<void> {
      for (let i = 0; i < rows.length; i += 500) {
        await q.insert(tags).values(rows.slice(i, i + 500).map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({
          set: { groupId: FRESHER('group_id'), name: FRESHER('name'), sortOrder: FRESHER('sort_order'), madeAt: FRESHER('made_at'), seenAt: FRESHER('seen_at') },
        })
      }
    },
    /** Tags not named by an answer that had to name them. */
    async unseen(since: number, within?: { groupId: string; except: readonly string[] }): Promise<string[]> {
      const rows = await q.select({ tagId: tags.tagId }).from(tags).where(and(
        eq(tags.corpId, corpId), lt(tags.seenAt, since),
        within ? and(eq(tags.groupId, within.groupId), within.except.length > 0 ? notInArray(tags.tagId, [...within.except]) : undefined) : undefined,
      ))
      return rows.map((row) => row.tagId)
    },
    /** WeCom has said who may not change it: we. */
    async lock(id: string): Promise<void> {
      await q.update(tags).set({ locked: 1 }).where(and(eq(tags.corpId, corpId), eq(tags.tagId, id)))
      await q.update(tagGroups).set({ locked: 1 }).where(and(eq(tagGroups.corpId, corpId), eq(tagGroups.groupId, id)))
    },
    /** Customers of the whole corp who carry a tag. Index relation_tags_tag. */
    async carriers(tagId: string): Promise<number> {
      const [row] = await q.select({ people: countDistinct(relations.customerId) }).from(relationTags)
        .innerJoin(relations, and(eq(relations.corpId, relationTags.corpId), eq(relations.id, relationTags.relationId)))
        .where(and(eq(relationTags.corpId, corpId), eq(relationTags.tagKey, tagId), eq(relations.state, 'active')))
      return row?.people ?? 0
    },
    async removeTags(tagIds: readonly string[]): Promise<void> {
      if (tagIds.length > 0) await q.delete(tags).where(and(eq(tags.corpId, corpId), inArray(tags.tagId, [...tagIds])))
    },
    /** Groups that have no tag left: WeCom deletes them with their last tag (wecom-api/03 §2). */
    async removeEmptyGroups(): Promise<void> {
      await q.delete(tagGroups).where(and(eq(tagGroups.corpId, corpId), sql`NOT EXISTS (SELECT 1 FROM ${tags} WHERE ${tags.corpId} = ${tagGroups.corpId} AND ${tags.groupId} = ${tagGroups.groupId})`))
    },
    /** Takes a tag off at most `limit` relations; gives how many. */
    async takeOff(tagId: string, limit: number): Promise<number> {
      const [result] = await q.delete(relationTags).where(and(eq(relationTags.corpId, corpId), eq(relationTags.tagKey, tagId))).limit(limit)
      return result.affectedRows
    },
    /** Customers per tag within a data scope. */
    async people(scope: SQL | undefined): Promise<Map<string, number>> {
      const rows = await q.select({ tagId: relationTags.tagKey, people: countDistinct(relations.customerId) }).from(relations)
        .innerJoin(relationTags, and(eq(relationTags.corpId, relations.corpId), eq(relationTags.relationId, relations.id)))
        .where(and(eq(relations.corpId, corpId), eq(relations.state, 'active'), eq(relationTags.kind, 'wecom'), scope)).groupBy(relationTags.tagKey)
      return new Map(rows.map((row) => [row.tagId, row.people]))
    },
  }
}
