import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** A single Redis, Sentinel or Cluster connection. */
export type RedisLike = Redis | Cluster

/** Runs Redis commands that calls to other services can do without: gives null instead of waiting when Redis is away. */
interface RedisGuard {
  /** The command's answer as `{ value }`, or null when Redis did not answer in time. */
  attempt<T>(command: (redis: RedisLike) => Promise<T>): Promise<{ value: T } | null>
}

const ANSWER_WITHIN_MS = 800
const REST_MS = 2_000

/**
 * Guards against a Redis that is down: ioredis queues commands while it reconnects, so a command may otherwise wait for
 * ever. After a failure Redis is left alone for two seconds.
 */
export function createRedisGuard(redis: RedisLike, clock: Clock, log: Log): RedisGuard {
  let restUntil = 0

  async function attempt<T>(command: (connection: RedisLike) => Promise<T>): Promise<{ value: T } | null> {
    if (clock.now() < restUntil) return null
    const late = new AbortController()
    try {
      return await Promise.race([
        command(redis).then((value) => ({ value })),
        sleep(ANSWER_WITHIN_MS, undefined, { signal: late.signal, ref: false }).then(() => { throw new Error('Redis did not answer in time') }),
      ])
    } catch (error) {
      restUntil = clock.now() + REST_MS
      log.warn({ err: error }, 'redis is away: tokens and limits are kept in this process')
      return null
    } finally {
      late.abort()
    }
  }

  return { attempt }
}
