import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Platform } from '../../platform/platform.ts'
import type { Viewer } from '../identity/index.ts'

const KEPT_S = 30
/** Counts over more members than this are kept for a while instead of being made for each request. */
const SMALL_SCOPE = 5
const counted = z.array(z.tuple([z.string(), z.number()]))

/**
 * Counts over a viewer's data scope: over a few members counted at once, over many kept in Redis for half a minute, so that
 * the work of requests does not grow with the corp. Without Redis they are counted each time.
 * @param what names the count together with everything it depends on besides the scope
 */
export async function countWithin(platform: Platform, viewer: Viewer, what: string, count: () => Promise<Map<string, number>>): Promise<Map<string, number>> {
  if (!viewer.owners.all && viewer.owners.staffIds.length <= SMALL_SCOPE) return await count()
  const scope = viewer.owners.all ? 'all' : viewer.owners.staffIds.join()
  const key = `${platform.config.redisPrefix}:counts:${viewer.corpId}:${createHash('sha256').update(`${scope} ${what}`).digest('base64url').slice(0, 22)}`
  const kept = await platform.redis.get(key).catch(() => null)
  if (kept !== null) return new Map(counted.parse(JSON.parse(kept)))
  const result = await count()
  await platform.redis.set(key, JSON.stringify([...result]), 'EX', KEPT_S).catch((error: unknown) => platform.log.debug({ err: error }, 'counts not kept'))
  return result
}
