import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { FORGOTTEN_CUSTOMER, isExportJob, JOB_KIND_LABELS, LIMITS, retriesFailures } from '@zhike/shared'
import type { ExportJobKind, JobKind, LiveEvent } from '@zhike/shared'
import type { JobView, StaffRef } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import { totalOf, toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError, conflict, forbidden, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import { ABANDONED_MS, createPerformer } from './run.ts'
import type { FailuresOf, Moved, Work } from './run.ts'
import { jobRuns, jobsOf } from './store.ts'
import type { JobRow } from './store.ts'

export type Jobs = ReturnType<typeof createJobs>
export type SyncJobKind = Exclude<JobKind, ExportJobKind>
type Names = (corpId: number, ids: readonly number[]) => Promise<Map<number, StaffRef>>

/** Writes down, within the transaction of the change, who did it (GEN-4). */
type Recorded = (tx: Queries, jobId: number) => Promise<void>

/** What `start` is asked with. */
interface Ask { title?: string; params?: unknown; recorded?: Recorded }

/** A file that somebody asked for and wants to fetch. */
export interface WantedFile {
  corpId: number
  staffId: number
  /** As it was asked, and what it holds as its run noted it. */
  params: unknown
  holds: unknown
}

/** How a kind of export is made, and who may have what it made. */
export interface Export {
  work: Work
  /** May she who asked for it have it now? Rights may have gone since it was made. */
  mayFetch(file: WantedFile): Promise<boolean>
}

/** Who looks at jobs: everybody sees what she asked for, `all` sees everybody's (SYS-16). */
export interface JobReader { staffId: number | null; all: boolean }
/** The product itself. */
const EVERYTHING: JobReader = { staffId: null, all: true }

const SWEEP_MS = 10_000
/** What ended longer ago begins anew when it is tried again: where it stopped tells little by then. */
const CURSOR_GOOD_MS = 24 * 60 * 60 * 1000

/** Long work with progress that survives restarts (GEN-5, SYS-16), and the files it makes (GEN-6). */
export function createJobs(platform: Platform) {
  const { clock, db, files, log } = platform
  const queue = platform.queues.define<{ jobId: number }>('jobs', { attempts: 1 })
  const works = new Map<JobKind, Work>()
  const fetchRules = new Map<JobKind, Export['mayFetch']>()
  const store = jobRuns(db)
  let ending = false
  let sweeping: Repeated | null = null

  /** To those who see everybody's jobs; the file somebody waits for is told to her as well. */
  async function announce(row: Moved): Promise<void> {
    const event: LiveEvent = { kind: 'job', jobId: row.id, state: row.state, done: row.done, total: row.total, failed: row.failed, note: row.note }
    const to = isExportJob(row.kind) && row.requestedBy !== null ? [{ owners: [], event }, { owners: [], to: row.requestedBy, event }] : [{ owners: [], event }]
    for (const message of to) await platform.live.publish(row.corpId, message).catch((error: unknown) => log.debug({ err: error }, 'job news not published'))
  }

  const perform = createPerformer(platform, { workOf: (kind) => works.get(kind), announce, ending: () => ending })

  /** Doesn't wait for Redis: the row is the truth, and with Redis away the sweeper queues it later. */
  function enqueue(jobId: number): void {
    queue.add({ jobId }).catch((error: unknown) => log.warn({ err: error, jobId }, 'job will be queued later'))
  }

  function present(row: JobRow, names: Map<number, StaffRef>, reader: JobReader): JobView {
    return {
      jobId: row.id, kind: row.kind, title: row.title, state: row.state, done: row.done, total: row.total, failed: row.failed, note: row.note, error: row.error,
      mine: isOwn(row, reader), file: row.state === 'done' && row.fileName !== null ? { name: row.fileName, expiresAt: stillThere(row, clock.now()) ? row.fileUntil : null } : null,
      requestedBy: row.requestedBy === null ? null : names.get(row.requestedBy) ?? null, createdAt: row.createdAt, startedAt: row.startedAt, finishedAt: row.finishedAt,
    }
  }
  /** Of exports a person has so many under way. Within the transaction that adds one. @throws conflict */
  async function withRoomFor(corpJobs: ReturnType<typeof jobsOf>, kind: JobKind, staffId: number | null): Promise<void> {
    if (!isExportJob(kind) || staffId === null) return
    if ((await corpJobs.unfinishedExports(staffId)) >= LIMITS.exportsAtOnce) throw conflict(`你已有 ${LIMITS.exportsAtOnce} 个导出在进行，请等其中一个完成后再试`)
  }

  /**
   * Starts a job; while the same one waits or runs, gives that instead of a second (`fresh` false). Syncs of one kind that are
   * asked the same are the same, whoever asks; exports only when the same person asks.
   * @param ask.title what it is called, when not as its kind
   * @param ask.params what the work needs to know; JSON, read back as `JobRun.params`
   * @param ask.recorded not called when nothing new was started
   * @throws conflict when the person has too many exports under way
   */
  async function begin(corpId: number, kind: JobKind, by: { staffId: number | null }, ask: Ask): Promise<{ jobId: number; fresh: boolean }> {
    const now = clock.now()
    const { params = null } = ask
    const asked = params === null ? '' : createHash('sha256').update(JSON.stringify(params)).digest('hex')
    const onceKey = isExportJob(kind) ? `${by.staffId ?? ''}:${asked}` : asked
    const begun = await inTransaction(db, async (tx) => {
      const store = jobsOf(tx, corpId)
      const running = await store.unfinished(kind, onceKey)
      if (running) return { jobId: running.id, fresh: false }
      await withRoomFor(store, kind, by.staffId)
      const made = await store.insert({ kind, title: ask.title ?? JOB_KIND_LABELS[kind], params, onceKey, state: 'waiting', movedAt: now, createdAt: now, requestedBy: by.staffId })
      await ask.recorded?.(tx, made)
      return { jobId: made, fresh: true }
    })
    if (begun.fresh) enqueue(begun.jobId)
    return begun
  }

  const requesters = (rows: readonly JobRow[]) => rows.flatMap((row) => (row.requestedBy === null ? [] : [row.requestedBy]))

  async function visible(corpId: number, jobId: number, reader: JobReader): Promise<JobRow> {
    const row = await jobsOf(db, corpId).find(jobId)
    if (!row || !(reader.all || isOwn(row, reader))) throw notFound('任务')
    return row
  }

  return {
    /** Says how a kind of job is done; said by every process when its areas are made. The work must be able to go on from its cursor. */
    define(kind: SyncJobKind, work: Work): void {
      works.set(kind, work)
    },
    /** The same for a kind that makes a file. */
    defineExport(kind: ExportJobKind, { work, mayFetch }: Export): void {
      works.set(kind, work)
      fetchRules.set(kind, mayFetch)
    },
    /** Starts a job, or gives the same one that is under way; see `begin`. @returns its id */
    async start(corpId: number, kind: JobKind, by: { staffId: number | null }, ask: Ask = {}): Promise<number> {
      return (await begin(corpId, kind, by, ask)).jobId
    },
    /** When a job of this kind was last begun (epoch ms), however it ended; null: never. */
    lastBegun: (corpId: number, kind: JobKind): Promise<number | null> => jobsOf(db, corpId).lastBegun(kind),
    /**
     * Runs a job again that failed or was stopped, from where it stopped when that was within a day.
     * @throws conflict in another state, while the same is under way, and as `start` does
     */
    async retry(corpId: number, jobId: number, recorded: Recorded): Promise<void> {
      const now = clock.now()
      await inTransaction(db, async (tx) => {
        const store = jobsOf(tx, corpId)
        const job = await store.locked(jobId)
        if (!job) throw notFound('任务')
        if (job.state !== 'failed' && job.state !== 'cancelled') throw conflict('只有失败或已取消的任务可以重试')
        if (await store.unfinished(job.kind, job.onceKey)) throw conflict('同样的任务正在进行，不用重试')
        await withRoomFor(store, job.kind, job.requestedBy)
        await store.reopen(jobId, now, (job.finishedAt ?? 0) < now - CURSOR_GOOD_MS)
        await recorded(tx, jobId)
      })
      enqueue(jobId)
    },
    /**
     * Starts a job of the same kind that does only what failed in this one; gives its id.
     * @throws conflict when nothing of it can be tried again, or that is under way
     */
    async retryFailures(corpId: number, jobId: number, by: { staffId: number }, recorded: Recorded): Promise<number> {
      const store = jobsOf(db, corpId)
      const job = await store.find(jobId)
      if (!job) throw notFound('任务')
      const count = retriesFailures(job.kind) && job.state === 'done' ? (await store.refs(jobId)).length : 0
      if (count === 0) throw conflict('这个任务没有可以单独重试的失败项')
      const begun = await begin(corpId, job.kind, by, { title: `${JOB_KIND_LABELS[job.kind]}（重试失败的 ${count} 条）`, params: { againOf: jobId } satisfies FailuresOf, recorded })
      if (!begun.fresh) throw conflict('这些失败项正在重试，请等它结束')
      return begun.jobId
    },
    /** Stops a job after the step in hand; asked again, nothing happens. @throws conflict when it has ended */
    async cancel(corpId: number, jobId: number, recorded: Recorded): Promise<void> {
      await inTransaction(db, async (tx) => {
        const store = jobsOf(tx, corpId)
        if (await store.askCancel(jobId, clock.now())) return await recorded(tx, jobId)
        const job = await store.find(jobId)
        if (job?.state !== 'waiting' && job?.state !== 'running') throw conflict('这个任务已经结束，不用取消')
      })
    },
    /** @throws notFound also for a job that the reader may not see */
    async view(corpId: number, jobId: number, names: Names, reader: JobReader = EVERYTHING): Promise<JobView> {
      const row = await visible(corpId, jobId, reader)
      return present(row, await names(corpId, requesters([row])), reader)
    },
    async list(corpId: number, at: PageAt, names: Names, reader: JobReader = EVERYTHING): Promise<{ items: JobView[]; next: string | null; total?: number; more?: boolean }> {
      const store = jobsOf(db, corpId)
      const whose = reader.all ? undefined : reader.staffId
      const [rows, total] = await Promise.all([store.list(at, whose), totalOf(at, (most) => store.count(most, whose))])
      const found = await names(corpId, requesters(rows))
      return { ...toPage(rows, at.limit, (row) => [row.id], (row) => present(row, found, reader)), ...total }
    },
    async failures(corpId: number, jobId: number, at: PageAt) {
      const rows = await jobsOf(db, corpId).failures(jobId, at)
      return toPage(rows, at.limit, (row) => [row.id], (row) => ({ failureId: row.id, item: row.item, reason: row.reason }))
    },
    /**
     * The file a job made, for the person who asked for it, as long as she may have what is in it (GEN-6).
     * @param recorded called before the file is opened
     * @throws notFound for everybody else, and while there is none; forbidden when her rights have gone; gone after seven days
     */
    async file(corpId: number, jobId: number, staffId: number, recorded: (name: string) => Promise<void>): Promise<{ name: string; body: Readable; bytes: number }> {
      const row = await visible(corpId, jobId, { staffId, all: false })
      if (row.state !== 'done' || row.fileName === null) throw notFound('结果文件')
      const past = new AppError('gone', '结果文件已过期删除，请重新导出')
      if (row.fileKey === null || !stillThere(row, clock.now())) throw past
      const mayFetch = fetchRules.get(row.kind)
      if (!mayFetch || !(await mayFetch({ corpId, staffId, params: row.params, holds: row.fileHolds }))) throw forbidden('你的权限已变化，不能再下载这个文件')
      await recorded(row.fileName)
      const found = await files.stream(row.fileKey)
      if (!found) throw past
      return { name: row.fileName, ...found }
    },
    /**
     * Deletes the files of exports that may tell of a customer whose data was deleted, stops those under way, and names her no
     * longer among failures (SYS-17). Exports asked since the deletion count as well: they may have read what other areas were
     * still to forget. Repeatable.
     */
    async forgetCustomer({ corpId, customerId, externalUserId }: { corpId: number; customerId: number; externalUserId: string }): Promise<void> {
      const store = jobsOf(db, corpId)
      const now = clock.now()
      for (const { id, fileKey } of await store.exportsAbout(customerId, now)) {
        // First the wish: a run that writes its file after this looks for it and takes the file away itself.
        await store.askCancel(id, now)
        if (fileKey !== null) await files.remove(fileKey)
        await store.dropFile(id)
      }
      await store.renameFailures(externalUserId, FORGOTTEN_CUSTOMER)
    },
    /** Starts taking jobs in this process. */
    async work(): Promise<void> {
      ending = false
      queue.work(({ jobId }) => perform(jobId), { concurrency: 4 })
      sweeping ??= repeatedly(SWEEP_MS, 'jobs', async () => {
        for (const jobId of await store.takeBack(clock.now() - ABANDONED_MS, clock.now())) await queue.add({ jobId })
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

const isOwn = (row: JobRow, reader: JobReader): boolean => reader.staffId !== null && row.requestedBy === reader.staffId
const stillThere = (row: JobRow, now: number): boolean => row.fileKey !== null && row.fileUntil !== null && row.fileUntil > now
