import {
  env, getContext, getCurExternalChat, getCurExternalContact, openEnterpriseChat, previewImage as nativePreviewImage, register,
  sendChatMessage as nativeSendChatMessage, setClipboardData, type SendChatMessage,
} from '@wecom/jssdk'
import { refusesSignature } from '@zhike/shared'
import { shallowRef } from 'vue'
import { api } from './api.ts'

/** The SDK never answers outside WeCom, and a client may not answer either: every call has a limit. */
const CALL_LIMIT_MS = 6_000
/** Sending may ask the person first. */
const SEND_LIMIT_MS = 60_000
const JS_API_LIST = [
  'getContext', 'getCurExternalContact', 'getCurExternalChat', 'sendChatMessage', 'openEnterpriseChat',
  'previewImage', 'setClipboardData',
]

/** Where this page was opened, and beside whom. */
export type ChatContext =
  | { kind: 'customer'; entry: string; externalUserId: string }
  | { kind: 'group'; entry: string; chatId: string }
  /** Opened without a customer chat: from the workbench, an internal chat, … */
  | { kind: 'none'; entry: string }
  /** The client did not tell; `reason` is Chinese, with what to do. */
  | { kind: 'failed'; reason: string }

export type SendOutcome = { state: 'sent' } | { state: 'cancelled' } | { state: 'failed'; reason: string }

/** What became of any other call into the client. */
type CallOutcome = { ok: true } | { ok: false; cancelled: boolean; reason: string }

class CallTimeout extends Error {}

/** external_userid of the customer beside whose chat this page is open. */
export const besideChatWith = shallowRef<string | null>(null)

let registered: Promise<void> | undefined
/** What our server was told last of this page's registration, and when it will have heard it. */
let told: { ok: boolean; heard: Promise<void> } | undefined

/** True inside a WeCom client. */
export function isWecom(): boolean {
  return env.isWeCom
}

/**
 * Registers this page with the client, once. Signatures come from our server; the client picks config or agentConfig
 * (wecom-jssdk "register / config flow"). Does nothing outside WeCom.
 */
function wecomReady(): Promise<void> {
  if (!isWecom()) return Promise.resolve()
  registered ??= registerPage().catch((reason: unknown) => {
    registered = undefined
    throw reason
  })
  return registered
}

async function registerPage(): Promise<void> {
  hushRegisterRejections()
  const first = await api('GET /api/wecom/signature', { query: { url: pageUrl(), kind: 'agent' } })
  let unused: typeof first | null = first
  register({
    corpId: first.corpId,
    agentId: first.agentId,
    jsApiList: JS_API_LIST,
    getConfigSignature: (url) => api('GET /api/wecom/signature', { query: { url, kind: 'config' } }),
    // A retry of the client needs a fresh signature; the first one is already here.
    getAgentConfigSignature: async (url) => {
      const ready = unused
      unused = null
      return ready && url === pageUrl() ? ready : api('GET /api/wecom/signature', { query: { url, kind: 'agent' } })
    },
    onAgentConfigSuccess: () => report(true),
    onAgentConfigFail: (failure) => {
      if (isRegistrationFailure(errMsgOf(failure))) report(false, errMsgOf(failure))
    },
  })
}

/** The set-up page shows whether clients accept our signatures (SYS-14). Told whenever that changes, and never in the way. */
function report(ok: boolean, error?: string): void {
  if (told?.ok === ok) return
  const heard = api('POST /api/wecom/jssdk-result', { body: { ok, ...(error && { error: error.slice(0, 300) }) } })
    .catch((reason: unknown) => console.warn('jssdk result was not reported', reason))
  told = { ok, heard }
}

/**
 * A call of the registered page. On a refused signature our server drops the ticket behind it (WeCom may end one early);
 * once it has, the SDK signs afresh for one more try.
 */
async function onRegisteredPage<T>(call: () => Promise<T>): Promise<T> {
  await wecomReady()
  try {
    return await call()
  } catch (thrown) {
    if (!isRegistrationFailure(errMsgOf(thrown)) || !refusesSignature(errMsgOf(thrown))) throw thrown
    await told?.heard
    return call()
  }
}

/** The client's own word on config or agentConfig; the SDK also fails when our server gave it no signature. */
function isRegistrationFailure(errMsg: string): boolean {
  return /^(agentConfig|config|preVerifyJSAPI):/i.test(errMsg)
}

/** The URL that the client signs: without the hash. */
function pageUrl(): string {
  return location.href.split('#')[0] ?? location.href
}

/** `register` lets its own promise float: a failing config would surface as an unhandled rejection of a plain object. */
function hushRegisterRejections(): void {
  window.addEventListener('unhandledrejection', (event) => {
    const reason: unknown = event.reason
    const ofConfig = isRegistrationFailure(errMsgOf(reason))
    const aborted = reason instanceof Error && reason.message.startsWith('SDK Error')
    if (!ofConfig && !aborted) return
    event.preventDefault()
    console.warn('WeCom did not accept the registration of this page:', errMsgOf(reason) || reason)
  })
}

