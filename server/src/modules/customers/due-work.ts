import { dayStart } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corp, Corps } from '../corps/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { intakeOf } from './intake-store.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import { overdueChecks } from './store.ts'

const NIGHT_HOUR_MS = 3 * 60 * 60 * 1000
/** A corp whose sync fails (a wrong secret, say) is tried again after this long. */
const TRY_AGAIN_S = 60 * 60
const CHECKS_AT_ONCE = 50
const CHECK_AGAIN_MS = 10 * 60 * 1000

/** Latest 3:00 in the corp's zone, epoch milliseconds. */
export function lastNight(now: number, zone: string): number {
  const today = dayStart(now, zone) + NIGHT_HOUR_MS
  return now >= today ? today : dayStart(now - 24 * 60 * 60 * 1000, zone) + NIGHT_HOUR_MS
}

/** Is a full sync due: never done, or not since the last night (GEN-11: a missed run is caught up)? */
export function syncIsDue(corp: Pick<Corp, 'zone' | 'proofs' | 'hasSecret'>, now: number): boolean {
  if (!corp.hasSecret) return false
  const { customersSyncedAt } = corp.proofs
  return customersSyncedAt === undefined || customersSyncedAt < lastNight(now, corp.zone)
}

/** Starts the three syncs of a corp; gives the id of the customers' job. Whatever runs already goes on. @param recorded with the customers' job, when that is a new one */
export async function startSyncs(jobs: Jobs, corpId: number, staffId: number | null, recorded?: (tx: Queries) => Promise<void>): Promise<number> {
  await jobs.start(corpId, 'tags_sync', { staffId })
  const jobId = await jobs.start(corpId, 'customers_sync', { staffId }, { recorded })
  await jobs.start(corpId, 'group_chats_sync', { staffId })
  return jobId
}

/** What the worker looks after again and again, from rows in the database: Redis may be emptied at any time. What fails is done by the next round. */
export function createRounds(platform: Platform, needs: { corps: Corps; jobs: Jobs; refresh: Refresh }) {
  const { clock, redis, log } = platform

  async function startDue(ending: AbortSignal): Promise<void> {
    for (const corp of await needs.corps.active()) {
      if (ending.aborted) return
      if (!syncIsDue(corp, clock.now())) continue
      const key = `${platform.config.redisPrefix}:customers-due:${corp.id}`
      if ((await redis.set(key, '1', 'EX', TRY_AGAIN_S, 'NX')) !== null) await startSyncs(needs.jobs, corp.id, null)
    }
  }

  /** Where the last writing to WeCom has an outcome we don't know, what is true is read. */
  async function settleChecks(ending: AbortSignal): Promise<void> {
    for (const overdue of await overdueChecks(platform.db, clock.now(), CHECKS_AT_ONCE)) {
      if (ending.aborted) return
      const readAt = clock.now()
      try {
        await needs.refresh.customer(overdue.corpId, overdue.externalUserId)
        await intakeOf(platform.db, overdue.corpId).clearChecks([overdue.relationId], readAt)
      } catch (error) {
        log.warn({ err: error, relationId: overdue.relationId }, 'outcome in WeCom still unknown')
        // Behind the others: one corp that cannot be asked must not hold up everybody's checks.
        await intakeOf(platform.db, overdue.corpId).putOffCheck(overdue.relationId, readAt, clock.now() + CHECK_AGAIN_MS)
      }
    }
  }

  return { startDue, settleChecks }
}
