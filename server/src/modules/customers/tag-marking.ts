import type { LiveEvent } from '@zhike/shared'
import type { CustomerProfile } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { markTags, WecomError } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Viewer } from '../identity/index.ts'
import { intakeOf } from './intake-store.ts'
import type { CustomerRecord, IntakeStore, RelationRecord, RelationTagRecord } from './intake-store.ts'
import { appendCustomerEvent } from './customer-log.ts'
import type { Profiles } from './profiles.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import { isPersonalKey } from './tag-changes.ts'
import type { Tags } from './tags.ts'

/** After this long without a written result, the outcome is read from WeCom by a worker. */
const CHECK_AFTER_MS = 30_000
/** Tag or group does not exist (wecom-api/00 §3.1). */
const NO_SUCH_TAG = 40068
const NOT_FRIENDS = 84061

export interface TagChange { add: readonly string[]; remove: readonly string[] }
export type TagMarking = ReturnType<typeof createTagMarking>

/**
 * Adds and removes corp tags on the viewer's own relation: intent here, then WeCom, then the result here. WeCom sends no
 * callback for what the API does (wecom-api/01 §3), so a result that could not be written is read back.
 */
export function createTagMarking(platform: Platform, needs: { corps: Corps; audit: Audit; tags: Tags; refresh: Refresh; profiles: Profiles }) {
  const { db, clock } = platform

  async function checked(viewer: Viewer, change: TagChange): Promise<{ add: string[]; remove: string[] }> {
    const add = [...new Set(change.add)].filter((tagId) => !change.remove.includes(tagId))
    const remove = [...new Set(change.remove)]
    if ([...add, ...remove].some(isPersonalKey)) throw invalid('个人标签只能由本人在企业微信里修改')
    const known = await needs.tags.known(viewer.corpId, add)
    if (add.some((tagId) => !known.has(tagId))) throw conflict('有标签已被删除，请刷新标签列表后重新选择')
    return { add, remove }
  }

  async function write(viewer: Viewer, relation: RelationRecord, customer: CustomerRecord, change: { add: string[]; remove: string[] }, from: string): Promise<void> {
    const at = clock.now()
    await inTransaction(db, async (tx) => {
      const store = intakeOf(tx, viewer.corpId)
      // Her data was deleted while WeCom was asked (SYS-17): nothing of her is written any more.
      if (!(await store.lockCustomer(relation.customerId))) throw notFound('客户')
      const { added, removed } = await turned(store, await store.tagsOn([relation.id]), change)
      await store.removeTags(removed.map(({ tagId }) => ({ relationId: relation.id, tagKey: tagId })))
      await store.addTags(added.map(({ tagId, name }) => ({ relationId: relation.id, tagKey: tagId, kind: 'wecom', name, group: '' })))
      await store.setRelation(relation.id, { syncedAt: at, checkAt: null })
      if (added.length + removed.length === 0) return
      const data = namesOf({ added, removed })
      await appendCustomerEvent(tx, { corpId: viewer.corpId, customerId: relation.customerId, staffId: relation.staffId, kind: 'tags_changed', subject: `relation:${relation.id}:${at}`, data, at })
      await audit(tx, viewer, customer, data, from)
    })
  }

  async function audit(tx: Queries, viewer: Viewer, customer: CustomerRecord, after: ReturnType<typeof namesOf>, from: string): Promise<void> {
    await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.tags_changed', subject: customer.name, customerId: customer.id, after, from })
  }

  /** WeCom did not say whether it was done: ask it what is true now. */
  async function settle(viewer: Viewer, relation: RelationRecord, customer: CustomerRecord, change: TagChange, from: string, failure: WecomError): Promise<void> {
    const before = await intakeOf(db, viewer.corpId).tagsOn([relation.id])
    const now = await needs.refresh.customer(viewer.corpId, customer.externalUserId).catch((error: unknown) => {
      platform.log.warn({ err: error }, 'tags will be checked later')
      throw asAppError(failure)
    })
    const carried = new Set(now?.relations.find((relation) => relation.staffId === viewer.staffId)?.corpTags.map((tag) => tag.tagId))
    if (!change.add.every((tagId) => carried.has(tagId)) || change.remove.some((tagId) => carried.has(tagId))) throw asAppError(failure)
    await inTransaction(db, async (tx) => {
      const store = intakeOf(tx, viewer.corpId)
      if (!(await store.lockCustomer(customer.id))) throw notFound('客户')
      const done = await turned(store, before, change)
      if (done.added.length + done.removed.length > 0) await audit(tx, viewer, customer, namesOf(done), from)
    })
  }

  async function refused(viewer: Viewer, relation: RelationRecord, externalUserId: string, error: WecomError): Promise<unknown> {
    const late = (again: unknown) => platform.log.warn({ err: again }, 'not refreshed after a refused change of tags')
    if (error.reason === 'errcode' && error.errcode === NO_SUCH_TAG) {
      await needs.tags.sync(viewer.corpId).catch(late)
      await intakeOf(db, viewer.corpId).setRelation(relation.id, { checkAt: null })
      return conflict('有标签已在企业微信中被删除，标签列表已更新，请重新选择')
    }
    if (error.reason === 'errcode' && error.errcode === NOT_FRIENDS) await needs.refresh.customer(viewer.corpId, externalUserId).catch(late)
    await intakeOf(db, viewer.corpId).setRelation(relation.id, { checkAt: null })
    return asAppError(error)
  }

  return {
    /** @param from the caller's address, for the audit log. Throws conflict when they are no longer friends or a tag is gone. */
    async change(viewer: Viewer, customerId: number, wanted: TagChange, from: string): Promise<CustomerProfile> {
      const { customer, own, relations } = await needs.profiles.readable(viewer, customerId)
      if (own?.state !== 'active') throw conflict('你和这位客户不是好友，不能修改标签')
      const change = await checked(viewer, wanted)
      const client = await needs.corps.wecomContact(viewer.corpId)
      await intakeOf(db, viewer.corpId).setRelation(own.id, { checkAt: clock.now() + CHECK_AFTER_MS })
      try {
        await markTags(client, viewer.userid, customer.externalUserId, change)
      } catch (error) {
        if (!(error instanceof WecomError)) throw error
        if (error.outcome === 'refused') throw await refused(viewer, own, customer.externalUserId, error)
        await settle(viewer, own, customer, change, from, error)
        return await needs.profiles.profile(viewer, customerId)
      }
      await write(viewer, own, customer, change, from)
      const event: LiveEvent = { kind: 'customer', customerId }
      await platform.live.publish(viewer.corpId, { owners: relations.map((relation) => relation.staffId), event })
        .catch((error: unknown) => platform.log.debug({ err: error }, 'news of tags not published'))
      return await needs.profiles.profile(viewer, customerId)
    },
  }
}

interface Turned { added: { tagId: string; name: string }[]; removed: { tagId: string; name: string }[] }

/** What a change really turns, seen from the tags that a relation carried before it. */
async function turned(store: IntakeStore, carried: readonly RelationTagRecord[], change: TagChange): Promise<Turned> {
  const before = carried.filter((row) => row.kind === 'wecom')
  const names = await store.tagNames([...change.add, ...change.remove])
  const named = (tagId: string) => ({ tagId, name: names.get(tagId) ?? before.find((row) => row.tagKey === tagId)?.name ?? '' })
  const had = (tagId: string) => before.some((row) => row.tagKey === tagId)
  return { added: change.add.filter((tagId) => !had(tagId)).map(named), removed: change.remove.filter(had).map(named) }
}

/** As it is told in the customer log and the audit log. */
function namesOf({ added, removed }: Turned): { added: string[]; removed: string[] } {
  return { added: added.map((tag) => tag.name), removed: removed.map((tag) => tag.name) }
}
