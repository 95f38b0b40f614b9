import type { NativeContext } from '../../../src/jsapi.ts'
import { singleChatId } from '../../../src/world/chat-ids.ts'
import { control } from '../live/control.ts'
import { showDone } from '../desk/toasts.ts'
import { askPerson } from './wecom-view.ts'

type Payload = Record<string, unknown>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const record = (value: unknown): Payload => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {})
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : text(value).split(';').filter((item) => item !== '')

/**
 * The mass-send helper that shareToExternalContact / shareToExternalChat open, prefilled: the person chooses whom,
 * then each gets every part as a message of its own. Gives the keyword of the native answer.
 */
export async function shareToCustomers(params: Payload, groups: boolean, context: NativeContext): Promise<string> {
  const messages = messagesOf(params)
  if (messages.length === 0) return 'fail invalid params'
  const chatIds = groups ? await chosenGroups(params, context) : await chosenCustomers(params, context)
  if (chatIds === null) return 'cancel'
  for (const chatId of chatIds) {
    for (const message of messages) {
      const answer = await control.sendFromPage({ corpid: context.corpid, userid: context.userid, chatId, params: message })
      const keyword = answer.err_msg.split(':').slice(1).join(':')
      if (keyword !== 'ok') return keyword
    }
  }
  showDone(`已群发给 ${chatIds.length} ${groups ? '个群' : '位客户'}`)
  return 'ok'
}

async function chosenCustomers(params: Payload, context: NativeContext): Promise<string[] | null> {
  const ids = await askPerson<string[] | null>((settle) => ({ kind: 'customers', title: '群发给客户', chosen: texts(params.externalUserIds), settle }))
  return ids === null || ids.length === 0 ? null : ids.map((id) => singleChatId(context.corpid, context.userid, id))
}

/** Groups named by the page, else the group beside it, else all groups of the member. */
async function chosenGroups(params: Payload, context: NativeContext): Promise<string[] | null> {
  const named = texts(params.chatIds)
  if (named.length > 0) return named
  if (context.chatId !== null) return [context.chatId]
  const chats = await control.staffChats(context.corpid, context.userid)
  const groups = chats.filter((chat) => chat.kind === 'group').map((chat) => chat.chatId)
  return groups.length === 0 ? null : groups
}

/** The parts of a share as payloads of sendChatMessage; also the old form {title, desc, link, imgUrl}. */
function messagesOf(params: Payload): Payload[] {
  const messages: Payload[] = []
  const words = text(record(params.text).content)
  if (words !== '') messages.push({ msgtype: 'text', text: { content: words } })
  const attachments = Array.isArray(params.attachments) ? params.attachments.map(record) : []
  for (const attachment of attachments) {
    const msgtype = text(attachment.msgtype)
    const body = record(attachment[msgtype])
    if (msgtype === 'link') messages.push({ msgtype: 'news', news: { link: text(body.url), title: text(body.title), desc: text(body.desc), imgUrl: text(body.imgUrl) } })
    else messages.push({ msgtype, [msgtype]: body })
  }
  if (text(params.link) !== '') {
    messages.push({ msgtype: 'news', news: { link: text(params.link), title: text(params.title), desc: text(params.desc), imgUrl: text(params.imgUrl) } })
  }
  return messages
}
