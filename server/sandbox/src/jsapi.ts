import type { MessageContent } from './protocol/chats.ts'
import type { Grant, NativeAnswer } from './protocol/native-bridge.ts'
import type { PartyId } from './protocol/people.ts'

/**
 * The client side of WeCom's JS-SDK, as pure decisions: given what a page was granted and where it
 * was opened, what does a native method answer or do? Runs in the sandbox's web client and in the
 * server alike; no I/O (wecom-jssdk §1, §2; wecom-api/00 §9).
 */

export type Entry = 'contact_profile' | 'single_chat_tools' | 'group_chat_tools' | 'normal'

/** Where the page was opened; made by the web client for each iframe. */
export interface NativeContext {
  entry: Entry
  corpid: string
  userid: string
  /** single_chat_tools, contact_profile */
  externalUserId: string | null
  /** group_chat_tools: the customer group's chat_id */
  chatId: string | null
  /** phone shape lacks nothing here, PC shape refuses mobile-only methods */
  shape: 'phone' | 'pc'
}

/** What the client has to do before it can answer; `answer` is the success answer. */
export type NativeEffect =
  | { kind: 'send'; params: Record<string, unknown>; enterChat: boolean }
  | { kind: 'open_profile'; party: PartyId; answer: NativeAnswer }
  | { kind: 'open_chat'; userids: string[]; externalUserIds: string[]; chatId: string; groupName: string }
  | { kind: 'preview_image'; current: string; urls: string[]; answer: NativeAnswer }
  | { kind: 'preview_file'; url: string; name: string; answer: NativeAnswer }
  | { kind: 'set_clipboard'; text: string; answer: NativeAnswer }
  | { kind: 'open_browser'; url: string; answer: NativeAnswer }
  | { kind: 'close_window'; answer: NativeAnswer }
  /** Ask the person; answer with `userIds` or with `<name>:cancel`. */
  | { kind: 'select_customers' }
  /** Ask the person; answer with `result` or with `<name>:cancel`. */
  | { kind: 'select_colleagues'; mode: 'single' | 'multi' }
  /** Open the mass-send helper prefilled; answer ok or cancel. */
  | { kind: 'share_to_customers'; params: Record<string, unknown>; groups: boolean }

type NativeDecision = { answer: NativeAnswer } | { effect: NativeEffect }

interface NativeMethod {
  /** Needs the application identity (agentConfig). */
  agent: boolean
  /** Needs the app in 可调用接口的应用. */
  customer?: boolean
  entries?: readonly Entry[]
  mobileOnly?: boolean
}

const CHAT_ENTRIES: readonly Entry[] = ['single_chat_tools', 'group_chat_tools']

const METHODS = {
  getContext: { agent: false },
  checkJsApi: { agent: false },
  getCurExternalContact: { agent: true, customer: true, entries: ['single_chat_tools', 'contact_profile'] },
  getCurExternalChat: { agent: true, customer: true, entries: ['group_chat_tools'] },
  sendChatMessage: { agent: true, customer: true, entries: CHAT_ENTRIES },
  shareToExternalContact: { agent: true, customer: true },
  shareToExternalChat: { agent: true, customer: true },
  selectExternalContact: { agent: true, customer: true },
  selectEnterpriseContact: { agent: false },
  openUserProfile: { agent: false },
  openEnterpriseChat: { agent: false },
  imagePreview: { agent: false },
  previewFile: { agent: false, mobileOnly: true },
  setClipboardData: { agent: false },
  openDefaultBrowser: { agent: false },
  closeWindow: { agent: false },
  hideOptionMenu: { agent: false },
  showOptionMenu: { agent: false },
  hideMenuItems: { agent: false },
  showMenuItems: { agent: false },
  hideAllNonBaseMenuItem: { agent: false },
  showAllNonBaseMenuItem: { agent: false },
} satisfies Record<string, NativeMethod>

type NativeName = keyof typeof METHODS

/** Methods that a page may call without having registered anything. */
const WITHOUT_CONFIG: ReadonlySet<string> = new Set(['checkJsApi', 'closeWindow', 'hideOptionMenu', 'showOptionMenu', 'imagePreview'])

