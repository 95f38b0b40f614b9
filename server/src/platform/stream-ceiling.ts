import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { isRedisAway } from './redis.ts'
import type { RedisClient } from './redis.ts'

/** How large a stream may grow while nobody reads it. @property lookMs how often that is looked at, while something is appended */
export interface Ceiling { bytes: number; entries: number; lookMs: number }

/**
 * Keeps a stream that no worker reads from filling Redis, which would take sessions and queues with it. Entries differ much in
 * size, so their memory is measured. Half way up somebody is told, long before anything is lost.
 * @returns to be called after every append; looks from time to time, and keeps nobody waiting
 */
export function createStreamCeiling(key: string, redis: RedisClient, { log, metrics }: { log: Log; metrics: Metrics }, { bytes: most, lookMs }: Ceiling): () => void {
  const bytesNow = metrics.streamBytes.labels(key)
  const dropped = metrics.streamDropped.labels(key)
  let lookedAt = 0
  let high = false

  async function look(): Promise<void> {
    const [entries, measured] = await Promise.all([redis.xlen(key), redis.memory('USAGE', key, 'SAMPLES', 0)])
    const bytes = measured ?? 0
    bytesNow.set(bytes)
    const wasHigh = high
    high = bytes > most / 2
    if (high && !wasHigh) log.error({ stream: key, entries, bytes, most }, 'a stream is half full: its entries are not read fast enough, or no worker runs')
    if (bytes <= most) return
    const gone = await redis.xtrim(key, 'MAXLEN', '~', Math.floor((entries * most) / bytes))
    dropped.inc(gone)
    if (gone > 0) log.error({ stream: key, dropped: gone, bytes, most }, 'a stream is full: its oldest entries were dropped unread')
  }

  return () => {
    const now = Date.now()
    if (now - lookedAt < lookMs) return
    lookedAt = now
    look().catch((error: unknown) => {
      if (!isRedisAway(error)) log.warn({ err: error, stream: key }, 'how large a stream is could not be measured')
    })
  }
}
