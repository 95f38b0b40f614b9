import { z } from 'zod'
import type { Platform } from '../../platform/platform.ts'
import type { Corp } from '../corps/index.ts'
import type { CheckedFindings } from './checks.ts'

const finding = z.object({ state: z.enum(['ok', 'failed', 'waiting']), finding: z.string(), fix: z.array(z.string()) })
const remembered = z.object({
  version: z.number(), at: z.number(),
  checked: z.object({ secret: finding, trusted_ip: finding, visible_range: finding, contact_permission: finding, domain_file: finding, jssdk: finding }).partial(),
})

export interface CheckResult { checked: CheckedFindings; at: number }

const KEPT_SECONDS = 24 * 60 * 60

/** The last check of each corp, shared by all web processes, so that looking at the list asks WeCom nothing. */
export function createResults(platform: Pick<Platform, 'redis' | 'log' | 'config'>) {
  const keyOf = (corpId: number) => `${platform.config.redisPrefix}:{setup:${corpId}}:result`
  return {
    /** Results found with other settings than the corp's present ones don't count. Null while Redis is away. */
    async last(corp: Corp): Promise<CheckResult | null> {
      try {
        const text = await platform.redis.get(keyOf(corp.id))
        const parsed = text === null ? null : remembered.safeParse(JSON.parse(text))
        return parsed?.success && parsed.data.version === corp.version ? parsed.data : null
      } catch (error) {
        platform.log.debug({ err: error }, 'set-up results not read')
        return null
      }
    },
    async remember(corp: Corp, result: CheckResult): Promise<void> {
      try {
        await platform.redis.set(keyOf(corp.id), JSON.stringify({ ...result, version: corp.version }), 'EX', KEPT_SECONDS)
      } catch (error) {
        platform.log.debug({ err: error }, 'set-up results not kept')
      }
    },
  }
}