/** Web name → native name, for jsApiList entries that the SDK did not translate. */
const NATIVE_NAMES: Readonly<Record<string, string>> = { previewImage: 'imagePreview', getLocation: 'geoLocation' }

function isNativeName(name: string): name is NativeName {
  return Object.hasOwn(METHODS, name)
}

/** Native answer `<name>:<keyword>` with optional data. */
export function nativeAnswer(name: string, keyword: string, data: Record<string, unknown> = {}): NativeAnswer {
  return { ...data, err_msg: `${name}:${keyword}` }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function list(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string' && item !== '')
  return text(value).split(';').filter((item) => item !== '')
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** Whether the page still speaks with the identity it registered (the SDK repeats it in every call). */
function sameIdentity(grant: Grant, params: Record<string, unknown>): boolean {
  const signature = text(params.verifySignature)
  return signature === '' || signature === grant.signature
}

/**
 * What a native call comes to: an answer at once, or an effect for the client to carry out.
 * Every call gets an answer, unknown methods too: otherwise promises in the page hang.
 */
export function decideNative(name: string, params: Record<string, unknown>, grant: Grant | null, context: NativeContext): NativeDecision {
  if (!isNativeName(name)) return { answer: nativeAnswer(name, 'function not exist') }
  const method: NativeMethod = METHODS[name]
  if (!WITHOUT_CONFIG.has(name)) {
    if (grant === null) return { answer: nativeAnswer(name, 'the permission value is offline verifying') }
    if (!sameIdentity(grant, params)) return { answer: nativeAnswer(name, 'fail invalid signature') }
    if (method.agent && grant.identity !== 'agent') return { answer: nativeAnswer(name, 'fail no permission') }
    const asked = grant.jsApiList.map((item) => NATIVE_NAMES[item] ?? item)
    if (name !== 'getContext' && !asked.includes(name)) return { answer: nativeAnswer(name, 'permission denied') }
    if (method.customer === true && !grant.customerApi) return { answer: nativeAnswer(name, 'no permission') }
  }
  if (method.mobileOnly === true && context.shape === 'pc') return { answer: nativeAnswer(name, 'function not exist') }
  if (method.entries !== undefined && !method.entries.includes(context.entry)) {
    const missing = name === 'getCurExternalChat' ? 'external chat' : name === 'getCurExternalContact' ? 'external contact' : 'chat'
    return { answer: nativeAnswer(name, `fail without context of ${missing}`) }
  }
  return decide(name, params, context)
}

function decide(name: NativeName, params: Record<string, unknown>, context: NativeContext): NativeDecision {
  const ok = nativeAnswer(name, 'ok')
  switch (name) {
    case 'getContext':
      return { answer: { ...ok, entry: context.entry } }
    case 'checkJsApi': {
      const asked = Array.isArray(params.jsApiList) ? list(params.jsApiList) : list(text(params.jsApiList))
      const checkResult = Object.fromEntries(asked.map((item) => [item, isNativeName(NATIVE_NAMES[item] ?? item)]))
      return { answer: { ...ok, checkResult } }
    }
    case 'getCurExternalContact':
      return context.externalUserId === null
        ? { answer: nativeAnswer(name, 'fail without context of external contact') }
        : { answer: { ...ok, userId: context.externalUserId } }
    case 'getCurExternalChat':
      return context.chatId === null
        ? { answer: nativeAnswer(name, 'fail without context of external chat') }
        : { answer: { ...ok, chatId: context.chatId } }
    case 'sendChatMessage': {
      const checked = chatMessageOf(params)
      if ('fail' in checked) return { answer: nativeAnswer(name, `fail ${checked.fail}`) }
      return { effect: { kind: 'send', params, enterChat: params.enterChat === true } }
    }
    case 'shareToExternalContact':
    case 'shareToExternalChat':
      return { effect: { kind: 'share_to_customers', params, groups: name === 'shareToExternalChat' } }
    case 'selectExternalContact':
      return { effect: { kind: 'select_customers' } }
    case 'selectEnterpriseContact':
      return { effect: { kind: 'select_colleagues', mode: params.mode === 'single' ? 'single' : 'multi' } }
    case 'openUserProfile': {
      const userid = text(params.userid)
      const type = Number(params.type)
      if (userid === '' || (type !== 1 && type !== 2)) return { answer: nativeAnswer(name, 'fail invalid params') }
      const party: PartyId = type === 1 ? `staff:${context.corpid}:${userid}` : `customer:${userid}`
      return { effect: { kind: 'open_profile', party, answer: ok } }
    }
    case 'openEnterpriseChat': {
      const chatId = text(params.chatId)
      const userids = list(params.userIds ?? params.useridlist)
      const externalUserIds = list(params.externalUserIds)
      if (chatId === '' && userids.length + externalUserIds.length === 0) return { answer: nativeAnswer(name, 'fail invalid params') }
      return { effect: { kind: 'open_chat', userids, externalUserIds, chatId, groupName: text(params.groupName) } }
    }
    case 'imagePreview':
      return { effect: { kind: 'preview_image', current: text(params.current), urls: list(params.urls), answer: ok } }
    case 'previewFile':
      return { effect: { kind: 'preview_file', url: text(params.url), name: text(params.name), answer: ok } }
    case 'setClipboardData':
      return { effect: { kind: 'set_clipboard', text: text(params.data), answer: ok } }
    case 'openDefaultBrowser':
      return { effect: { kind: 'open_browser', url: text(params.url), answer: ok } }
    case 'closeWindow':
      return { effect: { kind: 'close_window', answer: ok } }
    case 'hideOptionMenu':
    case 'showOptionMenu':
    case 'hideMenuItems':
    case 'showMenuItems':
    case 'hideAllNonBaseMenuItem':
    case 'showAllNonBaseMenuItem':
      return { answer: ok }
  }
}

/** Message payload as the page gave it, with `mediaId` still to be resolved by the server. */
type ChatMessageDraft =
  | Extract<MessageContent, { type: 'text' | 'link' | 'miniprogram' }>
  | { type: 'image' | 'video' | 'file'; mediaId: string }

/**
 * Checks a sendChatMessage payload (wecom-api/00 §9.4): the news link key is `link`, media keys are
 * `mediaid`, a mini-program page ends in `.html`.
 */
export function chatMessageOf(params: Record<string, unknown>): ChatMessageDraft | { fail: string } {
  const msgtype = text(params.msgtype)
  const body = record(params[msgtype])
  switch (msgtype) {
    case 'text': {
      const content = text(body.content)
      return content.trim() === '' ? { fail: 'invalid text' } : { type: 'text', text: content }
    }
    case 'image':
    case 'video':
    case 'file': {
      const mediaId = text(body.mediaid)
      return mediaId === '' ? { fail: 'invalid mediaid' } : { type: msgtype, mediaId }
    }
    case 'news': {
      const url = text(body.link)
      if (!isHttpUrl(url)) return { fail: 'invalid link' }
      const imgUrl = text(body.imgUrl)
      if (imgUrl !== '' && !isHttpUrl(imgUrl)) return { fail: 'invalid imgUrl' }
      return { type: 'link', url, title: text(body.title) || url, desc: text(body.desc), imgUrl }
    }
    case 'miniprogram': {
      const [appid, title, imgUrl, page] = [text(body.appid), text(body.title), text(body.imgUrl), text(body.page)]
      if (!/^wx[0-9a-z]{16}$/i.test(appid)) return { fail: 'invalid appid' }
      if (title.trim() === '') return { fail: 'invalid title' }
      // Without a scheme the real client says this, too: the picture is no path of the page.
      if (!isHttpUrl(imgUrl)) return { fail: 'invalid imgUrl' }
      if (!/\.html(\?|$)/.test(page)) return { fail: 'invalid page' }
      return { type: 'miniprogram', appid, title, imgUrl, page }
    }
    default:
      return { fail: 'invalid msgtype' }
  }
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(value)
}
