import type { PartyId } from './people.ts'

/**
 * Chats and their messages, as members and people outside see them.
 *
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/chats        ChatSummary[] latest first (incl. chats without messages)
 *   GET    /sandbox/api/people/:id/chats                         ChatSummary[] for that person's WeChat
 *   GET    /sandbox/api/chats/:chatId?as=PartyId                 ChatDetail
 *   GET    /sandbox/api/chats/:chatId/messages?as=&before=&limit=   Message[] oldest first (the latest page)
 *   POST   /sandbox/api/chats/:chatId/messages                   SendMessage → Message
 *   POST   /sandbox/api/chats/:chatId/read                       { reader: PartyId }
 *   POST   /sandbox/api/chats/:chatId/forward                    ForwardMessage → Message
 */

type ChatKind = 'single' | 'group' | 'friend' | 'internal'

export interface ChatSummary {
  chatId: string
  kind: ChatKind
  /** As the asking person sees it: remark or nickname, group name. */
  title: string
  /** `@微信`, `@公司名`, or '' */
  badge: string
  avatar: string
  lastText: string
  /** 0 when there is no message yet */
  lastAt: number
  unread: number
  /** single/friend/internal: the other one. */
  peer: PartyId | null
  memberCount: number
  /** single: whether they are friends still (the customer may have deleted her). */
  open: boolean
}

export interface ChatMember {
  party: PartyId
  name: string
  avatar: string
  kind: 'staff' | 'customer' | 'stranger'
  joinedAt: number
  role: 'owner' | 'admin' | 'member'
}

export interface ChatDetail extends ChatSummary {
  corpid: string
  notice: string
  members: ChatMember[]
}

export interface MiniProgramCard {
  appid: string
  title: string
  imgUrl: string
  /** Path with query; ends in `.html` before it. */
  page: string
}

export type MessageContent =
  | { type: 'text'; text: string }
  | { type: 'link'; url: string; title: string; desc: string; imgUrl: string }
  | { type: 'image'; mediaId: string; url: string }
  | { type: 'video'; mediaId: string; url: string; name: string }
  | { type: 'file'; mediaId: string; url: string; name: string; size: number }
  | ({ type: 'miniprogram' } & MiniProgramCard)
  /** A grey line in the chat (joined, renamed, verified…). */
  | { type: 'notice'; text: string }

export interface Message {
  id: string
  chatId: string
  from: PartyId | 'system'
  fromName: string
  fromAvatar: string
  at: number
  content: MessageContent
  via: 'client' | 'sidebar' | 'forward' | 'system'
  /** Only this party sees it; absent: everybody in the chat. */
  only?: PartyId
  /** Why it did not reach the other one, as its sender is told. */
  undelivered?: string
}

export interface SendMessage {
  from: PartyId
  content: MessageContent
}

export interface ForwardMessage {
  by: PartyId
  messageId: string
  /** A chat of the forwarding person … */
  toChatId?: string
  /** … or another person, a chat between the two is made when needed. */
  toPerson?: string
}
