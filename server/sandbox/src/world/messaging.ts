import type { Message, MessageContent } from '../protocol/chats.ts'
import type { PartyId } from '../protocol/people.ts'
import type { SharePage } from '../protocol/saved-pages.ts'
import { prefetchLink } from '../link-prefetch.ts'
import { chatRefOf, friendChatId, sidesOf, singleChatId } from './chat-ids.ts'
import { WorldError, notFound } from './errors.ts'
import { faceOf, personParty, staffParty } from './parties.ts'
import type { Sandbox } from './sandbox.ts'

/** Everybody in a chat; throws for an unknown group. */
export function partiesOf(sandbox: Sandbox, chatId: string): { corpid: string; parties: PartyId[] } {
  const ref = chatRefOf(chatId)
  if (ref.kind === 'group') {
    const corp = sandbox.corpOfGroup(chatId)
    const group = corp?.groups.get(chatId)
    if (corp === undefined || group === undefined) throw notFound('这个群聊')
    return { corpid: corp.corpid, parties: group.members.map((m) => (m.type === 1 ? staffParty(corp.corpid, m.id) : personParty(m.id))) }
  }
  const corpid = ref.kind === 'friend' ? (sandbox.corpOfPerson(ref.personIds[0])?.corpid ?? '') : ref.corpid
  return { corpid, parties: sidesOf(ref) }
}

/** Why nobody can write in this chat now; '' when it is open. */
export function closedBecause(sandbox: Sandbox, chatId: string): string {
  const ref = chatRefOf(chatId)
  if (ref.kind === 'group') {
    const group = sandbox.corpOfGroup(chatId)?.groups.get(chatId)
    return group === undefined ? '没有这个群聊' : group.dismissed ? '群聊已解散' : ''
  }
  if (ref.kind !== 'single') return ''
  const corp = sandbox.corps.get(ref.corpid)
  if (corp?.staff(ref.userid) === undefined) return '对方已离职'
  const follow = corp.follow(ref.userid, ref.personId)
  if (follow === undefined || follow.status === 'deleted_by_customer') return '消息没有送达：对方开启了联系人验证，你还不是对方的联系人'
  return ''
}

/** Puts a message into a chat, tells everybody, and lets the link fetchers come by. Throws WorldError when the chat is closed. */
export function postMessage(sandbox: Sandbox, chatId: string, from: PartyId, content: MessageContent, via: Message['via']): Message {
  const { corpid, parties } = partiesOf(sandbox, chatId)
  if (!parties.includes(from)) throw new WorldError('发送人不在这个聊天里', 403)
  const closed = closedBecause(sandbox, chatId)
  if (closed !== '') throw new WorldError(closed)
  const message = newMessage(sandbox, chatId, from, content, via)
  sandbox.chats.add(message)
  sandbox.feed.emit({ type: 'message', corpid, message, parties })
  if (content.type === 'link') prefetchLink(sandbox, content.url, from, parties)
  if (content.type === 'text') for (const url of content.text.match(/https?:\/\/[^\s\u4e00-\u9fff，。]+/g) ?? []) prefetchLink(sandbox, url, from, parties)
  return message
}

/**
 * What a person types into a chat. Whoever was deleted as a contact isn't told so: she can go on writing, and sees at each
 * message that it did not arrive; the other one sees nothing.
 */
export function writeMessage(sandbox: Sandbox, chatId: string, from: PartyId, content: MessageContent): Message {
  const { corpid, parties } = partiesOf(sandbox, chatId)
  const closed = closedBecause(sandbox, chatId)
  if (closed === '' || chatRefOf(chatId).kind !== 'single' || !parties.includes(from)) return postMessage(sandbox, chatId, from, content, 'client')
  const message = { ...newMessage(sandbox, chatId, from, content, 'client'), only: from, undelivered: closed }
  sandbox.chats.add(message)
  sandbox.feed.emit({ type: 'message', corpid, message, parties: [from] })
  return message
}

function newMessage(sandbox: Sandbox, chatId: string, from: PartyId, content: MessageContent, via: Message['via']): Message {
  const face = faceOf(sandbox, from)
  return { id: sandbox.chats.nextId(), chatId, from, fromName: face.name, fromAvatar: face.avatar, at: sandbox.clock.now(), content, via }
}

/** A grey line in the chat, for everybody or for one party `only`. */
export function postNotice(sandbox: Sandbox, chatId: string, text: string, only?: PartyId): void {
  const { corpid, parties } = partiesOf(sandbox, chatId)
  const message: Message = {
    id: sandbox.chats.nextId(), chatId, from: 'system', fromName: '', fromAvatar: '', at: sandbox.clock.now(), content: { type: 'notice', text }, via: 'system', only,
  }
  sandbox.chats.add(message)
  sandbox.feed.emit({ type: 'message', corpid, message, parties: only === undefined ? parties : [only] })
}

/** Sends a received message on: into a chat of the forwarding party, or to another outside person. */
export function forwardMessage(
  sandbox: Sandbox,
  request: { chatId: string; messageId: string; by: PartyId; toChatId?: string; toPerson?: string },
): Message {
  const { parties } = partiesOf(sandbox, request.chatId)
  if (!parties.includes(request.by)) throw new WorldError('只能转发自己看得到的消息', 403)
  const original = sandbox.chats.message(request.chatId, request.messageId)
  if (original === undefined) throw notFound('这条消息')
  if (original.content.type === 'notice') throw new WorldError('这条消息不能转发')
  const target = request.toChatId ?? friendTarget(sandbox, request.by, request.toPerson)
  return postMessage(sandbox, target, request.by, original.content, 'forward')
}

/** Sends the page that somebody has open, as its share menu does. */
export function sharePage(sandbox: Sandbox, by: PartyId, { link, toChatId, toPerson }: SharePage): Message {
  return postMessage(sandbox, toChatId ?? friendTarget(sandbox, by, toPerson), by, { type: 'link', ...link }, 'forward')
}

function friendTarget(sandbox: Sandbox, by: PartyId, toPerson: string | undefined): string {
  if (toPerson === undefined || sandbox.corpOfPerson(toPerson) === undefined) throw notFound('转发对象')
  const [kind, first = '', ...rest] = by.split(':')
  if (kind === 'staff') return singleChatId(first, rest.join(':'), toPerson)
  if (first === toPerson) throw new WorldError('不能转发给自己')
  return friendChatId(first, toPerson)
}
