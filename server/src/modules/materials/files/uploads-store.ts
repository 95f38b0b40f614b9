import { and, asc, desc, eq, gt, isNull, lt, or } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { uploads } from '../tables.ts'

export type UploadRow = typeof uploads.$inferSelect

/** Unfinished uploads of one member. */
export function uploadsOf(q: Queries, corpId: number, staffId: number) {
  const hers = and(eq(uploads.corpId, corpId), eq(uploads.staffId, staffId))
  const one = (uploadId: number) => and(hers, eq(uploads.id, uploadId))
  return {
    async byId(uploadId: number): Promise<UploadRow | undefined> {
      return (await q.select().from(uploads).where(one(uploadId)))[0]
    },
    /** The same file, begun and not finished: it goes on. */
    async same(file: Pick<UploadRow, 'kind' | 'name' | 'bytes' | 'mark'>, since: number): Promise<UploadRow | undefined> {
      const [row] = await q.select().from(uploads).where(and(
        hers, isNull(uploads.fileId), gt(uploads.createdAt, since), eq(uploads.kind, file.kind), eq(uploads.name, file.name), eq(uploads.bytes, file.bytes), eq(uploads.mark, file.mark),
      )).orderBy(desc(uploads.id)).limit(1)
      return row
    },
    /** The unfinished ones but for the newest so many. */
    async oldestBeyond(kept: number): Promise<UploadRow[]> {
      return (await q.select().from(uploads).where(and(hers, isNull(uploads.fileId))).orderBy(desc(uploads.id))).slice(kept)
    },
    async add(row: Omit<typeof uploads.$inferInsert, 'corpId' | 'staffId'>): Promise<number> {
      const [result] = await q.insert(uploads).values({ ...row, corpId, staffId })
      return result.insertId
    },
    /** One piece more; false when somebody else has counted it. */
    async arrived(uploadId: number, number: number): Promise<boolean> {
      const [result] = await q.update(uploads).set({ received: number + 1 }).where(and(one(uploadId), eq(uploads.received, number)))
      return result.affectedRows === 1
    },
    /** Takes the finishing; false while somebody else is at it. @param before whoever took it earlier than this has died */
    async takeFinishing(uploadId: number, now: number, before: number): Promise<boolean> {
      const [result] = await q.update(uploads).set({ finishingAt: now }).where(and(one(uploadId), isNull(uploads.fileId), or(isNull(uploads.finishingAt), lt(uploads.finishingAt, before))))
      return result.affectedRows === 1
    },
    async leaveFinishing(uploadId: number): Promise<void> {
      await q.update(uploads).set({ finishingAt: null }).where(one(uploadId))
    },
    async became(uploadId: number, fileId: number): Promise<void> {
      await q.update(uploads).set({ fileId, finishingAt: null }).where(one(uploadId))
    },
    async remove(uploadId: number): Promise<boolean> {
      const [result] = await q.delete(uploads).where(one(uploadId))
      return result.affectedRows === 1
    },
  }
}

/** Uploads of any corp begun before a moment, oldest first: for the sweeper. */
export async function oldUploads(q: Queries, before: number, limit: number): Promise<UploadRow[]> {
  return await q.select().from(uploads).where(lt(uploads.createdAt, before)).orderBy(asc(uploads.createdAt)).limit(limit)
}
