import { and, desc, eq, inArray, isNotNull, lt, lte, min, notInArray, or } from 'drizzle-orm'
import { EXPORT_JOB_KINDS } from '@zhike/shared'
import type { JobKind } from '@zhike/shared'
import { z } from 'zod'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, countUpTo } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { cut } from '../../platform/text.ts'
import { jobFailures, jobs } from './tables.ts'

/** What an export of one customer was asked with. */
const aboutOne = z.object({ customerId: z.number() })
const UNFINISHED = ['waiting', 'running'] as const
const SWEPT_AT_ONCE = 200
const RETRIED_AT_ONCE = 10_000

export type JobRow = typeof jobs.$inferSelect

/** Jobs of one corp. */
export function jobsOf(q: Queries, corpId: number) {
  const own = (jobId: number) => and(eq(jobs.corpId, corpId), eq(jobs.id, jobId))
  const askedBy = (staffId: number | null | undefined) => and(eq(jobs.corpId, corpId), staffId === undefined ? undefined : eq(jobs.requestedBy, staffId ?? 0))
  return {
    async find(jobId: number): Promise<JobRow | undefined> {
      return (await q.select().from(jobs).where(own(jobId)))[0]
    },
    async locked(jobId: number): Promise<JobRow | undefined> {
      return (await q.select().from(jobs).where(own(jobId)).for('update'))[0]
    },
    /** The job of a kind and key that has not ended, locked until the transaction ends. */
    async unfinished(kind: JobKind, onceKey: string): Promise<JobRow | undefined> {
      return (await q.select().from(jobs).where(and(eq(jobs.corpId, corpId), eq(jobs.kind, kind), inArray(jobs.state, [...UNFINISHED]), eq(jobs.onceKey, onceKey))).limit(1).for('update'))[0]
    },
    /** How many exports somebody has under way; locked, also against one more, until the transaction ends. */
    async unfinishedExports(staffId: number): Promise<number> {
      const found = await q.select({ id: jobs.id }).from(jobs)
        .where(and(eq(jobs.corpId, corpId), inArray(jobs.kind, [...EXPORT_JOB_KINDS]), inArray(jobs.state, [...UNFINISHED]), eq(jobs.requestedBy, staffId))).for('update')
      return found.length
    },
    /** When a job of this kind was last begun; null: never. */
    async lastBegun(kind: JobKind): Promise<number | null> {
      const [last] = await q.select({ at: jobs.createdAt }).from(jobs).where(and(eq(jobs.corpId, corpId), eq(jobs.kind, kind))).orderBy(desc(jobs.id)).limit(1)
      return last?.at ?? null
    },
    async insert(row: Omit<typeof jobs.$inferInsert, 'corpId'>): Promise<number> {
      const [result] = await q.insert(jobs).values({ ...row, corpId })
      return result.insertId
    },
    /** Newest first. @param requestedBy only what this person asked for; undefined: everybody's */
    async list({ after, skip = 0, limit }: PageAt, requestedBy?: number | null): Promise<JobRow[]> {
      return await q.select().from(jobs).where(and(askedBy(requestedBy), afterCursor(after, [jobs.id]))).orderBy(desc(jobs.id)).limit(limit + 1).offset(skip)
    },
    count: (most: number, requestedBy?: number | null): Promise<number> => countUpTo(q, jobs, askedBy(requestedBy), most),
    /** Ended → waiting. @param fromStart what it had done is forgotten; else it goes on where it stopped */
    async reopen(jobId: number, now: number, fromStart: boolean): Promise<void> {
      const again = fromStart ? { cursor: null, done: 0, total: null, failed: 0, note: null } : {}
      if (fromStart) await q.delete(jobFailures).where(and(eq(jobFailures.corpId, corpId), eq(jobFailures.jobId, jobId)))
      await q.update(jobs).set({ ...again, state: 'waiting', error: null, cancelAsked: 0, holder: null, finishedAt: null, movedAt: now }).where(own(jobId))
    },
    /** False: it was asked already, or the job has ended. */
    async askCancel(jobId: number, now: number): Promise<boolean> {
      // Both states: one that begins to run at this moment stops at its next step.
      const [asked] = await q.update(jobs).set({ cancelAsked: 1 }).where(and(own(jobId), inArray(jobs.state, [...UNFINISHED]), eq(jobs.cancelAsked, 0)))
      await q.update(jobs).set({ state: 'cancelled', finishedAt: now }).where(and(own(jobId), eq(jobs.state, 'waiting')))
      return asked.affectedRows === 1
    },
    async addFailure(jobId: number, item: string, reason: string, ref: string | null): Promise<void> {
      await q.insert(jobFailures).values({ corpId, jobId, item: cut(item, 200), reason: cut(reason, 500), ref })
    },
    /** What can be tried again of a job's failures, in their order. */
    async refs(jobId: number): Promise<string[]> {
      const rows = await q.selectDistinct({ ref: jobFailures.ref, id: min(jobFailures.id) }).from(jobFailures)
        .where(and(eq(jobFailures.corpId, corpId), eq(jobFailures.jobId, jobId), isNotNull(jobFailures.ref))).groupBy(jobFailures.ref).orderBy(min(jobFailures.id)).limit(RETRIED_AT_ONCE)
      return rows.flatMap(({ ref }) => ref ?? [])
    },
    /** Exports begun until a moment that may tell of a customer, of her alone or of many, and have a file or may make one. */
    async exportsAbout(customerId: number, until: number): Promise<{ id: number; fileKey: string | null }[]> {
      const rows = await q.select({ id: jobs.id, params: jobs.params, fileKey: jobs.fileKey }).from(jobs)
        .where(and(eq(jobs.corpId, corpId), inArray(jobs.kind, [...EXPORT_JOB_KINDS]), or(isNotNull(jobs.fileKey), inArray(jobs.state, [...UNFINISHED])), lte(jobs.createdAt, until)))
      return rows.flatMap(({ id, params, fileKey }) => {
        const only = aboutOne.safeParse(params)
        return only.success && only.data.customerId !== customerId ? [] : [{ id, fileKey }]
      })
    },
    /** The file is gone; that there was one stays. Of a job under way the key is kept: it may still write the file. */
    async dropFile(jobId: number): Promise<void> {
      await q.update(jobs).set({ fileKey: null, fileUntil: null }).where(and(own(jobId), notInArray(jobs.state, [...UNFINISHED])))
    },
    /** Failures of a person's own are no longer hers to recognise. */
    async renameFailures(item: string, name: string): Promise<void> {
      await q.update(jobFailures).set({ item: name, ref: null }).where(and(eq(jobFailures.corpId, corpId), or(eq(jobFailures.item, item), eq(jobFailures.ref, item))))
    },
    async failures(jobId: number, { after, skip = 0, limit }: PageAt) {
      return await q.select().from(jobFailures).where(and(eq(jobFailures.corpId, corpId), eq(jobFailures.jobId, jobId), afterCursor(after, [jobFailures.id], 'asc'))).orderBy(jobFailures.id).limit(limit + 1).offset(skip)
    },
  }
}

