import type { LiveEvent } from '@zhike/shared'
import type { CustomerProfile } from '@zhike/shared/contract'
import { conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Viewer } from '../identity/index.ts'
import type { CustomerRecord } from './intake-store.ts'
import type { Profiles } from './profiles.ts'
import { isPersonalKey } from './tag-changes.ts'
import { isNothing, namesOf, NO_SUCH_TAG } from './tag-marking.ts'
import type { TagChange, TagMarking, Told } from './tag-marking.ts'
import type { Tags } from './tags.ts'
import type { Written } from './wecom-writing.ts'

export type TaggingByHand = ReturnType<typeof createTaggingByHand>

/** What members do with the tags of their own customers (CUS-26): the customer log and the audit log tell of it. */
export function createTaggingByHand(platform: Platform, needs: { audit: Audit; tags: Tags; profiles: Profiles; marking: TagMarking }) {
  async function checked(viewer: Viewer, change: TagChange): Promise<TagChange> {
    const add = [...new Set(change.add)].filter((tagId) => !change.remove.includes(tagId))
    const remove = [...new Set(change.remove)]
    if ([...add, ...remove].some(isPersonalKey)) throw invalid('个人标签只能由本人在企业微信里修改')
    const known = await needs.tags.known(viewer.corpId, add)
    if (add.some((tagId) => !known.has(tagId))) throw conflict('有标签已被删除，请刷新标签列表后重新选择')
    return { add, remove }
  }

  function toldBy(viewer: Viewer, customer: CustomerRecord, from: string): Told {
    return {
      rows: (turned) => [{ mark: '', turned, why: {} }],
      async record(tx, turned) {
        if (isNothing(turned)) return
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.tags_changed', subject: customer.name, customerId: customer.id, after: namesOf(turned), from })
      },
    }
  }

  return {
    /** @param from the caller's address, for the audit log. Throws conflict when they are no longer friends or a tag is gone. */
    async change(viewer: Viewer, customerId: number, wanted: TagChange, from: string): Promise<CustomerProfile> {
      const { customer, own, relations } = await needs.profiles.readable(viewer, customerId)
      if (own?.state !== 'active') throw conflict('你和这位客户不是好友，不能修改标签')
      const change = await checked(viewer, wanted)
      const marked = await needs.marking.mark({ corpId: viewer.corpId, relation: own, customer, userid: viewer.userid }, change, toldBy(viewer, customer, from))
      if (marked.outcome !== 'done') throw refusal(marked)
      const event: LiveEvent = { kind: 'customer', customerId }
      await platform.live.publish(viewer.corpId, { owners: relations.map((relation) => relation.staffId), event })
        .catch((error: unknown) => platform.log.debug({ err: error }, 'news of tags not published'))
      return await needs.profiles.profile(viewer, customerId)
    },
  }
}

function refusal(marked: Written): unknown {
  if (!('error' in marked)) return notFound('客户')
  if (marked.outcome === 'refused' && marked.error.reason === 'errcode' && marked.error.errcode === NO_SUCH_TAG) return conflict('有标签已在企业微信中被删除，标签列表已更新，请重新选择')
  return asAppError(marked.error)
}
