import type { RedisClient } from './redis.ts'

/** At most `most` times within `seconds`, counted from the first time. */
export interface CountedRate { key: string; most: number; seconds: number }

/** One step for Redis, so that a process that dies meanwhile leaves no counter without an end behind. */
const COUNT_SCRIPT = `
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then return math.max(redis.call('TTL', key), 1) end
end
for i, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
end
return 0`

/**
 * Counts one time under all the rates and answers 0, unless one of them is used up: then nothing is counted and the
 * answer says in how many seconds it begins again. Keys of one call lie in one hash slot (`{…}`).
 * Throws when Redis is away: the caller knows what then is right.
 */
export async function secondsToWait(redis: RedisClient, ...rates: readonly CountedRate[]): Promise<number> {
  return Number(await redis.eval(COUNT_SCRIPT, rates.length, ...rates.map((rate) => rate.key), ...rates.flatMap((rate) => [rate.most, rate.seconds])))
}

/** The same for callers who only want to know whether there was room. */
export async function withinRates(redis: RedisClient, ...rates: readonly CountedRate[]): Promise<boolean> {
  return (await secondsToWait(redis, ...rates)) === 0
}
