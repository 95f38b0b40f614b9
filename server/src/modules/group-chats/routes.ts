import { groupChatsContract } from '@zhike/shared/contract'
import type { Register } from '../identity/index.ts'
import type { GroupViews } from './group-views.ts'

/** HTTP edge of customer groups. */
export function groupChatRoutes(register: Register, views: GroupViews): void {
  register(groupChatsContract, {
    'GET /api/group-chats/by-chat/:chatId': ({ viewer, params }) => views.byChat(viewer, params.chatId),
    'GET /api/group-chats/:groupChatId/members': ({ viewer, params, query }) => views.members(viewer, params.groupChatId, query),
  })
}
