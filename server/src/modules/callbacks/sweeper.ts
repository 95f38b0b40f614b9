import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Lanes } from './lanes.ts'
import { isWelcome } from './message.ts'
import { callbackRuns } from './store.ts'

/** A row is queued when it arrives; if it has not been handled by then, the sweeper queues it. */
export const SWEEP_AFTER_MS = 5_000
const ROUND_MS = 2_000
const PIECE = 500
const PIECES_PER_ROUND = 20
/** A queued row is looked at again after this time, in case Redis lost it. */
const AGAIN_MS = 30_000

/** Rows are the truth, queues only carry them: what is due and not under way is queued again, oldest first. */
export function startSweeper(platform: Pick<Platform, 'db' | 'clock' | 'log' | 'metrics'>, lanes: Lanes): Repeated {
  const { clock, metrics, log } = platform
  const runs = callbackRuns(platform.db)

  async function sweep(): Promise<void> {
    for (let piece = 0; piece < PIECES_PER_ROUND; piece++) {
      const now = clock.now()
      const due = await runs.due(now, PIECE)
      if (due.length > 0) await runs.queued(due.map((row) => row.id), now + AGAIN_MS)
      for (const row of due) lanes.offer({ callbackId: row.id, turn: row.attempts }, isWelcome(row.event, row.changeType))
      if (due.length < PIECE) break
    }
    metrics.callbackBacklog.set(await runs.backlog())
  }

  return repeatedly(ROUND_MS, 'callbacks', sweep, log)
}
