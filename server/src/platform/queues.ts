import { Queue, Worker } from 'bullmq'
import type { JobsOptions } from 'bullmq'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { whenAway } from './redis.ts'
import type { RedisClient } from './redis.ts'

/** One kind of background work. A job carries ids of rows only and can be run twice without harm. */
export interface WorkQueue<T extends object> {
  readonly name: string
  /** @param options.id a job with an id that is waiting or under way is not added again; one that failed is */
  add(payload: T, options?: { delayMs?: number; id?: string }): Promise<void>
  addMany(payloads: readonly { payload: T; id?: string }[]): Promise<void>
  /** Starts taking jobs in this process (worker role). */
  work(handler: (payload: T, attempt: { number: number; last: boolean }) => Promise<void>, options?: { concurrency?: number }): void
}

export interface Queues {
  define<T extends object>(name: string, options?: { attempts?: number; backoffMs?: number }): WorkQueue<T>
  close(): Promise<void>
}

/**
 * BullMQ behind a narrow door. Keys carry a hash tag per queue, so they work on Redis Cluster.
 * Redis may be emptied at any time: what must not be lost is a row in the database, and a sweeper queues it again.
 */
export function createQueues(redis: RedisClient, tools: { log: Log; metrics: Metrics; prefix: string }): Queues {
  const queues: Queue[] = []
  const workers: Worker[] = []
  return {
    define(name, { attempts = 5, backoffMs = 1000 } = {}) {
      const prefix = `{${tools.prefix}:${name}}`
      // BullMQ adds no second job with an id as long as it keeps one, also one that failed for good: of those with an id none is kept.
      const named = (id: string | undefined): JobsOptions => (id === undefined ? {} : { jobId: id, removeOnFail: true })
      const defaults: JobsOptions = { attempts, backoff: { type: 'exponential', delay: backoffMs, jitter: 0.3 }, removeOnComplete: true, removeOnFail: { count: 500 } }
      const queue = new Queue(name, { connection: redis, prefix, defaultJobOptions: defaults })
      queue.on('error', (error) => tools.log.debug({ err: error, queue: name }, 'queue connection'))
      queues.push(queue)
      return {
        name,
        async add(payload, options = {}) {
          await queue.add(name, payload, { delay: options.delayMs, ...named(options.id) })
        },
        async addMany(payloads) {
          await queue.addBulk(payloads.map(({ payload, id }) => ({ name, data: payload, opts: named(id) })))
        },
        work(handler, { concurrency = 5 } = {}) {
          const worker = new Worker(
            name,
            (job) => handler(job.data, { number: job.attemptsMade + 1, last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1) }),
            { connection: redis, prefix, concurrency, drainDelay: 2, stalledInterval: 15_000, lockDuration: 60_000, maxStalledCount: 10 },
          )
          worker.on('completed', () => tools.metrics.queueJobs.inc({ queue: name, outcome: 'done' }))
          worker.on('failed', (job, error) => {
            tools.metrics.queueJobs.inc({ queue: name, outcome: 'failed' })
            tools.log.warn({ err: error, queue: name, jobId: job?.id, attempt: job?.attemptsMade }, 'background job failed')
          })
          worker.on('error', (error) => tools.log.debug({ err: error, queue: name }, 'worker connection'))
          workers.push(worker)
        },
      }
    },
    async close() {
      const closed = Promise.all(workers.map((worker) => worker.close())).then(() => Promise.all(queues.map((queue) => queue.close())))
      // With Redis away workers would wait for its return; their jobs are rows, which somebody finds again.
      await Promise.race([closed, whenAway(redis)])
    },
  }
}
