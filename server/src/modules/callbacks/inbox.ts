import { unavailable } from '../../platform/http/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { NewCallback } from './store.ts'
import { isPassing } from './writer.ts'
import type { Writer } from './writer.ts'

interface Inbox {
  /** Stores a callback. Throws `unavailable` when that took longer than WeCom waits; it may still get stored afterwards. */
  keep(row: NewCallback): Promise<void>
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
 */
export function createInbox(writer: Writer, log: Log): Inbox {
  let waiting = 0
  let closed = false

  async function insist(row: NewCallback): Promise<void> {
    const giveUp = Date.now() + PATIENCE_MS
    waiting++
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        await new Promise((done) => setTimeout(done, pause))
        if (closed || Date.now() > giveUp) throw unavailable()
        try {
          return await writer.write(row)
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
        return await writer.write(row)
      } catch (error) {
        if (!isPassing(error)) throw error
      }
      if (waiting >= MOST_WAITING) throw unavailable()
      const later = insist(row)
      later.catch((error: unknown) => log.error({ err: error, event: row.event }, 'a callback could not be stored; WeCom may send it again'))
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_done, fail) => (timer = setTimeout(() => fail(unavailable()), ANSWER_MS)))
      try {
        await Promise.race([later, late])
      } finally {
        clearTimeout(timer)
      }
    },
    close() {
      closed = true
    },
  }
}
