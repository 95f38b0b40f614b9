import { computed, inject, provide, watch, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { AppMessage } from '../../../src/protocol/app-messages.ts'
import type { ChatSummary } from '../../../src/protocol/chats.ts'
import type { CorpConsole } from '../../../src/protocol/console.ts'
import type { PartyId } from '../../../src/protocol/people.ts'
import type { NativeContext } from '../../../src/jsapi.ts'
import { control } from '../live/control.ts'
import { useLive } from '../live/use-live.ts'
import { desk, personIdOf, staffParty } from '../desk/desk.ts'
import { useDevice } from '../webview/use-device.ts'
import { view } from './wecom-view.ts'

/** Everything the salesperson's WeCom shows, whatever its shape. */
interface Wecom {
  chats: Ref<ChatSummary[] | null>
  chatsError: Ref<string>
  appMessages: Ref<AppMessage[] | null>
  appUnread: ComputedRef<number>
  console: Ref<CorpConsole | null>
  /** Whose cookies the browser holds; pages may be shown for this person only. */
  holder: Ref<PartyId | null>
  context: (entry: NativeContext['entry'], chat: ChatSummary | null) => NativeContext
}

const WECOM: InjectionKey<Wecom> = Symbol('wecom')

/** Gives the WeCom of the member who sits at the desk to everything below. */
export function provideWecom(): Wecom {
  const who = (): { corpid: string; userid: string } | null => (desk.userid === '' ? null : { corpid: desk.corpid, userid: desk.userid })
  const chats = useLive(who, ({ corpid, userid }) => control.staffChats(corpid, userid), (event, { corpid }) =>
    (event.type === 'message' && event.parties.includes(staffParty.value)) || (event.type === 'read' && event.reader === staffParty.value)
    || ((event.type === 'person' || event.type === 'group') && event.corpid === corpid))
  const appMessages = useLive(who, ({ corpid, userid }) => control.appMessages(corpid, userid), (event, { userid }) =>
    (event.type === 'app_message' && event.message.userid === userid) || event.type === 'app_recall')
  const corpConsole = useLive(() => (desk.corpid === '' ? null : desk.corpid), control.corpConsole, (event, corpid) => event.type === 'console' && event.corpid === corpid)
  const holder = useDevice('wecom', () => (desk.userid === '' ? null : staffParty.value))

  const readingApp = computed(() => view.opened?.kind === 'app' && view.tab === 'messages')
  const appUnread = computed(() => {
    const member = desk.staffOf[desk.corpid]?.find((item) => item.userid === desk.userid)
    if (member === undefined || readingApp.value) return 0
    const inChats = (chats.value.value ?? []).reduce((sum, chat) => sum + chat.unread, 0)
    return Math.max(0, member.unreadTotal - inChats)
  })

  // A chat that changes in the list changes where it lies open; the first chat opens by itself.
  watch(chats.value, (list) => {
    const { opened } = view
    if (list === null) return
    if (opened === null && desk.shape === 'pc') {
      const first = list.find((chat) => chat.kind === 'single') ?? list[0]
      // Wherever she has gone meanwhile: the chat waits in its place.
      if (first !== undefined) view.opened = { kind: 'chat', chat: first }
    }
    if (opened?.kind === 'chat') {
      const fresh = list.find((chat) => chat.chatId === opened.chat.chatId)
      if (fresh !== undefined) view.opened = { kind: 'chat', chat: fresh }
      // A group that was dismissed leaves the list; where it lies open it says so.
      else if (opened.chat.kind === 'group') view.opened = { kind: 'chat', chat: { ...opened.chat, open: false } }
    }
  })

  const context = (entry: NativeContext['entry'], chat: ChatSummary | null): NativeContext => ({
    entry,
    corpid: desk.corpid,
    userid: desk.userid,
    externalUserId: chat?.kind === 'single' ? personIdOf(chat.peer) : null,
    chatId: chat?.kind === 'group' ? chat.chatId : null,
    shape: desk.shape,
  })

  const wecom: Wecom = { chats: chats.value, chatsError: chats.error, appMessages: appMessages.value, appUnread, console: corpConsole.value, holder, context }
  provide(WECOM, wecom)
  return wecom
}

export function useWecom(): Wecom {
  const wecom = inject(WECOM)
  if (wecom === undefined) throw new Error('useWecom() needs provideWecom() above')
  return wecom
}