/** The chat beside which this page was opened. Never throws, never hangs. */
export async function chatContext(): Promise<ChatContext> {
  if (!isWecom()) return { kind: 'none', entry: 'browser' }
  try {
    const { entry } = await onRegisteredPage(() => limited(getContext(), CALL_LIMIT_MS))
    const where = String(entry)
    besideChatWith.value = null
    if (where === 'group_chat_tools') {
      const { chatId } = await limited(getCurExternalChat(), CALL_LIMIT_MS)
      return { kind: 'group', entry: where, chatId }
    }
    if (where === 'single_chat_tools' || where === 'contact_profile' || where === 'single_kf_tools') {
      const { userId } = await limited(getCurExternalContact(), CALL_LIMIT_MS)
      if (where !== 'contact_profile') besideChatWith.value = userId
      return { kind: 'customer', entry: where, externalUserId: userId }
    }
    return { kind: 'none', entry: where }
  } catch (thrown) {
    return { kind: 'failed', reason: reasonText(thrown) }
  }
}

/** Sends a message into the current chat, and says what became of it. Never throws. */
export async function sendChatMessage(message: SendChatMessage): Promise<SendOutcome> {
  if (!isWecom()) return { state: 'failed', reason: '请在企业微信的聊天侧边栏里发送' }
  try {
    await onRegisteredPage(() => limited(nativeSendChatMessage(message), SEND_LIMIT_MS))
    return { state: 'sent' }
  } catch (thrown) {
    if (wasCancelled(thrown)) return { state: 'cancelled' }
    if (thrown instanceof CallTimeout) return { state: 'failed', reason: '企业微信没有回应，请先看聊天里是否已经发出' }
    return { state: 'failed', reason: reasonText(thrown) }
  }
}

/** Opens a chat with a customer, a member, or an existing group. */
export function openChat(chat: { externalUserId: string } | { userid: string } | { chatId: string }): Promise<CallOutcome> {
  return attempt(() => {
    if ('chatId' in chat) return openEnterpriseChat({ chatId: chat.chatId })
    return openEnterpriseChat('userid' in chat ? { userIds: [chat.userid] } : { externalUserIds: [chat.externalUserId] })
  })
}

/** Shows pictures full-screen in the client; in a browser opens the current one in a tab. Addresses are made absolute. */
export function previewImage(current: string, all: string[] = [current]): Promise<CallOutcome> {
  const absolute = (src: string): string => new URL(src, location.href).href
  if (!isWecom()) {
    window.open(absolute(current), '_blank', 'noopener')
    return Promise.resolve({ ok: true })
  }
  return attempt(() => nativePreviewImage({ current: absolute(current), urls: all.map(absolute) }))
}

/** Puts text on the clipboard: by the client, by the browser, or by a hidden field where neither may. */
export async function copyText(text: string): Promise<CallOutcome> {
  if (isWecom()) {
    const outcome = await attempt(() => setClipboardData({ data: text }))
    if (outcome.ok) return outcome
  }
  const copied = navigator.clipboard
    ? await navigator.clipboard.writeText(text).then(() => true, () => copyBySelection(text))
    : copyBySelection(text)
  return copied ? { ok: true } : { ok: false, cancelled: false, reason: '没能复制，请长按选择文字' }
}

async function attempt(call: () => Promise<unknown>): Promise<CallOutcome> {
  if (!isWecom()) return { ok: false, cancelled: false, reason: '请在企业微信里使用' }
  try {
    await onRegisteredPage(() => limited(call(), CALL_LIMIT_MS))
    return { ok: true }
  } catch (thrown) {
    return { ok: false, cancelled: wasCancelled(thrown), reason: reasonText(thrown) }
  }
}

function limited<T>(call: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CallTimeout('the client did not answer')), ms)
  })
  return Promise.race([call, limit]).finally(() => clearTimeout(timer))
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('readonly', '')
  field.className = 'unseen'
  document.body.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  return copied
}

/** The client's words; wordings differ per platform (wecom-jssdk "Result format"). */
function errMsgOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  if ('errMsg' in thrown && typeof thrown.errMsg === 'string') return thrown.errMsg
  return thrown instanceof Error ? thrown.message : ''
}

function wasCancelled(thrown: unknown): boolean {
  return /cancel/i.test(errMsgOf(thrown))
}

function reasonText(thrown: unknown): string {
  const text = errMsgOf(thrown)
  if (thrown instanceof CallTimeout) return '企业微信没有回应，请关闭页面后重新打开'
  if (isRegistrationFailure(text)) return '企业微信没有认可这个页面，请管理员检查可信域名和应用设置'
  if (/without ?context/i.test(text)) return '请从客户聊天的侧边栏里打开'
  if (/permission|access ?denied/i.test(text)) return '应用没有这个权限，请管理员检查「客户联系」的可调用应用和你的使用范围'
  if (/system ?error/i.test(text)) return '企业微信这次没有完成，请再试一次'
  if (/not ?exist|not ?support/i.test(text)) return '企业微信版本太旧，请更新后再试'
  if (/[\u4e00-\u9fff]/.test(text)) return text
  return text ? `企业微信返回：${text}` : '企业微信没有完成这个操作，请重试'
}
