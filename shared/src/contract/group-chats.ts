import { z } from 'zod'
import { defineContract, staff } from './define.ts'
import { moment, pageOf, paging, rowId, staffRef, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

export const groupChat = z.object({
  groupChatId: z.number().int(), chatId: z.string(), name: z.string(), owner: staffRef.nullable(), notice: z.string().nullable(), createdAt: moment,
  memberCount: z.number().int(), customerCount: z.number().int(), ownCustomerCount: z.number().int(),
  state: z.enum(['normal', 'dismissed']),
})
export type GroupChatView = z.infer<typeof groupChat>

export const groupMember = z.object({
  memberId: z.string(), name: z.string(), avatar: z.string().nullable(), kind: z.enum(['staff', 'customer', 'stranger']),
  customerId: z.number().int().nullable(), own: z.boolean(), joinedAt: moment.nullable(), joinedBy: z.string().nullable(), admin: z.boolean(),
})
export type GroupMember = z.infer<typeof groupMember>

export const groupChatsContract = defineContract({
  'GET /api/group-chats/by-chat/:chatId': {
    summary: 'The customer group in the current chat', who: staff(), rate: RATES.chat, params: z.object({ chatId: wecomId }), response: groupChat,
  },
  'GET /api/group-chats/:groupChatId/members': {
    summary: 'Members of a group, and who of them is a customer', who: staff(), params: z.object({ groupChatId: rowId }),
    query: z.object({ ...paging, kind: z.enum(['staff', 'customer', 'stranger']).optional() }), response: pageOf(groupMember),
  },
})
