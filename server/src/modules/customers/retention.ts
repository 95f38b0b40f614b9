import { and, eq, lt } from 'drizzle-orm'
import { CUSTOMER_EVENT_KINDS, FRIENDSHIP_EVENT_KINDS } from '@zhike/shared'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { customerEvents, customerScores } from './tables.ts'

/**
 * The customer log lets go what there is much of, and with it goes what points were given for. When somebody became and ceased to be a friend or a member of a group
 * stays: there are few of these, and later changes are judged by them.
 */
export function customersRetention({ db, config }: Platform): Retention[] {
  const before = (now: number) => now - config.retention.customerEventsMs
  return [...CUSTOMER_EVENT_KINDS.filter((kind) => !FRIENDSHIP_EVENT_KINDS.some((kept) => kept === kind)).map((kind): Retention => ({
    what: `customer log, ${kind}`,
    async forget(now, piece) {
      const [gone] = await db.delete(customerEvents).where(and(eq(customerEvents.kind, kind), lt(customerEvents.at, before(now)))).orderBy(customerEvents.at).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  })), {
    what: 'points of customers',
    async forget(now, piece) {
      const [gone] = await db.delete(customerScores).where(lt(customerScores.at, before(now))).orderBy(customerScores.at).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}
