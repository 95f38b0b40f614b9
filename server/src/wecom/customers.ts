import { z } from 'zod'
import { emptyAnswer, optionalList, optionalNumber, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'
import { WecomError } from './errors.ts'

const PATH = '/cgi-bin/externalcontact'

const externalContact = z.looseObject({
  external_userid: z.string(),
  name: optionalText,
  avatar: optionalText,
  /** 1 WeChat user, 2 WeCom user of another corp. */
  type: optionalNumber,
  /** 0 unknown, 1 male, 2 female. */
  gender: optionalNumber,
  unionid: optionalText,
  position: optionalText,
  corp_name: optionalText,
  corp_full_name: optionalText,
})
/** A customer in WeCom's own names. */
export type WecomExternalContact = z.output<typeof externalContact>

const followCommon = {
  userid: z.string(),
  remark: optionalText,
  description: optionalText,
  /** Epoch seconds. */
  createtime: optionalNumber,
  remark_corp_name: optionalText,
  remark_mobiles: optionalList(z.string()),
  oper_userid: optionalText,
  add_way: optionalNumber,
  state: optionalText,
  wechat_channels: z.looseObject({ nickname: optionalText, source: optionalNumber }).nullish().transform((channels) => channels ?? null),
}
const followUser = z.looseObject({
  ...followCommon,
  /** type 1 corp tag, 2 personal tag (no tag_id), 3 rule-group tag. */
  tags: optionalList(z.looseObject({ group_name: optionalText, tag_name: optionalText, tag_id: optionalText, type: optionalNumber })),
})
/** One follower of a customer, with all tags including her personal ones. */
export type WecomFollowUser = z.output<typeof followUser>
const followInfo = z.looseObject({ ...followCommon, tag_id: optionalList(z.string()) })
/** One follower as the batch read gives it: tag ids only, personal tags never (wecom-api/03 §1.4). */
export type WecomFollowInfo = z.output<typeof followInfo>

const followUserList = z.looseObject({ follow_user: optionalList(z.string()) })
const customerDetail = z.looseObject({ external_contact: externalContact, follow_user: optionalList(followUser), next_cursor: optionalText })
const customerBatch = z.looseObject({
  external_contact_list: optionalList(z.looseObject({ external_contact: externalContact, follow_info: followInfo })),
  next_cursor: optionalText,
})

export interface CustomerDetail {
  customer: WecomExternalContact
  followers: WecomFollowUser[]
}

export interface CustomerPage {
  relations: { customer: WecomExternalContact; follow: WecomFollowInfo }[]
  /** null: this was the last page. A page may be shorter than asked for and still not be the last. */
  nextCursor: string | null
}

/** userids of the members with the customer-contact feature, within the visible range (wecom-api/03 §1.1). */
export async function listFollowUsers(client: WecomClient): Promise<string[]> {
  return (await client.get(`${PATH}/get_follow_user_list`, {}, followUserList)).follow_user
}

/** A customer with all her followers, over all pages (more than 500 followers come in several). 84061: nobody follows her. */
export async function getCustomer(client: WecomClient, externalUserId: string): Promise<CustomerDetail> {
  const followers: WecomFollowUser[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await client.get(`${PATH}/get`, { external_userid: externalUserId, cursor }, customerDetail)
    followers.push(...page.follow_user)
    if (page.next_cursor === '' || page.next_cursor === cursor) return { customer: page.external_contact, followers }
    cursor = page.next_cursor
  }
}

/** One page (≤ 100) of the customers of up to 100 members; members without customers (84061) give an empty last page. */
export async function listCustomersOf(client: WecomClient, userIds: readonly string[], cursor: string | null, limit = 100): Promise<CustomerPage> {
  try {
    const page = await client.post(`${PATH}/batch/get_by_user`, { userid_list: userIds, cursor: cursor ?? '', limit }, customerBatch, { effect: 'read' })
    return {
      relations: page.external_contact_list.map((row) => ({ customer: row.external_contact, follow: row.follow_info })),
      nextCursor: page.next_cursor || null,
    }
  } catch (error) {
    if (hasNoCustomers(error)) return { relations: [], nextCursor: null }
    throw error
  }
}

/** Adds and removes corp tags of one relation (wecom-api/03 §2). Nothing is called when both lists are empty. */
export async function markTags(client: WecomClient, userId: string, externalUserId: string, tags: { add: readonly string[]; remove: readonly string[] }): Promise<void> {
  if (tags.add.length === 0 && tags.remove.length === 0) return
  const body = {
    userid: userId,
    external_userid: externalUserId,
    ...(tags.add.length > 0 ? { add_tag: tags.add } : {}),
    ...(tags.remove.length > 0 ? { remove_tag: tags.remove } : {}),
  }
  await client.post(`${PATH}/mark_tag`, body, emptyAnswer, { effect: 'repeatable' })
}

/** Remarks of one relation; what is left out stays. Phone numbers replace those that there are (wecom-api/03 §1.5). */
export interface Remarks { remark?: string; description?: string; remarkCorp?: string; phones?: readonly string[] }

/** Writes remarks of one relation (wecom-api/03 §1.5). WeCom keeps a corp only for WeChat users. */
export async function writeRemarks(client: WecomClient, userId: string, externalUserId: string, { remark, description, remarkCorp, phones }: Remarks): Promise<void> {
  const body = {
    userid: userId,
    external_userid: externalUserId,
    ...(remark === undefined ? {} : { remark }),
    ...(description === undefined ? {} : { description }),
    ...(remarkCorp === undefined ? {} : { remark_company: remarkCorp }),
    // An empty list would change nothing: one empty number takes all away.
    ...(phones === undefined ? {} : { remark_mobiles: phones.length > 0 ? phones : [''] }),
  }
  await client.post(`${PATH}/remark`, body, emptyAnswer, { effect: 'repeatable' })
}

/** 84061: the relation does not exist, which on the list reads means "no customers". */
export function hasNoCustomers(error: unknown): boolean {
  return error instanceof WecomError && error.reason === 'errcode' && error.errcode === 84061
}
