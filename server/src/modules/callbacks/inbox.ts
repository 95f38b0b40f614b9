import { errnoOf, isDatabaseAway, isDuplicate } from '../../platform/db/connect.ts'
import { unavailable } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { insertCallback } from './store.ts'
import type { NewCallback } from './store.ts'

/** The id of the new row, or that it had been received before. */
export type Kept = { callbackId: number } | 'duplicate'

export interface Inbox {
  /** Stores a callback. Throws `unavailable` when that took longer than WeCom waits; it may still get stored afterwards. */
  keep(row: NewCallback): Promise<Kept>
  /** Gives up what is still waiting for the database. */
  close(): void
}

/** WeCom gives up waiting after 5 s and sends again; a quick error answer would make it drop the event (wecom-api/01 §3). */
const ANSWER_MS = 6_000
/** An outage of the database this long loses nothing, although WeCom's three tries end after 15 s. */
const PATIENCE_MS = 90_000
const MOST_WAITING = 2_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000

/**
 * The inbox of callbacks (architecture §5): nothing is answered before its row is stored. While the database is away the
 * request is held and stored later, also after WeCom has hung up: the row's digest makes repetitions harmless.
 * @param onKept told of every new row, also of one stored late
 */
export function createInbox(platform: Pick<Platform, 'database' | 'log'>, onKept: (callbackId: number, row: NewCallback) => void): Inbox {
  const { pool } = platform.database
  let waiting = 0
  let closed = false

  async function insert(row: NewCallback): Promise<Kept> {
    try {
      const callbackId = await insertCallback(pool, row)
      onKept(callbackId, row)
      return { callbackId }
    } catch (error) {
      if (isDuplicate(error)) return 'duplicate'
      throw error
    }
  }

  async function insist(row: NewCallback): Promise<Kept> {
    const giveUp = Date.now() + PATIENCE_MS
    waiting++
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        await new Promise((done) => setTimeout(done, pause))
        if (closed || Date.now() > giveUp) throw unavailable()
        try {
          return await insert(row)
        } catch (error) {
          if (!isPassing(error)) throw error
        }
      }
    } finally {
      waiting--
    }
  }

  return {
    async keep(row) {
      try {
        return await insert(row)
      } catch (error) {
        if (!isPassing(error)) throw error
      }
      if (waiting >= MOST_WAITING) throw unavailable()
      const later = insist(row)
      later.catch((error: unknown) => platform.log.error({ err: error, event: row.event }, 'a callback could not be stored; WeCom may send it again'))
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_done, fail) => (timer = setTimeout(() => fail(unavailable()), ANSWER_MS)))
      try {
        return await Promise.race([later, late])
      } finally {
        clearTimeout(timer)
      }
    },
    close() {
      closed = true
    },
  }
}

/** Away, or given up for another transaction: the same insert works later. */
function isPassing(error: unknown): boolean {
  const errno = errnoOf(error)
  return isDatabaseAway(error) || errno === 1213 || errno === 1205
}
