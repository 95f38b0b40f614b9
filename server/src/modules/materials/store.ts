import { aliasedTable, and, count, desc, eq, getTableColumns, gt, inArray, isNull, like, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MaterialType } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { contains } from '../../platform/db/like.ts'
import { files, materialGroups, materials } from './tables.ts'

const covers = aliasedTable(files, 'cover_files')

export interface MaterialFilter { q?: string; groupId?: number; type?: MaterialType }
type MaterialValues = typeof materials.$inferInsert
/** A material with its group's name and the files it shows. */
export type MaterialWithFiles = Awaited<ReturnType<ReturnType<typeof materialsOf>['page']>>[number]

/** Materials of one corp's library. */
export function materialsOf(q: Queries, corpId: number) {
  const one = (materialId: number) => and(eq(materials.corpId, corpId), eq(materials.id, materialId))
  const listed = ({ q: text, groupId, type }: MaterialFilter) => and(
    eq(materials.corpId, corpId), eq(materials.scope, 'corp'), isNull(materials.deletedAt),
    groupId === undefined ? undefined : eq(materials.groupId, groupId),
    type === undefined ? undefined : eq(materials.type, type),
    text ? or(like(materials.title, contains(text)), like(files.name, contains(text))) : undefined,
  )
  const selected = (where: SQL | undefined) => q
    .select({ ...getTableColumns(materials), groupName: materialGroups.name, file: files, coverFile: covers }).from(materials)
    .leftJoin(materialGroups, and(eq(materialGroups.corpId, materials.corpId), eq(materialGroups.id, materials.groupId)))
    .leftJoin(files, and(eq(files.corpId, materials.corpId), eq(files.id, materials.fileId)))
    .leftJoin(covers, and(eq(covers.corpId, materials.corpId), eq(covers.id, materials.coverFileId)))
    .where(where)
  return {
    /** Newest first, one row more than `limit`. Index materials_list, with a group materials_group. */
    page(filter: MaterialFilter, { after, skip = 0, limit }: PageAt) {
      return selected(and(listed(filter), afterCursor(after, [materials.createdAt, materials.id]))).orderBy(desc(materials.createdAt), desc(materials.id)).limit(limit + 1).offset(skip)
    },
    among(ids: readonly number[], filter: MaterialFilter) {
      return selected(and(listed(filter), inArray(materials.id, [...ids])))
    },
    async total(filter: MaterialFilter): Promise<number> {
      const from = q.select({ n: count() }).from(materials)
      const [row] = await (filter.q ? from.leftJoin(files, and(eq(files.corpId, materials.corpId), eq(files.id, materials.fileId))) : from).where(listed(filter))
      return row?.n ?? 0
    },
    /** Also when it was deleted. */
    async byId(materialId: number) {
      const [row] = await selected(one(materialId))
      return row
    },
    titles(ids: readonly number[]) {
      return q.select({ id: materials.id, title: materials.title, type: materials.type, pages: files.pages, deletedAt: materials.deletedAt }).from(materials)
        .leftJoin(files, and(eq(files.corpId, materials.corpId), eq(files.id, materials.fileId)))
        .where(and(eq(materials.corpId, corpId), inArray(materials.id, [...ids])))
    },
    /** The same form sent a moment ago by the same person (GEN-8). */
    async twin(values: Omit<MaterialValues, 'corpId'>, since: number): Promise<number | undefined> {
      const [row] = await q.select({ id: materials.id }).from(materials).where(and(
        eq(materials.corpId, corpId), eq(materials.groupId, values.groupId), isNull(materials.deletedAt), gt(materials.createdAt, since),
        eq(materials.type, values.type), eq(materials.title, values.title),
        values.createdBy ? eq(materials.createdBy, values.createdBy) : isNull(materials.createdBy),
        values.fileId ? eq(materials.fileId, values.fileId) : isNull(materials.fileId),
        values.url ? eq(materials.url, values.url) : isNull(materials.url),
      )).orderBy(desc(materials.id)).limit(1)
      return row?.id
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
    async remove(materialId: number, at: number): Promise<boolean> {
      const [result] = await q.update(materials).set({ deletedAt: at, updatedAt: at, version: sql`${materials.version} + 1` }).where(and(one(materialId), isNull(materials.deletedAt)))
      return result.affectedRows === 1
    },
    /** Moves everything of a group; gives how many of them are in the library. */
    async move(groupId: number, to: number): Promise<number> {
      const inGroup = and(eq(materials.corpId, corpId), eq(materials.groupId, groupId))
      const [row] = await q.select({ n: count() }).from(materials).where(and(inGroup, isNull(materials.deletedAt)))
      await q.update(materials).set({ groupId: to }).where(inGroup)
      return row?.n ?? 0
    },
    async countByGroup(): Promise<Map<number, number>> {
      const rows = await q.select({ groupId: materials.groupId, n: count() }).from(materials)
        .where(and(eq(materials.corpId, corpId), eq(materials.scope, 'corp'), isNull(materials.deletedAt))).groupBy(materials.groupId)
      return new Map(rows.map((row) => [row.groupId, row.n]))
    },
  }
}
