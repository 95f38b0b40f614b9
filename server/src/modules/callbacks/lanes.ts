import type { Log } from '../../platform/log.ts'
import type { Platform } from '../../platform/platform.ts'
import type { WorkQueue } from '../../platform/queues.ts'

/** `turn` is the number of attempts begun when it was queued: a job whose turn is over does nothing. */
export interface CallbackJob { callbackId: number; turn: number }

export interface Lanes {
  /** Queues without waiting for Redis; what gets lost on the way is found by the sweeper. */
  offer(job: CallbackJob, urgent: boolean): void
  /** Starts handling in this process. */
  work(handle: (job: CallbackJob) => Promise<void>): void
}

/** What was queued together: ids of rows only. */
interface Load { callbacks: CallbackJob[] }

const MOST_WAITING = 5_000
const MOST_PER_LOAD = 20

/**
 * The way of stored callbacks to the workers. Welcome codes live 20 seconds (wecom-api/01 §6), so the events that carry
 * one have a lane of their own, handled side by side: no backlog of others stands before them.
 */
export function createLanes(platform: Pick<Platform, 'queues' | 'log'>): Lanes {
  const ordinary = platform.queues.define<Load>('callbacks', { attempts: 1 })
  const urgent = platform.queues.define<Load>('callbacks-urgent', { attempts: 1 })
  const offers = { ordinary: handOver(ordinary, platform.log), urgent: handOver(urgent, platform.log) }
  return {
    offer: (job, isUrgent) => offers[isUrgent ? 'urgent' : 'ordinary'](job),
    work(handle) {
      urgent.work(async ({ callbacks }) => void (await Promise.all(callbacks.map(handle))), { concurrency: 6 })
      ordinary.work(async ({ callbacks }) => {
        for (const job of callbacks) await handle(job)
      }, { concurrency: 8 })
    },
  }
}

/** One delivery to Redis is under way at a time; what comes meanwhile goes along with the next one. */
function handOver(queue: WorkQueue<Load>, log: Log): (job: CallbackJob) => void {
  const waiting: CallbackJob[] = []
  let delivering = false
  const deliver = async () => {
    delivering = true
    // Those of one burst travel together.
    await new Promise((done) => setImmediate(done))
    while (waiting.length > 0) {
      const callbacks = waiting.splice(0, MOST_PER_LOAD)
      try {
        await queue.add({ callbacks })
      } catch (error) {
        log.warn({ err: error, queue: queue.name, callbacks: callbacks.length }, 'callbacks will be queued by the sweeper')
      }
    }
    delivering = false
  }
  return (job) => {
    if (waiting.length >= MOST_WAITING) return
    waiting.push(job)
    if (!delivering) void deliver()
  }
}
