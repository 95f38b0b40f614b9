import { randomUUID } from 'node:crypto'
import { JOB_KIND_LABELS } from '@zhike/shared'
import type { JobKind, LiveEvent } from '@zhike/shared'
import type { JobView, StaffRef } from '@zhike/shared/contract'
import { toPage } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError, conflict, notFound } from '../../platform/http/errors.ts'
import { redactText } from '../../platform/log.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import { asAppError } from '../corps/index.ts'
import { jobRuns, jobsOf } from './store.ts'
import type { JobRow } from './store.ts'

/** Thrown out of `progress` when a person asked to stop, or when another process has taken the job over. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled'
}

/** Thrown out of `progress` when this process is about to end: another one goes on from the cursor. */
class JobHandedOver extends Error {
  override readonly name = 'JobHandedOver'
}

/** What the work itself sees of its job. */
export interface JobRun {
  readonly jobId: number
  readonly corpId: number
  /** Where an earlier run stopped, as it was given to `progress`; null at the first start. */
  readonly cursor: unknown
  readonly done: number
  readonly failed: number
  /** Stores how far it is and tells screens. Throws JobCancelled when the work has to stop. */
  progress(step: { done?: number; total?: number | null; note?: string; cursor?: unknown }): Promise<void>
  /** One item that could not be done, and why, in Chinese. */
  failure(item: string, reason: string): Promise<void>
}

export type Jobs = ReturnType<typeof createJobs>
type Names = (corpId: number, ids: readonly number[]) => Promise<Map<number, StaffRef>>

const HEARTBEAT_MS = 5_000
const ABANDONED_MS = 20_000
const SWEEP_MS = 10_000

