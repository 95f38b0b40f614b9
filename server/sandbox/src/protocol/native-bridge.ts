import type { PartyId } from './people.ts'

/**
 * Between a product page and the client it was opened in: the simulated device, and the JS-SDK's host.
 *
 *   POST   /sandbox/device               DeviceRequest, answered by the gate of the product
 *   POST   /sandbox/api/jsapi/verify     VerifyRequest → VerifyAnswer
 *   POST   /sandbox/api/jsapi/send       JsSendRequest → NativeAnswer
 */

/** `POST /sandbox/device`: from now on product cookies of this slot belong to this device. */
export interface DeviceRequest {
  device: PartyId
  /** wecom: the staff window (cookie zk_session); wechat: the customer's phone (cookie zk_visitor). */
  slot: 'wecom' | 'wechat'
}

/** JSON in `window.name` of every product iframe; read by shim.js, browser.js and the OAuth page. */
export interface DeviceBoot {
  kind: 'zhike-sandbox'
  /** Random per iframe; the hello message repeats it. */
  session: string
  /** Who sits at this device. */
  person: PartyId
  /** wechat: only UA and platform are imitated, there is no bridge to the host. */
  client: 'wecom' | 'wechat'
  ua: string
  platform: string
  maxTouchPoints: number
  /** Delay before WeixinJSBridgeReady, to exercise the late path; 0 or absent: at once. */
  lateMs?: number
}

/** Page → phone, through `parent.postMessage`: what WeChat's browser knows of any page (public/browser.js). */
export interface PageReport {
  kind: 'zhike-sandbox-page'
  session: string
  /** How the page came to be at this address; same: it only has another title now, unknown: the browser does not tell. */
  how: 'push' | 'replace' | 'reload' | 'traverse' | 'unknown' | 'same'
  /** A new document; otherwise the one before tells more of itself. */
  loaded: boolean
  /** Entries in the browser's history: grows when a page was opened from the one before. */
  length: number
  address: string
  title: string
  /** meta description */
  description: string
  /** og:image */
  picture: string
}

/** Page → phone: somebody keeps her finger on a picture (public/browser.js). */
export interface PicturePress {
  kind: 'zhike-sandbox-picture'
  session: string
  src: string
}

/** Phone → page: whether the phone is locked or shows something else. */
export interface ScreenNews {
  kind: 'zhike-sandbox-screen'
  session: string
  away: boolean
}

/** Shim → host, through `parent.postMessage(hello, origin, [port])`. */
export interface BridgeHello {
  kind: 'zhike-sandbox-hello'
  session: string
}

/** Shim → host on the port. */
export type BridgeCall =
  | { t: 'invoke'; id: number; name: string; params: Record<string, unknown>; url: string }
  | { t: 'on'; name: string }

/** Host → shim on the port. */
export type BridgeReply =
  | { t: 'answer'; id: number; answer: NativeAnswer }
  | { t: 'event'; name: string; data: Record<string, unknown> }

export type NativeAnswer = { err_msg: string } & Record<string, unknown>

export interface VerifyRequest {
  name: 'agentConfig' | 'preVerifyJSAPI'
  params: Record<string, unknown>
  /** Page URL without hash, from the bridge message; its origin must be that of the message event. */
  url: string
  corpid: string
  userid: string
}

/** What a page may do after a successful agentConfig / preVerifyJSAPI; keep it per iframe load. */
export interface Grant {
  identity: 'agent' | 'corp'
  corpid: string
  agentid: number | null
  /** Native API names the page asked for. */
  jsApiList: string[]
  signature: string
  timestamp: string
  nonceStr: string
  url: string
  /** The app may use customer-contact APIs. */
  customerApi: boolean
}

export interface VerifyAnswer {
  answer: NativeAnswer
  grant: Grant | null
  /** Why not, in Chinese, for the log panel of the client. */
  reason: string
}

/** A sendChatMessage that passed `decideNative` (jsapi.ts); the server checks media and relation. */
export interface JsSendRequest {
  corpid: string
  userid: string
  chatId: string
  params: Record<string, unknown>
}
