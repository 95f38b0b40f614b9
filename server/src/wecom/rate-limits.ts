import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { createRedisGuard } from '../platform/redis-guard.ts'
import type { RedisLike } from '../platform/redis-guard.ts'

/** May a call go out now? Shared by all processes; per corp and API (wecom-api/00 §4). */
export interface RateLimits {
  /** Counts one call. `waitMs` > 0: do not call before that; `pausedByWecom` when a 45009 is the cause. */
  take(wecomCorpId: string, api: string): Promise<{ waitMs: number; pausedByWecom: boolean }>
  /** After a 45009: nobody calls this API for this corp for a while; longer when it happens again. Gives the pause in ms. */
  pause(wecomCorpId: string, api: string): Promise<number>
  /** Runs the call with at most `concurrency` at once per corp and API in this process. */
  within<T>(wecomCorpId: string, api: string, call: () => Promise<T>): Promise<T>
  /** After a 45033: halves the concurrency for a minute. */
  narrow(wecomCorpId: string, api: string): void
}

interface RateLimitsDeps {
  redis: RedisLike
  clock: Clock
  log: Log
  /** WeCom allows 10 000 per minute and 150 000 per hour; a tenth is left to whoever else uses this corp's quota. */
  perMinute?: number
  perHour?: number
  concurrency?: number
}

/** Checks the pause, then counts into both windows. Answers [state, ms]: 0 go, 1 paused by WeCom, 2 our window is full. */
const TAKE_SCRIPT = `
local paused = redis.call('PTTL', KEYS[1])
if paused > 0 then return {1, paused} end
for i = 2, 3 do
  local count = tonumber(redis.call('GET', KEYS[i]) or '0')
  if count >= tonumber(ARGV[i - 1]) then
    local left = redis.call('PTTL', KEYS[i])
    if left > 0 then return {2, left} end
    redis.call('DEL', KEYS[i])
  end
end
for i = 2, 3 do
  if redis.call('INCR', KEYS[i]) == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[i + 1]) end
end
return {0, 0}`

/** A 45009 does not say which limit was hit: the first pauses suit a minute limit, repeated ones an hour limit. */
const PAUSE_SCRIPT = `
local times = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], 1800000)
local ms = tonumber(ARGV[math.min(times, #ARGV)])
redis.call('SET', KEYS[1], '1', 'PX', ms)
return ms`
const PAUSES_MS = [60_000, 60_000, 300_000, 1_200_000] as const
const NARROW_MS = 60_000

interface Lane {
  running: number
  waiting: (() => void)[]
  limit: number
  narrowUntil: number
}

/** Rate limits in Redis and lanes in this process. Without Redis only the lanes hold. */
export function createRateLimits(deps: RateLimitsDeps): RateLimits {
  const { clock } = deps
  const guard = createRedisGuard(deps.redis, clock, deps.log)
  const perMinute = deps.perMinute ?? 9_000
  const perHour = deps.perHour ?? 135_000
  const concurrency = deps.concurrency ?? 8
  const lanes = new Map<string, Lane>()

  function laneOf(wecomCorpId: string, api: string): Lane {
    const name = `${wecomCorpId} ${api}`
    const lane = lanes.get(name) ?? { running: 0, waiting: [], limit: concurrency, narrowUntil: 0 }
    lanes.set(name, lane)
    if (lane.limit < concurrency && clock.now() >= lane.narrowUntil) lane.limit = concurrency
    return lane
  }

  async function take(wecomCorpId: string, api: string): Promise<{ waitMs: number; pausedByWecom: boolean }> {
    const base = keyOf(wecomCorpId, api)
    const answer = await guard.attempt((redis) => redis.eval(TAKE_SCRIPT, 3, `${base}:pause`, `${base}:minute`, `${base}:hour`, perMinute, perHour, 60_000, 3_600_000))
    const [state, ms] = numbersOf(answer?.value)
    return { waitMs: ms ?? 0, pausedByWecom: state === 1 }
  }

  async function pause(wecomCorpId: string, api: string): Promise<number> {
    const base = keyOf(wecomCorpId, api)
    const answer = await guard.attempt((redis) => redis.eval(PAUSE_SCRIPT, 2, `${base}:pause`, `${base}:pauses`, ...PAUSES_MS))
    return typeof answer?.value === 'number' ? answer.value : PAUSES_MS[0]
  }

  async function within<T>(wecomCorpId: string, api: string, call: () => Promise<T>): Promise<T> {
    const lane = laneOf(wecomCorpId, api)
    if (lane.running < lane.limit && lane.waiting.length === 0) lane.running++
    else await new Promise<void>((admitted) => lane.waiting.push(admitted))
    try {
      return await call()
    } finally {
      lane.running--
      admitWaiting(laneOf(wecomCorpId, api))
    }
  }

  /** Hands free places to those who wait, first come first served; the place counts as taken from here on. */
  function admitWaiting(lane: Lane): void {
    while (lane.running < lane.limit) {
      const admit = lane.waiting.shift()
      if (!admit) return
      lane.running++
      admit()
    }
  }

  function narrow(wecomCorpId: string, api: string): void {
    const lane = laneOf(wecomCorpId, api)
    lane.limit = Math.max(1, Math.floor(lane.limit / 2))
    lane.narrowUntil = clock.now() + NARROW_MS
  }

  return { take, pause, within, narrow }
}

function keyOf(wecomCorpId: string, api: string): string {
  return `zk:{wecom:${wecomCorpId}}:rate:${api}`
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : []
}
