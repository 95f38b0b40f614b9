import { isDatabaseAway } from './db/connect.ts'
import type { Log } from './log.ts'
import { isRedisAway } from './redis.ts'

/** Work that a process does again and again by itself. */
export interface Repeated {
  /** Runs it at once, or right after the run that is going on. */
  hurry(): void
  /** Waits for the run in hand, then no more. */
  stop(): Promise<void>
}

/**
 * Runs `work` every `everyMs` in this process, one run at a time. For sweepers that look into the database:
 * unlike a scheduled job it survives an emptied Redis. Several processes may run the same work, so it must be repeatable.
 * Long work looks at the signal and stops between two steps.
 */
export function repeatedly(everyMs: number, name: string, work: (ending: AbortSignal) => Promise<void>, log: Log): Repeated {
  const ending = new AbortController()
  let hurried = false
  let wake: (() => void) | null = null
  const pause = () => new Promise<void>((done) => {
    const timer = setTimeout(done, everyMs)
    wake = () => {
      clearTimeout(timer)
      done()
    }
  })
  const loop = (async () => {
    while (!ending.signal.aborted) {
      hurried = false
      try {
        await work(ending.signal)
      } catch (error) {
        if (!ending.signal.aborted && !isDatabaseAway(error) && !isRedisAway(error)) log.error({ err: error, work: name }, 'repeated work failed; it will be tried again')
      }
      if (!ending.signal.aborted && !hurried) await pause()
      wake = null
    }
  })()
  return {
    hurry() {
      hurried = true
      wake?.()
    },
    async stop() {
      ending.abort()
      wake?.()
      await loop
    },
  }
}