/** Long work with progress that survives restarts (GEN-5, SYS-16). */
export function createJobs(platform: Platform) {
  const { clock, db, log } = platform
  const queue = platform.queues.define<{ jobId: number }>('jobs', { attempts: 1 })
  const runs = new Map<JobKind, (run: JobRun) => Promise<void>>()
  const store = jobRuns(db)
  let ending = false
  let sweeping: Repeated | null = null

  async function announce(row: Pick<JobRow, 'id' | 'corpId' | 'state' | 'done' | 'total' | 'failed'>): Promise<void> {
    const event: LiveEvent = { kind: 'job', jobId: row.id, state: row.state, done: row.done, total: row.total, failed: row.failed }
    await platform.live.publish(row.corpId, { owners: [], event }).catch((error: unknown) => log.debug({ err: error }, 'job news not published'))
  }

  /** Doesn't wait for Redis: the row is the truth, and with Redis away the sweeper queues it later. */
  function enqueue(jobId: number): void {
    queue.add({ jobId }).catch((error: unknown) => log.warn({ err: error, jobId }, 'job will be queued later'))
  }

  async function perform(jobId: number): Promise<void> {
    if (ending) return
    const holder = randomUUID()
    const now = clock.now()
    if (!(await store.claim(jobId, holder, now, now - ABANDONED_MS))) return
    const row = await store.byId(jobId)
    const work = row && runs.get(row.kind)
    if (!row || !work) return
    const state = { done: row.done, total: row.total, failed: row.failed }
    await store.update(jobId, holder, { startedAt: row.startedAt ?? now })
    const heartbeat = setInterval(() => void store.update(jobId, holder, { movedAt: clock.now() }).catch((error: unknown) => log.debug({ err: error }, 'job heartbeat')), HEARTBEAT_MS)
    const finish = async (changes: Partial<JobRow>) => {
      const last = { ...changes, finishedAt: clock.now(), movedAt: clock.now() }
      if (await store.update(jobId, holder, last)) await announce({ ...row, ...state, ...last, id: jobId })
    }
    const job: JobRun = {
      jobId, corpId: row.corpId, cursor: row.cursor,
      get done() { return state.done },
      get failed() { return state.failed },
      async progress(step) {
        Object.assign(state, { done: step.done ?? state.done, total: step.total === undefined ? state.total : step.total })
        const held = await store.update(jobId, holder, {
          done: state.done, total: state.total, failed: state.failed, note: step.note?.slice(0, 300), cursor: step.cursor, movedAt: clock.now(),
        })
        const current = held ? await store.byId(jobId) : undefined
        if (!current || current.cancelAsked === 1) throw new JobCancelled('the job was stopped')
        await announce(current)
        if (ending) throw new JobHandedOver('this process is ending')
      },
      async failure(item, reason) {
        state.failed++
        await jobsOf(db, row.corpId).addFailure(jobId, item, reason)
      },
    }
    try {
      await work(job)
      await finish({ state: 'done', ...state, cursor: null })
    } catch (error) {
      if (error instanceof JobCancelled) {
        await finish({ state: 'cancelled', ...state })
        return
      }
      if (error instanceof JobHandedOver) {
        // Not queued here, where this process might take it once more: the next look for work left behind finds it.
        await store.update(jobId, holder, { state: 'waiting', holder: null, movedAt: clock.now() - ABANDONED_MS - 1 })
        return
      }
      log.error({ err: error, jobId, jobKind: row.kind }, 'job failed')
      await finish({ state: 'failed', ...state, error: messageOf(error) })
    } finally {
      clearInterval(heartbeat)
    }
  }

  function present(row: JobRow, names: Map<number, StaffRef>): JobView {
    return {
      jobId: row.id, kind: row.kind, title: row.title, state: row.state, done: row.done, total: row.total, failed: row.failed, note: row.note, error: row.error,
      requestedBy: row.requestedBy === null ? null : names.get(row.requestedBy) ?? null, createdAt: row.createdAt, startedAt: row.startedAt, finishedAt: row.finishedAt,
    }
  }
  const requesters = (rows: readonly JobRow[]) => rows.flatMap((row) => (row.requestedBy === null ? [] : [row.requestedBy]))
  async function view(corpId: number, jobId: number, names: Names): Promise<JobView> {
    const row = await jobsOf(db, corpId).find(jobId)
    if (!row) throw notFound('任务')
    return present(row, await names(corpId, requesters([row])))
  }

  return {
    /** Says how a kind of job is done (worker role). The work must be able to go on from its cursor. */
    define(kind: JobKind, work: (run: JobRun) => Promise<void>): void {
      runs.set(kind, work)
    },
    /** Starts a job; while one of the kind waits or runs, gives that one instead of a second. */
    async start(corpId: number, kind: JobKind, by: { staffId: number | null }): Promise<number> {
      const now = clock.now()
      const { jobId, fresh } = await inTransaction(db, async (tx) => {
        const store = jobsOf(tx, corpId)
        const running = await store.unfinished(kind)
        if (running) return { jobId: running.id, fresh: false }
        const made = await store.insert({ kind, title: JOB_KIND_LABELS[kind], state: 'waiting', movedAt: now, createdAt: now, requestedBy: by.staffId })
        return { jobId: made, fresh: true }
      })
      if (fresh) enqueue(jobId)
      return jobId
    },
    /** When a job of this kind was last begun (epoch ms), however it ended; null: never. */
    lastBegun: (corpId: number, kind: JobKind): Promise<number | null> => jobsOf(db, corpId).lastBegun(kind),
    async retry(corpId: number, jobId: number): Promise<void> {
      if (!(await jobsOf(db, corpId).retry(jobId, clock.now()))) throw conflict('只有失败或已取消的任务可以重试')
      enqueue(jobId)
    },
    async cancel(corpId: number, jobId: number): Promise<void> {
      await jobsOf(db, corpId).askCancel(jobId, clock.now())
    },
    view,
    async list(corpId: number, after: string | undefined, limit: number, names: Names): Promise<{ items: JobView[]; next: string | null }> {
      const rows = await jobsOf(db, corpId).list(after, limit)
      const found = await names(corpId, requesters(rows))
      return toPage(rows, limit, (row) => [row.id], (row) => present(row, found))
    },
    async failures(corpId: number, jobId: number, after: string | undefined, limit: number) {
      const rows = await jobsOf(db, corpId).failures(jobId, after, limit)
      return toPage(rows, limit, (row) => [row.id], (row) => ({ item: row.item, reason: row.reason }))
    },
    /** Starts taking jobs in this process. */
    async work(): Promise<void> {
      ending = false
      queue.work(({ jobId }) => perform(jobId), { concurrency: 4 })
      sweeping ??= repeatedly(SWEEP_MS, 'jobs', async () => {
        for (const jobId of await store.abandoned(clock.now() - ABANDONED_MS)) await queue.add({ jobId })
      }, log)
    },
    /** Jobs under way are given back at their next step, for another process to go on with. */
    async stop(): Promise<void> {
      ending = true
      await sweeping?.stop()
      sweeping = null
    },
  }
}

function messageOf(error: unknown): string {
  const known = asAppError(error)
  if (known instanceof AppError) return known.details?.advice ? `${known.message} ${known.details.advice}` : known.message
  return `内部错误：${redactText(error instanceof Error ? error.message.split('\n', 1)[0] ?? '' : String(error)).slice(0, 300)}`
}
