import { and, eq, inArray } from 'drizzle-orm'
import type { LiveEvent } from '@zhike/shared'
import { randomToken } from '../../platform/crypto/secret-box.ts'
import { isDatabaseAway } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { customersOf } from './store.ts'
import { customerEvents } from './tables.ts'

const AT_ONCE = 200
const TURN_MS = 5_000

/** Hands the customer log on (architecture §5, outbox) to the screens of the owners: at least once, in the order of the log. */
export function createRelay(platform: Platform) {
  const { db, redis, log } = platform
  const turnKey = `${platform.config.redisPrefix}:customer-relay`

  async function tellScreens(events: readonly { corpId: number; customerId: number }[]): Promise<void> {
    for (const corpId of new Set(events.map((event) => event.corpId))) {
      const customerIds = [...new Set(events.filter((event) => event.corpId === corpId).map((event) => event.customerId))]
      const relations = await customersOf(db, corpId).relationsOf(customerIds)
      for (const customerId of customerIds) {
        const owners = relations.filter((relation) => relation.customerId === customerId).map((relation) => relation.staffId)
        const event: LiveEvent = { kind: 'customer', customerId }
        await platform.live.publish(corpId, { owners, event })
      }
    }
  }

  /** Hands on what waits; gives how many. */
  async function handOn(): Promise<number> {
    const events = await db.select({ id: customerEvents.id, corpId: customerEvents.corpId, customerId: customerEvents.customerId }).from(customerEvents).where(eq(customerEvents.relayed, 0)).orderBy(customerEvents.id).limit(AT_ONCE)
    if (events.length === 0) return 0
    await tellScreens(events)
    await db.update(customerEvents).set({ relayed: 1 }).where(and(eq(customerEvents.relayed, 0), inArray(customerEvents.id, events.map((event) => event.id))))
    return events.length
  }

  return {
    /** Hands on everything that waits; one process at a time has the turn. Stops between two batches when it is to end. Errors are left for the next round. */
    async round(ending?: AbortSignal): Promise<void> {
      const holder = randomToken(9)
      try {
        if ((await redis.set(turnKey, holder, 'PX', TURN_MS, 'NX')) === null) return
        for (let more = true; more && !ending?.aborted;) {
          more = (await handOn()) === AT_ONCE
          if (more) await redis.pexpire(turnKey, TURN_MS)
        }
        if ((await redis.get(turnKey)) === holder) await redis.del(turnKey)
      } catch (error) {
        if (isDatabaseAway(error) || isRedisAway(error)) log.debug({ err: error }, 'customer log not handed on')
        else log.error({ err: error }, 'customer log not handed on')
      }
    },
  }
}
