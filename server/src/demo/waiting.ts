import { JOB_KIND_LABELS } from '@zhike/shared'
import type { JobKind } from '@zhike/shared'
import type { Modules } from '../modules.ts'

const LOOK_MS = 300
const SAY_MS = 2000
/** A job that hasn't moved for this long has nobody working on it. */
const STILL_MS = 90_000

export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** Starts a job (or joins the one that runs) and waits for the worker to finish it. Throws with its error when it fails. */
export async function brought({ jobs, identity }: Modules, corpId: number, kind: JobKind, say: (line: string) => void): Promise<void> {
  const jobId = await jobs.start(corpId, kind, { staffId: null })
  let seen = ''
  let movedAt = Date.now()
  let saidAt = Date.now()
  for (;;) {
    const job = await jobs.view(corpId, jobId, identity.staffRefs)
    if (job.state === 'done') return say(`${JOB_KIND_LABELS[kind]}完成${job.done > 0 ? `：${job.done}` : ''}${job.failed > 0 ? `（${job.failed} 个失败）` : ''}`)
    if (job.state === 'failed' || job.state === 'cancelled') throw new Error(`${JOB_KIND_LABELS[kind]}没有完成：${job.error ?? '被取消'}`)
    const state = `${job.state} ${job.done} ${job.total} ${job.note}`
    if (state !== seen) movedAt = Date.now()
    seen = state
    if (Date.now() - movedAt > STILL_MS) throw new Error(`${JOB_KIND_LABELS[kind]}一直没有进展，请看日志 worker.log`)
    if (Date.now() - saidAt > SAY_MS && job.state === 'running') {
      saidAt = Date.now()
      say(`${JOB_KIND_LABELS[kind]} ${job.done}${job.total === null ? '' : ` / ${job.total}`}`)
    }
    await pause(LOOK_MS)
  }
}
