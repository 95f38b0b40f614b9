import { reactive, watch } from 'vue'
import type { ChatSummary } from '../../../src/protocol/chats.ts'
import type { PartyId } from '../../../src/protocol/people.ts'
import type { NativeContext } from '../../../src/jsapi.ts'
import { control } from '../live/control.ts'
import { desk, staff } from '../desk/desk.ts'
import { showFailure } from '../desk/toasts.ts'

export type Tab = 'messages' | 'contacts' | 'workbench'

/** What lies open beside the list. */
export type Opened = { kind: 'chat'; chat: ChatSummary } | { kind: 'app' } | null

/** A product page opened over the conversation: from an app message, a link, a profile. */
interface OpenedPage {
  url: string
  entry: NativeContext['entry']
  externalUserId: string | null
}

type Dialog =
  | { kind: 'ask_send'; params: Record<string, unknown>; settle: (send: boolean) => void }
  | { kind: 'profile'; party: PartyId }
  | { kind: 'customers'; title: string; chosen: string[]; settle: (ids: string[] | null) => void }
  | { kind: 'colleagues'; multi: boolean; settle: (userids: string[] | null) => void }
  | { kind: 'images'; current: string; urls: string[] }
  | { kind: 'text'; title: string; text: string }

/** Where the salesperson is in her WeCom. */
export const view = reactive({
  tab: 'messages' as Tab,
  opened: null as Opened,
  page: null as OpenedPage | null,
  /** Phone shape: the toolbar page that covers the chat. */
  toolbarOpen: false,
  /** Phone shape: the workbench app covers the tab. */
  appOpen: false,
  dialog: null as Dialog | null,
})

export function openChat(chat: ChatSummary): void {
  view.tab = 'messages'
  view.page = null
  view.toolbarOpen = false
  view.opened = { kind: 'chat', chat }
}

/** Opens a chat known by id only; says so when it can't be found. */
export async function openChatById(chatId: string): Promise<void> {
  try {
    openChat(await control.chat(chatId, `staff:${desk.corpid}:${desk.userid}`))
  } catch (cause) {
    showFailure(cause)
  }
}

export function openApp(): void {
  view.tab = 'messages'
  view.page = null
  view.toolbarOpen = false
  view.opened = { kind: 'app' }
}

/** Opens an address inside WeCom, as a tap on a link or an app message does. */
export function openPage(url: string, entry: NativeContext['entry'] = 'normal', externalUserId: string | null = null): void {
  view.page = { url, entry, externalUserId }
}

/** Opens the workbench app; WeCom tells the app that a member came in. Outside of its visible range there is no app to open. */
export function openWorkbench(): void {
  view.tab = 'workbench'
  view.page = null
  view.appOpen = true
  if (staff.value?.inVisibleRange !== true) return
  control.act({ corpid: desk.corpid, action: 'enter_agent', userid: desk.userid }).catch(showFailure)
}

/** Closes a dialog as if the person had turned away; whoever waits for it is told. */
export function dismissDialog(): void {
  const { dialog } = view
  view.dialog = null
  if (dialog?.kind === 'ask_send') dialog.settle(false)
  if (dialog?.kind === 'customers' || dialog?.kind === 'colleagues') dialog.settle(null)
}

/** Shows a dialog and waits for what the person decides there. */
export function askPerson<T>(dialogFor: (settle: (answer: T) => void) => Dialog): Promise<T> {
  dismissDialog()
  return new Promise((resolve) => {
    view.dialog = dialogFor((answer) => {
      view.dialog = null
      resolve(answer)
    })
  })
}

/** Another member sits down: her WeCom starts with nothing open. Called once by the page. */
export function resetViewWithStaff(): void {
  watch(() => `${desk.corpid} ${desk.userid}`, () => {
    dismissDialog()
    Object.assign(view, { tab: 'messages', opened: null, page: null, toolbarOpen: false, appOpen: false })
  })
  watch(() => desk.shape, () => {
    dismissDialog()
    Object.assign(view, { toolbarOpen: false })
  })
}
