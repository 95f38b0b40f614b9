import { eq, inArray } from 'drizzle-orm'
import type { LiveEvent } from '@zhike/shared'
import { randomToken } from '../../platform/crypto/secret-box.ts'
import { isDatabaseAway } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { RELAYED } from './customer-log.ts'
import type { Reactions, WaitingEvent } from './log-reactions.ts'
import { customersOf } from './store.ts'
import { customerEvents } from './tables.ts'

const AT_ONCE = 200
const TURN_MS = 5_000

/**
 * Hands the customer log on (architecture §5, outbox), in its order: to the areas that react to it, and then, with what they
 * made of it, to the screens of the owners. Each step at least once.
 */
export function createRelay(platform: Platform, reactions: Pick<Reactions, 'handOver'>) {
  const { db, redis, log } = platform
  const turnKey = `${platform.config.redisPrefix}:customer-relay`

  async function tellScreens(events: readonly WaitingEvent[]): Promise<void> {
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

  /** The first rows that have come so far. */
  async function outbox(relayed: number): Promise<WaitingEvent[]> {
    return await db.select({ id: customerEvents.id, corpId: customerEvents.corpId, customerId: customerEvents.customerId, kind: customerEvents.kind }).from(customerEvents)
      .where(eq(customerEvents.relayed, relayed)).orderBy(customerEvents.id).limit(AT_ONCE)
  }

  /** Hands on what waits; is there more? */
  async function handOn(): Promise<boolean> {
    const waiting = await outbox(RELAYED.waiting)
    await reactions.handOver(waiting)
    const reacted = await outbox(RELAYED.reacted)
    await tellScreens(reacted)
    if (reacted.length > 0) await db.update(customerEvents).set({ relayed: RELAYED.told }).where(inArray(customerEvents.id, reacted.map((event) => event.id)))
    return waiting.length === AT_ONCE || reacted.length === AT_ONCE
  }

  return {
    /** Hands on everything that waits; one process at a time has the turn. Stops between two batches when it is to end. Errors are left for the next round. */
    async round(ending?: AbortSignal): Promise<void> {
      const holder = randomToken(9)
      try {
        if ((await redis.set(turnKey, holder, 'PX', TURN_MS, 'NX')) === null) return
        for (let more = true; more && !ending?.aborted;) {
          more = await handOn()
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
