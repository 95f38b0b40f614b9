import type { LiveEvent } from '@zhike/shared'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { conflict, forbidden, notFound } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Audit } from '../../audit/index.ts'
import { mayOwn } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { intakeOf } from '../intake-store.ts'
import type { Profiles } from '../profiles.ts'
import { customersOf } from '../store.ts'
import { erasuresOf } from './store.ts'
import type { Tombstones } from './tombstones.ts'

/** Who a person is at WeCom and WeChat, as text to be sealed. Older rows hold the first id only. */
export const personText = (person: { externalUserId: string; unionId: string | null }): string => [person.externalUserId, person.unionId ?? ''].join('|')
export function personIn(text: string): { externalUserId: string; unionId: string | null } {
  const [externalUserId = '', unionId = ''] = text.split('|')
  return { externalUserId, unionId: unionId || null }
}

/** Binds the sealed ids of a person to their place. */
export const personContext = (corpId: number) => `customer_erasures.person:${corpId}`

/**
 * Deletes a customer's data on her request (SYS-17). What the customers area knows is gone when this returns; the other areas
 * follow within seconds, by the worker (`createErasingRound`). The audit log says who did it and when, not to whom.
 */
export function createErasing(platform: Platform, needs: { audit: Audit; profiles: Pick<Profiles, 'readable'>; tombstones: Tombstones }) {
  const { db, clock, secrets } = platform

  /**
   * @param name the customer's name as the person who decides has it before her: the wrong customer is never deleted
   * @param from the caller's address
   * @throws notFound, forbidden (she is also a friend of people outside the viewer's data scope), conflict (another name)
   */
  return async (viewer: Viewer, customerId: number, name: string, from: string): Promise<void> => {
    const { customer } = await needs.profiles.readable(viewer, customerId)
    const friends = await customersOf(db, viewer.corpId).relationsOf([customerId])
    if (friends.some((relation) => relation.state === 'active' && relation.staffId !== viewer.staffId && !mayOwn(viewer, relation.staffId))) {
      throw forbidden('这位客户也是你数据范围之外的同事的好友，请让超级管理员来删除')
    }
    if (name !== customer.name) throw conflict('这位客户的名称刚刚变了，请刷新后确认是不是同一位')
    await inTransaction(db, async (tx) => {
      if (!(await intakeOf(tx, viewer.corpId).lockCustomer(customerId))) throw notFound('客户')
      const now = clock.now()
      const store = erasuresOf(tx, viewer.corpId)
      const erasure = { customerId, erasedAt: now, requestedBy: viewer.staffId }
      await store.begin({ ...erasure, personKey: needs.tombstones.keyOf(viewer.corpId, customer.externalUserId), person: secrets.seal(personText(customer), personContext(viewer.corpId)), dueAt: now })
      // A sign-in on a page may tell this id and no other. Nothing is to be done for it: it is only known again.
      if (customer.unionId !== null) await store.begin({ ...erasure, personKey: needs.tombstones.unionKeyOf(viewer.corpId, customer.unionId), person: null, dueAt: null })
      const count = await store.removeCustomer(customerId)
      await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.erased', subject: `一位客户，${count} 段好友关系`, from })
    })
    const event: LiveEvent = { kind: 'customer', customerId }
    await platform.live.publish(viewer.corpId, { owners: friends.map((relation) => relation.staffId), event })
      .catch((error: unknown) => platform.log.debug({ err: error }, 'news of a deleted customer not published'))
  }
}
