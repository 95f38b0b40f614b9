import { tooMany } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { secondsToWait } from '../../platform/rate.ts'

/** What WeCom does not know for us either is not asked for again for so long. */
const ASK_AGAIN_S = 20
const ASKS_PER_MINUTE = 30

/** Says whether WeCom may be asked about an id now; false: it was a moment ago. @throws `too_many`, and when Redis is away */
export type MayAsk = (by: { corpId: number; staffId: number }, id: string) => Promise<boolean>

/**
 * For what is read from WeCom with an id that a page gives: the same id once in a while, and so many ids a minute and member,
 * so that nobody tries out ids or uses up the corp's calls.
 * @param what names the kind of id
 */
export function createQuestions({ redis, config }: Pick<Platform, 'redis' | 'config'>, what: string): MayAsk {
  return async ({ corpId, staffId }, id) => {
    const base = `${config.redisPrefix}:{asked:${corpId}:${staffId}}:${what}`
    if ((await redis.set(`${base}:${id}`, '1', 'EX', ASK_AGAIN_S, 'NX')) === null) return false
    const seconds = await secondsToWait(redis, { key: base, most: ASKS_PER_MINUTE, seconds: 60 })
    if (seconds > 0) throw tooMany(seconds)
    return true
  }
}
