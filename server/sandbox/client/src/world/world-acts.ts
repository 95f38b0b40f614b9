import type { ChatSummary } from '../../../src/protocol/chats.ts'
import type { PersonView } from '../../../src/protocol/people.ts'
import type { WorldAction } from '../../../src/protocol/world.ts'
import { control } from '../live/control.ts'
import { desk, personParty, staff, takePhoneOf } from '../desk/desk.ts'
import { showDone } from '../desk/toasts.ts'
import { openChatById, view } from '../wecom/wecom-view.ts'
import { phone } from '../wechat/wechat-view.ts'

/** The member and the customer at the desk; throws when one of them is missing. */
export function pair(): { corpid: string; userid: string; staffName: string; person: PersonView } {
  if (desk.person === null || staff.value === null) throw new Error('先选好员工和客户')
  return { corpid: desk.corpid, userid: desk.userid, staffName: staff.value.name, person: desk.person }
}

/** A customer adds the member; her phone comes to the desk and the new chat opens. Gives what happened. */
export async function customerAdds(choice: { name: string; personId?: string; addWay: number; half: boolean }): Promise<string> {
  const action: WorldAction = {
    corpid: desk.corpid, action: 'customer_adds', userid: desk.userid, addWay: choice.addWay, half: choice.half,
    ...(choice.name.trim() === '' ? {} : { name: choice.name.trim() }),
    ...(choice.personId === undefined ? {} : { personId: choice.personId }),
  }
  const result = await control.act(action)
  if (result.personId !== undefined) takePhoneOf(await control.person(result.personId))
  if (result.chatId !== undefined && result.userid === desk.userid) await openChatById(result.chatId)
  return result.message
}

export async function customerDeletes(): Promise<string> {
  const { corpid, userid, staffName, person } = pair()
  await control.act({ corpid, action: 'customer_deletes', userid, personId: person.id })
  return `${person.name} 把 ${staffName} 删除了`
}

export async function staffDeletes(): Promise<string> {
  const { corpid, userid, staffName, person } = pair()
  await control.act({ corpid, action: 'staff_deletes', userid, personId: person.id })
  if (view.opened?.kind === 'chat' && view.opened.chat.peer === personParty.value) view.opened = null
  return `${staffName} 把 ${person.name} 删除了`
}

/** Opens the sheet on the phone for the page that is open there, else for the last link of the open chat, else of any chat. */
export async function forwardLastLink(): Promise<void> {
  const chat = await chatWithLink()
  if (phone.link !== null) {
    const link = phone.page ?? phone.link.card
    phone.forwarding = { kind: 'page', title: link.title, link }
    return
  }
  if (chat === null) throw new Error('她的手机里还没有收到过链接')
  const links = (await control.messages(chat.chatId, { as: `customer:${pair().person.id}` })).filter((message) => message.content.type === 'link')
  const last = links.at(-1)
  if (last?.content.type !== 'link') throw new Error('她的手机里还没有收到过链接')
  phone.chat = chat
  phone.forwarding = { kind: 'message', chatId: chat.chatId, messageId: last.id, title: last.content.title }
}

async function chatWithLink(): Promise<ChatSummary | null> {
  if (phone.chat !== null) return phone.chat
  const chats = await control.personChats(pair().person.id)
  for (const chat of chats.filter((item) => item.lastAt > 0).slice(0, 8)) {
    const messages = await control.messages(chat.chatId, { as: `customer:${pair().person.id}` })
    if (messages.some((message) => message.content.type === 'link')) return chat
  }
  return null
}

const DAY_MS = 86_400_000
export const SHIFTS = [
  { id: 'hour', name: '一小时过去了', ms: DAY_MS / 24 },
  { id: 'day', name: '一天过去了', ms: DAY_MS },
  { id: 'week', name: '一周过去了', ms: 7 * DAY_MS },
  { id: 'month', name: '三十天过去了', ms: 30 * DAY_MS },
] as const

/** Time goes on in the sandbox: links in chats grow old, tokens and media expire. */
export async function passTime(ms: number): Promise<string> {
  const clock = await control.shiftClock(ms)
  return `沙箱里现在是 ${new Date(clock.now).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' })}`
}

/** Everything as freshly generated. */
export async function resetWorld(): Promise<string> {
  await control.reset()
  Object.assign(view, { opened: null, page: null, dialog: null })
  Object.assign(phone, { away: '', program: null, chat: null, link: null, forwarding: null, pressed: '', member: null })
  return '已回到刚生成的演示数据'
}

/** Says a new group change and offers to look at the group. */
export function saidOfGroup(message: string, chatId: string): void {
  showDone(message, { label: '看这个群', run: () => void openChatById(chatId) })
}
