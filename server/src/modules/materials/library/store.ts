import { and, asc, count, desc, eq, getTableColumns, gt, inArray, isNull, like, lt, notLike, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Framing, MaterialType } from '@zhike/shared'
import type { Queries } from '../../../platform/db/connect.ts'
import { afterCursor } from '../../../platform/db/keyset.ts'
import type { PageAt } from '../../../platform/db/keyset.ts'
import { contains } from '../../../platform/db/like.ts'
import type { FileRow } from '../files/files-store.ts'
import { filesOf } from '../files/files-store.ts'
import { materialArticles, materialFavourites, materialFiles, materialGroups, materials } from '../tables.ts'
import type { Library } from './groups-store.ts'
import type { Reach } from './reach.ts'
import { TYPED_MARK, searchWords } from './search-text.ts'

export interface MaterialFilter { q?: string; groupId?: number; type?: MaterialType }
type MaterialValues = typeof materials.$inferInsert
type MaterialRow = typeof materials.$inferSelect
/** A material with its group's name, the files it is made of in their order, and its own cover. */
export type MaterialWithFiles = MaterialRow & { groupName: string | null; files: readonly FileRow[]; coverFile: FileRow | null }

/** Materials of one corp's libraries. */
export function materialsOf(q: Queries, corpId: number) {
  const mine = eq(materials.corpId, corpId)
  const one = (materialId: number) => and(mine, eq(materials.id, materialId))
  const within = ({ scope, ownerId }: Library) => and(mine, eq(materials.scope, scope), eq(materials.ownerId, ownerId), isNull(materials.deletedAt))
  const matching = ({ q: text, groupId, type }: MaterialFilter) => and(
    isNull(materials.deletedAt), groupId === undefined ? undefined : eq(materials.groupId, groupId), type === undefined ? undefined : eq(materials.type, type),
    ...searchWords(text ?? '').map((word) => like(materials.searchText, contains(word))),
  )
  const inGroups = (ids: readonly number[]) => (ids.length === 0 ? sql`FALSE` : inArray(materials.groupId, [...ids]))
  const selected = (where: SQL | undefined) => q
    .select({ ...getTableColumns(materials), groupName: materialGroups.name }).from(materials)
    .leftJoin(materialGroups, and(eq(materialGroups.corpId, materials.corpId), eq(materialGroups.id, materials.groupId)))
    .where(where)

  /** Two queries for all of them. */
  async function withFiles(rows: readonly (MaterialRow & { groupName: string | null })[]): Promise<MaterialWithFiles[]> {
    if (rows.length === 0) return []
    const parts = await q.select({ materialId: materialFiles.materialId, fileId: materialFiles.fileId }).from(materialFiles)
      .where(and(eq(materialFiles.corpId, corpId), inArray(materialFiles.materialId, rows.map((row) => row.id)))).orderBy(materialFiles.materialId, materialFiles.position)
    const found = await filesOf(q, corpId).byIds([...parts.map((part) => part.fileId), ...rows.flatMap((row) => row.coverFileId ?? [])])
    const filesBy = new Map<number, FileRow[]>()
    for (const { materialId, fileId } of parts) {
      const file = found.get(fileId)
      if (file) filesBy.set(materialId, [...(filesBy.get(materialId) ?? []), file])
    }
    return rows.map((row) => ({ ...row, files: filesBy.get(row.id) ?? [], coverFile: row.coverFileId === null ? null : found.get(row.coverFileId) ?? null }))
  }

  return {
    /** What of a library somebody may see: of the team library only some groups. */
    shelf: (library: Library, teamGroups: readonly number[]) => and(within(library), library.scope === 'team' ? inGroups(teamGroups) : undefined),
    /** What somebody may send, of all libraries. */
    sendable: (staffId: number, reach: Reach) => and(mine, or(
      eq(materials.scope, 'corp'), and(eq(materials.scope, 'personal'), eq(materials.ownerId, staffId)), and(eq(materials.scope, 'team'), inGroups(reach.teamGroups.sends)),
    )),
    /** Ids of all that somebody may see, of all libraries. */
    async seen(staffId: number, reach: Reach): Promise<number[]> {
      const rows = await q.select({ id: materials.id }).from(materials).where(and(mine, isNull(materials.deletedAt), or(
        eq(materials.scope, 'corp'), and(eq(materials.scope, 'personal'), eq(materials.ownerId, staffId)), and(eq(materials.scope, 'team'), inGroups(reach.teamGroups.sees)),
      )))
      return rows.map((row) => row.id)
    },
    /** Newest first, one row more than `limit`. Index materials_library, with a group materials_group. */
    async page(shelf: SQL | undefined, filter: MaterialFilter, { after, skip = 0, limit }: PageAt): Promise<MaterialWithFiles[]> {
      return await withFiles(await selected(and(shelf, matching(filter), afterCursor(after, [materials.createdAt, materials.id]))).orderBy(desc(materials.createdAt), desc(materials.id)).limit(limit + 1).offset(skip))
    },
    /** Ids of all that a filter finds on a shelf, newest first. */
    async ids(shelf: SQL | undefined, filter: MaterialFilter): Promise<number[]> {
      const rows = await q.select({ id: materials.id }).from(materials).where(and(shelf, matching(filter))).orderBy(desc(materials.createdAt), desc(materials.id))
      return rows.map((row) => row.id)
    },
    async among(ids: readonly number[], shelf: SQL | undefined, filter: MaterialFilter): Promise<MaterialWithFiles[]> {
      return ids.length === 0 ? [] : await withFiles(await selected(and(shelf, matching(filter), inArray(materials.id, [...ids]))))
    },
    async total(shelf: SQL | undefined, filter: MaterialFilter): Promise<number> {
      const [row] = await q.select({ n: count() }).from(materials).where(and(shelf, matching(filter)))
      return row?.n ?? 0
    },
    /** Also when it was deleted. */
    async byId(materialId: number): Promise<MaterialWithFiles | undefined> {
      return (await withFiles(await selected(one(materialId))))[0]
    },
    async body(materialId: number): Promise<string | null> {
      const [row] = await q.select({ body: materialArticles.body }).from(materialArticles).where(and(eq(materialArticles.corpId, corpId), eq(materialArticles.materialId, materialId)))
      return row?.body ?? null
    },
    /** What opening them does to customers. Also of deleted ones. */
    async tracking(ids: readonly number[]): Promise<Pick<MaterialRow, 'id' | 'title' | 'score' | 'tagIds'>[]> {
      if (ids.length === 0) return []
      return await q.select({ id: materials.id, title: materials.title, score: materials.score, tagIds: materials.tagIds }).from(materials).where(and(mine, inArray(materials.id, [...new Set(ids)])))
    },
    /** Titles of those in the libraries that set a tag (MAT-8). */
    async withTag(tagId: string, limit: number): Promise<string[]> {
      const rows = await q.select({ title: materials.title }).from(materials)
        .where(and(mine, isNull(materials.deletedAt), sql`json_contains(${materials.tagIds}, json_quote(${tagId}))`)).orderBy(desc(materials.id)).limit(limit)
      return rows.map((row) => row.title)
    },
    /** Also of deleted ones, with their number of pages. */
    async titles(ids: readonly number[]): Promise<MaterialWithFiles[]> {
      return ids.length === 0 ? [] : await withFiles(await selected(and(mine, inArray(materials.id, [...ids]))))
    },
    /** Candidates for the same form sent a moment ago by the same person (GEN-8). */
    async twins(values: Omit<MaterialValues, 'corpId'>, since: number): Promise<MaterialWithFiles[]> {
      return await withFiles(await selected(and(
        mine, eq(materials.groupId, values.groupId), isNull(materials.deletedAt), gt(materials.createdAt, since), eq(materials.type, values.type), eq(materials.title, values.title),
        values.createdBy ? eq(materials.createdBy, values.createdBy) : isNull(materials.createdBy),
      )).orderBy(desc(materials.id)).limit(5))
    },
    async add(values: Omit<MaterialValues, 'corpId'>): Promise<number> {
      const [result] = await q.insert(materials).values({ ...values, corpId })
      return result.insertId
    },
    /** False when it has another version by now, or was deleted. */
    async change(materialId: number, version: number, values: Partial<MaterialValues>): Promise<boolean> {
      const [result] = await q.update(materials).set({ ...values, version: version + 1 }).where(and(one(materialId), eq(materials.version, version), isNull(materials.deletedAt)))
      return result.affectedRows === 1
    },
    async setFiles(materialId: number, fileIds: readonly number[]): Promise<void> {
      await q.delete(materialFiles).where(and(eq(materialFiles.corpId, corpId), eq(materialFiles.materialId, materialId)))
      if (fileIds.length > 0) await q.insert(materialFiles).values(fileIds.map((fileId, position) => ({ corpId, materialId, position, fileId })))
    },
    async setBody(materialId: number, body: string): Promise<void> {
      await q.insert(materialArticles).values({ corpId, materialId, body }).onDuplicateKeyUpdate({ set: { body } })
    },
    /**
     * What the background has found out of a link's site; no edit of a person. False when the link leads elsewhere by now.
     * @param framing null when the site could not be asked: what it said before stays
     */
    async setLooked(materialId: number, url: string, at: number, framing: Framing | null): Promise<boolean> {
      const facts = framing === null ? {} : { facts: sql`json_set(${materials.facts}, '$.framing', ${framing})` }
      const [result] = await q.update(materials).set({ lookedAt: at, ...facts }).where(and(one(materialId), eq(materials.type, 'link'), eq(materials.url, url)))
      return result.affectedRows === 1
    },
    async remove(materialId: number, at: number): Promise<boolean> {
      const [result] = await q.update(materials).set({ deletedAt: at, updatedAt: at, version: sql`${materials.version} + 1` }).where(and(one(materialId), isNull(materials.deletedAt)))
      return result.affectedRows === 1
    },
    /** How many there are, also deleted ones: their figures stay where their group is. */
    async inGroup(groupId: number): Promise<number> {
      const [row] = await q.select({ n: count() }).from(materials).where(and(mine, eq(materials.groupId, groupId)))
      return row?.n ?? 0
    },
    /** Moves everything of a group; gives how many of them are in the library. */
    async move(groupId: number, to: number): Promise<number> {
      const inGroup = and(mine, eq(materials.groupId, groupId))
      const [row] = await q.select({ n: count() }).from(materials).where(and(inGroup, isNull(materials.deletedAt)))
      await q.update(materials).set({ groupId: to }).where(inGroup)
      return row?.n ?? 0
    },
    async countByGroup(library: Library): Promise<Map<number, number>> {
      const rows = await q.select({ groupId: materials.groupId, n: count() }).from(materials).where(within(library)).groupBy(materials.groupId)
      return new Map(rows.map((row) => [row.groupId, row.n]))
    },
    async setFavourite(staffId: number, materialId: number, at: number | null): Promise<void> {
      const hers = and(eq(materialFavourites.corpId, corpId), eq(materialFavourites.staffId, staffId), eq(materialFavourites.materialId, materialId))
      if (at === null) await q.delete(materialFavourites).where(hers)
      else await q.insert(materialFavourites).values({ corpId, staffId, materialId, createdAt: at }).onDuplicateKeyUpdate({ set: { materialId } })
    },
    /** Her stars, the latest first. */
    async favourites(staffId: number, limit: number): Promise<number[]> {
      const rows = await q.select({ materialId: materialFavourites.materialId }).from(materialFavourites)
        .where(and(eq(materialFavourites.corpId, corpId), eq(materialFavourites.staffId, staffId))).orderBy(desc(materialFavourites.createdAt)).limit(limit)
      return rows.map((row) => row.materialId)
    },
    /** Which of these she has starred. */
    async starred(staffId: number, ids: readonly number[]): Promise<Set<number>> {
      if (ids.length === 0) return new Set()
      const rows = await q.select({ materialId: materialFavourites.materialId }).from(materialFavourites)
        .where(and(eq(materialFavourites.corpId, corpId), eq(materialFavourites.staffId, staffId), inArray(materialFavourites.materialId, [...ids])))
      return new Set(rows.map((row) => row.materialId))
    },
    async setSearchText(materialId: number, searchText: string): Promise<void> {
      await q.update(materials).set({ searchText }).where(one(materialId))
    },
  }
}

/** Links of any corp whose site was not asked since a moment, or never; the longest first. Index materials_looked. */
export async function linksToAsk(q: Queries, before: number, limit: number): Promise<{ corpId: number; id: number }[]> {
  const due = or(isNull(materials.lookedAt), lt(materials.lookedAt, before))
  return await q.select({ corpId: materials.corpId, id: materials.id }).from(materials).where(and(eq(materials.type, 'link'), isNull(materials.deletedAt), due)).orderBy(asc(materials.lookedAt)).limit(limit)
}

/** Materials of any corp that were written before pinyin was searched. */
export async function unspelledMaterials(q: Queries, limit: number): Promise<{ corpId: number; id: number }[]> {
  return await q.select({ corpId: materials.corpId, id: materials.id }).from(materials).where(notLike(materials.searchText, contains(TYPED_MARK))).limit(limit)
}
