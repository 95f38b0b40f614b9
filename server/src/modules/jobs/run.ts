import { randomUUID } from 'node:crypto'
import { isExportJob, RESULT_FILE_DAYS } from '@zhike/shared'
import type { JobKind } from '@zhike/shared'
import { z } from 'zod'
import { AppError } from '../../platform/http/errors.ts'
import { redactText } from '../../platform/log.ts'
import type { Platform } from '../../platform/platform.ts'
import { SHEET_TYPE, writeSheets } from '../../platform/sheets.ts'
import type { Sheet } from '../../platform/sheets.ts'
import { cut } from '../../platform/text.ts'
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
  /** Who asked for it; null: the timetable. An export gives only what this person may see now. */
  readonly requestedBy: number | null
  /** What was asked, as given to `start`: parsed by the work with its schema. */
  readonly params: unknown
  /** The `ref`s of what failed in an earlier job, when only these are to be tried again; null: everything is to be done. */
  readonly again: readonly string[] | null
  /** Where an earlier run stopped, as it was given to `progress`; null at the first start. */
  readonly cursor: unknown
  readonly done: number
  readonly failed: number
  /** Stores how far it is and tells screens. Throws JobCancelled when the work has to stop. */
  progress(step: { done?: number; total?: number | null; note?: string | null; cursor?: unknown }): Promise<void>
  /** One item that could not be done, and why, in Chinese. @param ref with which it can be tried again */
  failure(item: string, reason: string, ref?: string): Promise<void>
  /** The rows of all batches one by one, telling how far it is after each batch: for the sheets of `result`, counted on from one sheet to the next. */
  counted<Row>(batches: AsyncIterable<readonly Row[]>): AsyncIterable<Row>
  /**
   * Writes the file that the person who asked may fetch for seven days (GEN-6), row by row into the file store.
   * Done again from the start when the job goes on after a restart.
   * @param file.name with `.xlsx`, as it is saved
   * @param file.zone the corp's, for moments
   * @param file.holds tells, once the file is written, what `mayFetch` of its kind has to know of its content: JSON
   */
  result(file: { name: string; zone: string; sheets: readonly Sheet[]; holds?: () => unknown }): Promise<void>
}

export type Work = (run: JobRun) => Promise<void>
/** What screens are told of a job that moved. */
export type Moved = Pick<JobRow, 'id' | 'corpId' | 'kind' | 'requestedBy' | 'state' | 'done' | 'total' | 'failed' | 'note'>

/** The params of a job that tries the failures of another one again. */
const failuresOf = z.object({ againOf: z.number().int() })
export type FailuresOf = z.infer<typeof failuresOf>

const HEARTBEAT_MS = 5_000
/** A running job that has not moved for this long was left by a process that died. */
export const ABANDONED_MS = 20_000
const RESULT_MS = RESULT_FILE_DAYS * 24 * 60 * 60 * 1000

/**
 * Does one job in this process, when nobody else has it.
 * @param ending whether this process is about to end; asked after each step
 */
export function createPerformer(platform: Platform, needs: { workOf: (kind: JobKind) => Work | undefined; announce: (row: Moved) => Promise<void>; ending: () => boolean }) {
  const { clock, db, files, log } = platform
  const store = jobRuns(db)

  return async function perform(jobId: number): Promise<void> {
    if (needs.ending()) return
    const holder = randomUUID()
    const now = clock.now()
    if (!(await store.claim(jobId, holder, now))) return
    const row = await store.byId(jobId)
    const work = row && needs.workOf(row.kind)
    if (!row || !work) return
    const retried = failuresOf.safeParse(row.params)
    const again = retried.success ? await jobsOf(db, row.corpId).refs(retried.data.againOf) : null
    const state = { done: row.done, total: row.total, failed: row.failed }
    await store.update(jobId, holder, { startedAt: row.startedAt ?? now })
    const fileKey = `c${row.corpId}/jobs/${jobId}`
    /** What a stopped run has written must not stay, unless another process has the job and the file is that one's. */
    const removeFile = async () => {
      const left = await store.byId(jobId)
      const taken = left !== undefined && left.holder !== holder && left.fileKey !== null && left.state !== 'cancelled'
      if (!taken) await files.remove(fileKey)
    }
    const heartbeat = setInterval(() => void store.update(jobId, holder, { movedAt: clock.now() }).catch((error: unknown) => log.debug({ err: error }, 'job heartbeat')), HEARTBEAT_MS)
    const finish = async (changes: Partial<JobRow>) => {
      const last = { ...changes, finishedAt: clock.now(), movedAt: clock.now() }
      if (await store.update(jobId, holder, last)) await needs.announce({ ...row, ...state, ...last, id: jobId })
    }
    let counted = 0
    const run: JobRun = {
      again,
      jobId, corpId: row.corpId, cursor: row.cursor, params: row.params, requestedBy: row.requestedBy,
      get done() { return state.done },
      get failed() { return state.failed },
      async progress(step) {
        Object.assign(state, { done: step.done ?? state.done, total: step.total === undefined ? state.total : step.total })
        const held = await store.update(jobId, holder, {
          done: state.done, total: state.total, failed: state.failed, note: step.note && cut(step.note, 300), cursor: step.cursor, movedAt: clock.now(),
        })
        const current = held ? await store.byId(jobId) : undefined
        if (!current || current.cancelAsked === 1) throw new JobCancelled('the job was stopped')
        await needs.announce(current)
        if (needs.ending()) throw new JobHandedOver('this process is ending')
      },
      async failure(item, reason, ref) {
        state.failed++
        await jobsOf(db, row.corpId).addFailure(jobId, item, reason, ref ?? null)
      },
      async *counted(batches) {
        for await (const batch of batches) {
          yield* batch
          counted += batch.length
          await run.progress({ done: counted })
        }
      },
      async result({ name, zone, sheets, holds }) {
        // One key per job, written down before the file is: whatever happens then, it is overwritten or deleted in its time.
        const keep = async () => {
          const held = await store.update(jobId, holder, { fileName: name, fileKey, fileUntil: clock.now() + RESULT_MS, fileHolds: holds?.() ?? null, movedAt: clock.now() })
          if (!held || (await store.byId(jobId))?.cancelAsked !== 0) throw new JobCancelled('the job was stopped')
        }
        await keep()
        await files.write(fileKey, SHEET_TYPE, (out) => writeSheets(out, zone, sheets))
        await keep()
      },
    }
    try {
      await work(run)
      await finish({ state: 'done', ...state, cursor: null })
    } catch (error) {
      if (error instanceof JobCancelled) {
        if (isExportJob(row.kind)) await removeFile()
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
}

function messageOf(error: unknown): string {
  const known = asAppError(error)
  if (known instanceof AppError) return known.details?.advice ? `${known.message} ${known.details.advice}` : known.message
  return `内部错误：${redactText(error instanceof Error ? error.message.split('\n', 1)[0] ?? '' : String(error)).slice(0, 300)}`
}
