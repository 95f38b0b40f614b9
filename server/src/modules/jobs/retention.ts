import { and, desc, eq, inArray, isNull, lt } from 'drizzle-orm'
import type { Db } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Forgotten, Retention } from '../../platform/retention.ts'
import { jobFailures, jobs } from './tables.ts'

/** Syncs begun by the timetable in which nothing failed: so many of each kind say that it runs. */
const QUIET_KEPT = 10

/** Files go after their seven days (GEN-6), quiet rounds when newer ones have followed, other jobs with their failures after half a year. */
export function jobsRetention({ db, files, config }: Platform): Retention[] {
  return [{
    what: 'result files',
    async forget(now, piece) {
      const due = await db.select({ id: jobs.id, fileKey: jobs.fileKey }).from(jobs).where(lt(jobs.fileUntil, now)).orderBy(jobs.fileUntil).limit(piece)
      for (const { id, fileKey } of due) {
        if (fileKey !== null) await files.remove(fileKey)
        await db.update(jobs).set({ fileKey: null, fileUntil: null }).where(and(eq(jobs.id, id), lt(jobs.fileUntil, now)))
      }
      return forgotten(due.length, piece)
    },
  }, {
    what: 'quiet syncs',
    async forget(_now, piece) {
      let gone = 0
      for (const { corpId, kind } of await db.selectDistinct({ corpId: jobs.corpId, kind: jobs.kind }).from(jobs)) {
        const ofKind = and(eq(jobs.corpId, corpId), eq(jobs.kind, kind))
        const [newest] = await db.select({ id: jobs.id }).from(jobs).where(ofKind).orderBy(desc(jobs.id)).limit(1).offset(QUIET_KEPT - 1)
        if (!newest) continue
        const quiet = and(ofKind, lt(jobs.id, newest.id), eq(jobs.state, 'done'), eq(jobs.failed, 0), isNull(jobs.requestedBy))
        gone += (await db.delete(jobs).where(quiet).orderBy(jobs.id).limit(piece - gone))[0].affectedRows
        if (gone >= piece) break
      }
      return forgotten(gone, piece)
    },
  }, {
    what: 'jobs',
    async forget(now, piece) {
      // Those that still have a file wait until the file is gone.
      const due = await db.select({ corpId: jobs.corpId, id: jobs.id }).from(jobs)
        .where(and(lt(jobs.finishedAt, now - config.retention.jobsMs), isNull(jobs.fileKey))).orderBy(jobs.finishedAt).limit(piece)
      for (const corpId of new Set(due.map((job) => job.corpId))) {
        const left = await forgetJobs(db, corpId, due.filter((job) => job.corpId === corpId).map((job) => job.id), piece)
        if (left.more) return left
      }
      return forgotten(due.length, piece)
    },
  }]
}

/** The failures first, however many there are; jobs go when they have none left. */
async function forgetJobs(db: Db, corpId: number, ids: readonly number[], piece: number): Promise<Forgotten> {
  const [failures] = await db.delete(jobFailures).where(and(eq(jobFailures.corpId, corpId), inArray(jobFailures.jobId, [...ids]))).limit(piece)
  if (failures.affectedRows >= piece) return forgotten(failures.affectedRows, piece)
  await db.delete(jobs).where(and(eq(jobs.corpId, corpId), inArray(jobs.id, [...ids])))
  return { gone: failures.affectedRows + ids.length, more: false }
}
