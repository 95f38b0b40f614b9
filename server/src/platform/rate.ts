import type { RedisClient } from './redis.ts'

/** At most `most` times within `seconds`, counted from the first time. */
export interface Rate { key: string; most: number; seconds: number }

/** One step for Redis, so that a process that dies meanwhile leaves no counter without an end behind. */
const COUNT_SCRIPT = `
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then return 0 end
end
for i, key in ipairs(KEYS) do
  redis.call('INCR', key)
  if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, ARGV[2 * i]) end
end
return 1`

/**
 * Counts one time under all the rates, unless one of them is used up: then nothing is counted and the answer is false.
 * Keys of one call lie in one hash slot (`{…}`). Throws when Redis is away: the caller knows what then is right.
 */
export async function withinRates(redis: RedisClient, ...rates: readonly Rate[]): Promise<boolean> {
  const answer = await redis.eval(COUNT_SCRIPT, rates.length, ...rates.map((rate) => rate.key), ...rates.flatMap((rate) => [rate.most, rate.seconds]))
  return answer === 1
}