/** For workers, over all corps: by id, since a queued job only carries its id. */
export function jobRuns(q: Queries) {
  return {
    /** waiting → running here. False: somebody else has it, or it has ended. */
    async claim(jobId: number, holder: string, now: number): Promise<boolean> {
      const [result] = await q.update(jobs).set({ state: 'running', holder, movedAt: now }).where(and(eq(jobs.id, jobId), eq(jobs.state, 'waiting')))
      return result.affectedRows === 1
    },
    async byId(jobId: number): Promise<JobRow | undefined> {
      return (await q.select().from(jobs).where(eq(jobs.id, jobId)))[0]
    },
    /** Only while `holder` still has it. */
    async update(jobId: number, holder: string, changes: Partial<JobRow>): Promise<boolean> {
      const [result] = await q.update(jobs).set(changes).where(and(eq(jobs.id, jobId), eq(jobs.state, 'running'), eq(jobs.holder, holder)))
      return result.affectedRows === 1
    },
    /** Takes back jobs that have not moved since `before`, whether they wait or a process died over them: each is given to one caller only, to be queued. */
    async takeBack(before: number, now: number): Promise<number[]> {
      const still = and(inArray(jobs.state, [...UNFINISHED]), lt(jobs.movedAt, before))
      const found = await q.select({ id: jobs.id }).from(jobs).where(still).orderBy(jobs.movedAt).limit(SWEPT_AT_ONCE)
      const taken: number[] = []
      for (const { id } of found) {
        const [result] = await q.update(jobs).set({ state: 'waiting', holder: null, movedAt: now }).where(and(eq(jobs.id, id), still))
        if (result.affectedRows === 1) taken.push(id)
      }
      return taken
    },
  }
}
