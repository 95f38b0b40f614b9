import type { Platform } from './platform.ts'
import { repeatedly } from './repeat.ts'
import type { Repeated } from './repeat.ts'

/** What an area lets go when its time has come (architecture §6: hot, growing tables). */
export interface Retention {
  /** For the log. */
  what: string
  /**
   * Deletes a piece of what is due, of all tenants alike: at most about `piece` rows, found by an index. `more`: there may be
   * more of it. Several workers may do it at once.
   */
  forget(now: number, piece: number): Promise<Forgotten>
}
export interface Forgotten { gone: number; more: boolean }

const ROUND_MS = 60 * 60 * 1000
const PIECE = 1000
/** Between two pieces other work gets its turn, and replicas keep up. */
const PAUSE_MS = 50

/** Most deletions: as many rows as were found by their limit means that there may be more. */
export const forgotten = (gone: number, piece: number): Forgotten => ({ gone, more: gone >= piece })

/** Deletes what is due now, piece after piece; ends early when asked to. @returns how many rows went */
export async function forgetDue({ forget }: Retention, now: () => number, ending?: AbortSignal, piece = PIECE): Promise<number> {
  let gone = 0
  for (let more = true; more && !ending?.aborted;) {
    const last = await forget(now(), piece)
    gone += last.gone
    more = last.more
    if (more) await new Promise((done) => setTimeout(done, PAUSE_MS))
  }
  return gone
}

/** Lets go what is due every hour, in this process (worker role). What fails doesn't hold up the others. */
export function startForgetting(platform: Pick<Platform, 'clock' | 'log'>, retentions: readonly Retention[]): Repeated[] {
  return retentions.map((one) => repeatedly(ROUND_MS, `retention of ${one.what}`, async (ending) => {
    const rows = await forgetDue(one, platform.clock.now, ending)
    if (rows > 0) platform.log.info({ what: one.what, rows }, 'what was due has been deleted')
  }, platform.log))
}
