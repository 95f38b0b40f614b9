import { z } from 'zod'
import { optionalList, optionalNumber, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const PATH = '/cgi-bin/externalcontact/groupchat'

const groupChatList = z.looseObject({
  /** status: 0 normal, 1 owner left, 2 inheriting, 3 inherited. */
  group_chat_list: optionalList(z.looseObject({ chat_id: z.string(), status: optionalNumber })),
  next_cursor: optionalText,
})
const groupChat = z.looseObject({
  chat_id: z.string(),
  /** Empty for a group that nobody named. */
  name: optionalText,
  owner: optionalText,
  create_time: optionalNumber,
  notice: optionalText,
  member_list: optionalList(z.looseObject({
    userid: z.string(),
    /** 1 member of the corp, 2 external. */
    type: optionalNumber,
    unionid: optionalText,
    join_time: optionalNumber,
    /** 1 invited, 2 by link, 3 by QR code: other numbers than in the callback (wecom-api/03 §5.2). */
    join_scene: optionalNumber,
    invitor: z.looseObject({ userid: z.string() }).nullish().transform((invitor) => invitor?.userid ?? null),
    group_nickname: optionalText,
    name: optionalText,
    state: optionalText,
  })),
  admin_list: optionalList(z.looseObject({ userid: z.string() })),
  member_version: optionalText,
})
/** A customer group in WeCom's own names; times are epoch seconds. */
export type WecomGroupChat = z.output<typeof groupChat>
const oneGroupChat = z.looseObject({ group_chat: groupChat })

export interface GroupChatPage {
  groups: { chatId: string; status: number }[]
  nextCursor: string | null
}

/** One page of customer groups, of these owners or of all in range (81017 when the range has more than 1000 people). */
export async function listGroupChats(client: WecomClient, filter: { ownerIds?: readonly string[]; status?: 0 | 1 | 2 | 3 }, cursor: string | null, limit = 1000): Promise<GroupChatPage> {
  const body = {
    status_filter: filter.status ?? 0,
    ...(filter.ownerIds ? { owner_filter: { userid_list: filter.ownerIds } } : {}),
    cursor: cursor ?? '',
    limit,
  }
  const page = await client.post(`${PATH}/list`, body, groupChatList, { effect: 'read' })
  return { groups: page.group_chat_list.map((group) => ({ chatId: group.chat_id, status: group.status ?? 0 })), nextCursor: page.next_cursor || null }
}

/** A customer group with its members and their names. Errors: 49008 dismissed, 86003 unknown, 90501 not a customer group. */
export async function getGroupChat(client: WecomClient, chatId: string): Promise<WecomGroupChat> {
  return (await client.post(`${PATH}/get`, { chat_id: chatId, need_name: 1 }, oneGroupChat, { effect: 'read' })).group_chat
}
