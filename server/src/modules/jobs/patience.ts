import { setTimeout as sleep } from 'node:timers/promises'
import { WecomError } from '../../wecom/index.ts'
import type { JobRun } from './run.ts'

const TRIES = 6
const LONGEST_WAIT_MS = 60_000
const STEP_MS = 4_000

/**
 * Repeats a read of WeCom within a job while WeCom is busy, away, or has told us to pause (−1, 45009, network), for some
 * minutes in all. Between the steps of waiting the job can be stopped. Throws the last error.
 */
export async function withPatience<T>(job: JobRun, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await call()
      if (attempt > 1) await job.progress({ note: null })
      return answer
    } catch (error) {
      if (!(error instanceof WecomError) || !(error.retriable || error.reason === 'interrupted') || attempt === TRIES) throw error
      let left = Math.min(error.retryAfterMs ?? 2_000 * attempt, LONGEST_WAIT_MS)
      while (left > 0) {
        await job.progress({ note: '企业微信繁忙，稍后自动继续' })
        await sleep(Math.min(left, STEP_MS))
        left -= STEP_MS
      }
    }
  }
}
