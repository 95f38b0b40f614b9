import { cut } from '../../platform/text.ts'
import { getCustomer, hasNoCustomers, WecomError } from '../../wecom/index.ts'
import type { CustomerDetail, WecomClient, WecomExternalContact, WecomFollowInfo, WecomFollowUser } from '../../wecom/index.ts'

/** The person as WeCom tells, cut to what we store. */
export interface ReadCustomer {
  externalUserId: string
  name: string
  avatar: string | null
  type: number
  gender: number
  unionId: string | null
  corpName: string | null
  corpFullName: string | null
  position: string | null
}

/** One relation as WeCom tells. */
export interface ReadRelation {
  customer: ReadCustomer
  userid: string
  remark: string
  description: string
  remarkCorp: string
  phones: string[]
  addWay: number
  channel: string | null
  operUserid: string | null
  /** Epoch milliseconds. */
  addedAt: number
  /** Corp tags and rule-group tags by id; names where the answer carries them. */
  corpTags: { tagId: string; name: string; group: string }[]
  /** Null when the answer can't tell them: the batch read never does (wecom-api/03 §1.4). */
  personalTags: { name: string; group: string }[] | null
}

/** A relation from the batch read. */
export function fromBatch(row: { customer: WecomExternalContact; follow: WecomFollowInfo }): ReadRelation {
  return { ...common(row.customer, row.follow), corpTags: row.follow.tag_id.map((tagId) => ({ tagId, name: '', group: '' })), personalTags: null }
}

/** All relations of one customer from the single read. */
function fromDetail(detail: CustomerDetail): ReadRelation[] {
  return detail.followers.map((follow) => ({
    ...common(detail.customer, follow),
    corpTags: follow.tags.filter((tag) => tag.tag_id !== '').map((tag) => ({ tagId: tag.tag_id, name: cut(tag.tag_name, 100), group: cut(tag.group_name, 100) })),
    personalTags: follow.tags.filter((tag) => tag.tag_id === '' && tag.tag_name !== '').map((tag) => ({ name: cut(tag.tag_name, 100), group: cut(tag.group_name, 100) })),
  }))
}

/** What WeCom knows of a customer; null when nobody of the corp (within the visible range) follows her: 84061, 40096. */
export async function readCustomer(client: WecomClient, externalUserId: string): Promise<ReadRelation[] | null> {
  try {
    return fromDetail(await getCustomer(client, externalUserId))
  } catch (error) {
    if (hasNoCustomers(error) || isUnknownCustomer(error)) return null
    throw error
  }
}

/** 40096: no such customer in this corp, or only of members outside the visible range. */
export function isUnknownCustomer(error: unknown): boolean {
  return error instanceof WecomError && error.reason === 'errcode' && error.errcode === 40096
}

function common(customer: WecomExternalContact, follow: WecomFollowUser | WecomFollowInfo): Omit<ReadRelation, 'corpTags' | 'personalTags'> {
  return {
    customer: {
      externalUserId: customer.external_userid, name: cut(customer.name, 200), avatar: orNull(cut(customer.avatar, 512)),
      type: customer.type === 2 ? 2 : 1, gender: customer.gender ?? 0, unionId: orNull(cut(customer.unionid, 64)),
      corpName: orNull(cut(customer.corp_name, 200)), corpFullName: orNull(cut(customer.corp_full_name, 200)), position: orNull(cut(customer.position, 200)),
    },
    userid: follow.userid,
    remark: cut(follow.remark, 200), description: cut(follow.description, 1000), remarkCorp: cut(follow.remark_corp_name, 200),
    phones: follow.remark_mobiles.filter((phone) => phone !== ''),
    addWay: follow.add_way ?? 0, channel: orNull(cut(follow.state, 128)), operUserid: orNull(cut(follow.oper_userid, 64)),
    addedAt: (follow.createtime ?? 0) * 1000,
  }
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
