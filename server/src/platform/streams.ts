import { randomUUID } from 'node:crypto'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { isRedisAway, whenAway } from './redis.ts'
import type { RedisClient } from './redis.ts'
import { createStreamCeiling } from './stream-ceiling.ts'
import type { Ceiling } from './stream-ceiling.ts'

/** One entry of a stream: its Redis id and its text. */
export interface Entry { id: string; text: string }

/** A Redis stream with one consumer group: appended to on requests, read in batches by workers. */
export interface Stream {
  append(text: string): Promise<void>
  /**
   * Hands batches to `handle` until stopped. An entry is removed only after `handle` has returned, so a batch of a
   * process that died is read again by another one: `handle` must be repeatable.
   */
  consume(handle: (batch: Entry[]) => Promise<void>, options: { batch: number; lingerMs: number; claimAfterMs: number }): { stop(): Promise<void> }
}

const GROUP = 'workers'
/** About two million beacons: hours of a big corp's readers, and less than a Redis server has. */
const CEILING: Ceiling = { bytes: 400 * 1024 * 1024, entries: 2_000_000, lookMs: 5000 }

/**
 * @param requests connection that fails quickly, for appending
 * @param background connection of its own for blocking reads
 * @param ceiling what nobody reads is kept up to here; beyond it the oldest entries are dropped
 */
export function createStream(key: string, requests: RedisClient, background: () => RedisClient, tools: { log: Log; metrics: Metrics }, ceiling = CEILING): Stream {
  const { log } = tools
  const keepBelow = createStreamCeiling(key, requests, tools, ceiling)
  return {
    async append(text) {
      await requests.xadd(key, 'MAXLEN', '~', ceiling.entries, '*', 'd', text)
      keepBelow()
    },
    consume(handle, options) {
      const reader = background()
      const consumer = `${process.pid}-${randomUUID().slice(0, 8)}`
      let running = true
      const take = async (batch: Entry[]) => {
        if (batch.length === 0) return
        await handle(batch)
        const ids = batch.map((entry) => entry.id)
        await reader.multi().xack(key, GROUP, ...ids).xdel(key, ...ids).exec()
      }
      const loop = (async () => {
        let claimedAt = 0
        while (running) {
          try {
            const now = Date.now()
            if (now - claimedAt > options.claimAfterMs) {
              claimedAt = now
              await take(await claim(reader, key, consumer, options))
            }
            const batch = await read(reader, key, consumer, options.batch)
            if (batch.length > 0 && batch.length < options.batch && options.lingerMs > 0) {
              await pause(options.lingerMs)
              batch.push(...(await read(reader, key, consumer, options.batch - batch.length, false)))
            }
            await take(batch)
          } catch (error) {
            if (!running) return
            if (error instanceof Error && error.message.includes('NOGROUP')) await createGroup(reader, key)
            else {
              if (!isRedisAway(error)) log.error({ err: error, stream: key }, 'a batch could not be handled; it will be tried again')
              claimedAt = 0
              await pause(500)
            }
          }
        }
      })()
      return {
        async stop() {
          running = false
          // With Redis away a read waits for its return; the batch in hand will be read again.
          await Promise.race([loop, whenAway(reader)])
          reader.disconnect()
        },
      }
    },
  }
}

async function createGroup(redis: RedisClient, key: string): Promise<void> {
  try {
    await redis.xgroup('CREATE', key, GROUP, '0', 'MKSTREAM')
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('BUSYGROUP'))) throw error
  }
}

async function read(redis: RedisClient, key: string, consumer: string, count: number, wait = true): Promise<Entry[]> {
  const answer: unknown = wait
    ? await redis.xreadgroup('GROUP', GROUP, consumer, 'COUNT', count, 'BLOCK', 500, 'STREAMS', key, '>')
    : await redis.xreadgroup('GROUP', GROUP, consumer, 'COUNT', count, 'STREAMS', key, '>')
  if (!Array.isArray(answer)) return []
  return answer.flatMap((stream: unknown) => (Array.isArray(stream) ? entriesOf(stream[1]) : []))
}

/** What a consumer that died has taken and not finished. A fresh process of ours also finds what itself failed to handle. */
async function claim(redis: RedisClient, key: string, consumer: string, options: { batch: number; claimAfterMs: number }): Promise<Entry[]> {
  const answer: unknown = await redis.xautoclaim(key, GROUP, consumer, options.claimAfterMs, '0', 'COUNT', options.batch)
  return Array.isArray(answer) ? entriesOf(answer[1]) : []
}

function entriesOf(list: unknown): Entry[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown) => {
    if (!Array.isArray(item) || !Array.isArray(item[1])) return []
    return [{ id: String(item[0]), text: String(item[1][1] ?? '') }]
  })
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
