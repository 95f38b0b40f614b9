import type { EventOf } from '../../wecom/index.ts'
import type { Identity } from '../identity/index.ts'
import { endFriendship } from './intake.ts'
import { intakeOf } from './intake-store.ts'
import type { IntakeStore, RelationRecord } from './intake-store.ts'
import { appendCustomerEvent } from './customer-log.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import type { Tags } from './tags.ts'

interface Context { corpId: number; callbackId: number }
type Kind =
  | 'customer_added' | 'customer_half_added' | 'customer_edited' | 'customer_removed_by_staff' | 'staff_removed_by_customer' | 'transfer_failed' | 'tag_changed' | 'tags_reordered'
type Handlers = { [K in Kind]: (event: EventOf<K>, context: Context) => Promise<void> }

/**
 * Reactions to `change_external_contact` and `change_external_tag` (wecom-api/01 §6, §8). Events come twice and in any
 * order: each handler reads from WeCom what is true now, and the log's subjects make the same happening one row.
 */
export function customerEventHandlers(needs: { identity: Identity; refresh: Refresh; tags: Tags }): Handlers {
  const { identity, refresh, tags } = needs

  async function relationOf(store: IntakeStore, externalUserId: string, staffId: number): Promise<RelationRecord | undefined> {
    const [customer] = await store.lockCustomers([externalUserId])
    return customer && (await store.relations([customer.id], [staffId]))[0]
  }

  return {
    async customer_added(event, { corpId }) {
      await refresh.customer(corpId, event.externalUserId, { userid: event.userId, at: event.createTime })
    },

    /** The customer came in by a code that needs no approval, and the member has not confirmed yet; she may not be readable until then. */
    async customer_half_added(event, { corpId }) {
      const staff = await identity.ensureStaff(corpId, event.userId)
      await refresh.customer(corpId, event.externalUserId, null, async (tx, { refreshed }) => {
        const customerId = refreshed?.customerId ?? (await intakeOf(tx, corpId).lockCustomers([event.externalUserId]))[0]?.id
        if (customerId === undefined) return
        await appendCustomerEvent(tx, {
          corpId, customerId, staffId: staff.staffId, kind: 'half_added', subject: `staff:${staff.staffId}:${event.createTime}`, data: { channel: event.state }, at: event.createTime,
        })
      })
    },

    async customer_edited(event, { corpId }) {
      await refresh.customer(corpId, event.externalUserId)
    },

    async customer_removed_by_staff(event, { corpId }) {
      const staff = await identity.ensureStaff(corpId, event.userId)
      const at = event.createTime
      await refresh.customer(corpId, event.externalUserId, null, async (tx, { refreshed, readAt }) => {
        const relation = await relationOf(intakeOf(tx, corpId), event.externalUserId, staff.staffId)
        if (!relation) return
        const named = refreshed?.relations.find((other) => other.staffId === staff.staffId)
        // WeCom still names the friendship that is said to have ended: what it answers is the truth.
        if (named && named.addedAt <= at) return
        await endFriendship(tx, corpId, relation, { state: 'removed', at, readAt, data: { byTransfer: event.byTransfer } })
      })
    },

    /** WeCom goes on naming the relation, so only this event tells that it ended (wecom-api/03 §10). */
    async staff_removed_by_customer(event, { corpId }) {
      const staff = await identity.ensureStaff(corpId, event.userId)
      await refresh.customer(corpId, event.externalUserId, null, async (tx, { readAt }) => {
        const relation = await relationOf(intakeOf(tx, corpId), event.externalUserId, staff.staffId)
        if (relation) await endFriendship(tx, corpId, relation, { state: 'lost', at: event.createTime, readAt })
      })
    },

    /** Nothing changed hands; whatever else changed is read. */
    async transfer_failed(event, { corpId }) {
      await refresh.customer(corpId, event.externalUserId)
    },

    async tag_changed(event, { corpId }) {
      // Tags of rule groups are told with their group and are not in the corp's tag list (wecom-api/03 §2.1).
      if (event.strategyId === null) await tags.refresh(corpId, event)
    },

    async tags_reordered(event, { corpId }) {
      if (event.strategyId === null) await tags.sync(corpId)
    },
  }
}
