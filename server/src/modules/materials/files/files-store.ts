import { and, asc, count, eq, gte, inArray, isNull, lt, sql, sum } from 'drizzle-orm'
import type { MaterialState } from '@zhike/shared'
import type { Queries } from '../../../platform/db/connect.ts'
import { files, materialFiles, materials } from '../tables.ts'

export type FileRow = typeof files.$inferSelect
type NewFile = Omit<typeof files.$inferInsert, 'id' | 'corpId'>
export interface PageSize { width: number; height: number }

/** Uploaded files of one corp. */
export function filesOf(q: Queries, corpId: number) {
  const one = (fileId: number) => and(eq(files.corpId, corpId), eq(files.id, fileId))
  return {
    async add(file: NewFile): Promise<number> {
      const [result] = await q.insert(files).values({ ...file, corpId })
      return result.insertId
    },
    async byId(fileId: number): Promise<FileRow | undefined> {
      const [row] = await q.select().from(files).where(one(fileId))
      return row
    },
    async byIds(fileIds: readonly number[]): Promise<Map<number, FileRow>> {
      if (fileIds.length === 0) return new Map()
      const rows = await q.select().from(files).where(and(eq(files.corpId, corpId), inArray(files.id, [...new Set(fileIds)])))
      return new Map(rows.map((row) => [row.id, row]))
    },
    /** The same, held until the transaction ends: neither the sweeper nor another form takes it meanwhile. */
    async hold(fileId: number): Promise<FileRow | undefined> {
      const [row] = await q.select().from(files).where(one(fileId)).for('update')
      return row
    },
    /** Writes the pages drawn so far; false when somebody else is as far, or the drawing has ended. */
    async grow(fileId: number, drawn: readonly PageSize[]): Promise<boolean> {
      const [result] = await q.update(files).set({ drawn: [...drawn] })
        .where(and(one(fileId), eq(files.state, 'preparing'), lt(sql`json_length(${files.drawn})`, drawn.length)))
      return result.affectedRows === 1
    },
    /** preparing → ready | failed; false when it has ended before. */
    async end(fileId: number, state: Exclude<MaterialState, 'preparing'>, note: string | null): Promise<boolean> {
      const [result] = await q.update(files).set({ state, note }).where(and(one(fileId), eq(files.state, 'preparing')))
      return result.affectedRows === 1
    },
    /** Materials that show the file. */
    async usedBy(fileId: number): Promise<number[]> {
      const there = and(eq(materials.corpId, corpId), isNull(materials.deletedAt))
      const [parts, covers] = await Promise.all([
        q.select({ id: materials.id }).from(materialFiles).innerJoin(materials, and(there, eq(materials.id, materialFiles.materialId)))
          .where(and(eq(materialFiles.corpId, corpId), eq(materialFiles.fileId, fileId))),
        q.select({ id: materials.id }).from(materials).where(and(there, eq(materials.coverFileId, fileId))),
      ])
      return [...new Set([...parts, ...covers].map((row) => row.id))]
    },
    /** What a member has stored since a moment and no material has taken. */
    async unusedOf(staffId: number, since: number): Promise<{ files: number; bytes: number }> {
      const [row] = await q.select({ files: count(), bytes: sum(files.bytes) }).from(files).where(and(eq(files.corpId, corpId), eq(files.uploadedBy, staffId), gte(files.createdAt, since), unused))
      return { files: row?.files ?? 0, bytes: Number(row?.bytes ?? 0) }
    },
    /** Deletes the row unless a material (also a deleted one) has it; false when it was kept. */
    async forget(fileId: number): Promise<boolean> {
      const [result] = await q.delete(files).where(and(one(fileId), unused))
      return result.affectedRows === 1
    },
  }
}

const taken = sql`exists (select 1 from ${materialFiles} where ${materialFiles.corpId} = ${files.corpId} and ${materialFiles.fileId} = ${files.id})`
const cover = sql`exists (select 1 from ${materials} where ${materials.corpId} = ${files.corpId} and ${materials.coverFileId} = ${files.id})`
const unused = sql`not ${taken} and not ${cover}`

/** Only PDFs have pages to draw, and no PDF is a cover. */
const shown = sql`exists (select 1 from ${materialFiles} join ${materials} on ${materials.corpId} = ${materialFiles.corpId} and ${materials.id} = ${materialFiles.materialId}
  where ${materialFiles.corpId} = ${files.corpId} and ${materialFiles.fileId} = ${files.id} and ${materials.deletedAt} is null)`

/** For the sweepers, which look at all corps: what is still to be drawn, and what nobody has used. Oldest first. */
export function filesOfAll(q: Queries) {
  return {
    preparing(before: number, limit: number): Promise<Pick<FileRow, 'id' | 'corpId' | 'drawn'>[]> {
      return q.select({ id: files.id, corpId: files.corpId, drawn: files.drawn }).from(files)
        .where(and(eq(files.state, 'preparing'), lt(files.createdAt, before), shown)).orderBy(asc(files.createdAt)).limit(limit)
    },
    unused(before: number, limit: number): Promise<FileRow[]> {
      return q.select().from(files).where(and(inArray(files.state, ['ready', 'failed', 'preparing']), lt(files.createdAt, before), unused)).orderBy(asc(files.createdAt)).limit(limit)
    },
  }
}
