/**
 * What the sandbox process and its web client (and tests) say to each other: JSON under
 * `/sandbox/api/*` and a live feed of server-sent events. Types only, so that it costs the client
 * nothing. All times are epoch milliseconds of the sandbox clock unless a name says otherwise.
 *
 * Endpoints (all JSON; an error is HTTP 4xx `{ message }` in Chinese):
 *
 *   GET    /sandbox/api/corps                                        CorpSummary[]
 *   GET    /sandbox/api/corps/:corpid                                CorpConsole
 *   PUT    /sandbox/api/corps/:corpid/settings                       ConsolePatch → CorpConsole
 *   POST   /sandbox/api/corps/:corpid/trusted-domain                 { domain } → ConsoleCheck
 *   POST   /sandbox/api/corps/:corpid/callback                       CallbackSetting → ConsoleCheck
 *   POST   /sandbox/api/corps/:corpid/secret/reset                   → { secret }
 *   GET    /sandbox/api/corps/:corpid/departments                    DepartmentView[]
 *   GET    /sandbox/api/corps/:corpid/tags                           TagGroupView[]
 *   GET    /sandbox/api/corps/:corpid/contact-ways                   ContactWayView[]
 *   GET    /sandbox/api/corps/:corpid/callback-log                   CallbackLogEntry[] newest first, ≤200
 *   GET    /sandbox/api/corps/:corpid/staff                          StaffView[]
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/chats            ChatSummary[] latest first (incl. chats without messages)
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/contacts?q=      ContactView[] (her customers, ≤200)
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/app-messages     AppMessage[] oldest first, ≤200
 *   POST   /sandbox/api/corps/:corpid/staff/:userid/app-messages     { text } → AppMessage (staff writes to the app → callback)
 *   POST   /sandbox/api/corps/:corpid/staff/:userid/app-messages/read
 *   GET    /sandbox/api/people?corpid=&q=&relation=any|customer|stranger&limit=   PersonView[]
 *   GET    /sandbox/api/people/:id                                   PersonDetail
 *   GET    /sandbox/api/people/:id/chats                             ChatSummary[] for that person's WeChat
 *   GET    /sandbox/api/chats/:chatId?as=PartyId                     ChatDetail
 *   GET    /sandbox/api/chats/:chatId/messages?before=&limit=        Message[] oldest first (the latest page)
 *   POST   /sandbox/api/chats/:chatId/messages                       SendMessage → Message
 *   POST   /sandbox/api/chats/:chatId/read                           { reader: PartyId }
 *   POST   /sandbox/api/chats/:chatId/forward                        ForwardMessage → Message
 *   POST   /sandbox/api/actions                                      WorldAction → ActionResult
 *   POST   /sandbox/api/jsapi/verify                                 VerifyRequest → VerifyAnswer
 *   POST   /sandbox/api/jsapi/send                                   JsSendRequest → NativeAnswer
 *   GET    /sandbox/api/settings          PUT (partial) → Settings
 *   GET    /sandbox/api/clock             POST { shiftMs } adds to the shift → ClockView
 *   GET    /sandbox/api/faults            PUT Faults (replaces) → Faults; DELETE clears
 *   POST   /sandbox/api/faults/tokens     { corpid?, mode?: 'expire' | 'invalidate' }  access tokens → 42001 / 40014 from now on
 *   POST   /sandbox/api/faults/tickets    { corpid? }   JS-SDK tickets become invalid
 *   GET    /sandbox/api/stats             Stats; DELETE sets all counters to zero
 *   GET    /sandbox/api/events            text/event-stream, each `data:` is one SandboxEvent
 *   POST   /sandbox/api/reset             back to freshly generated demo data
 *   POST   /sandbox/device                answered by the gate of the product, see DeviceRequest
 */

// ---- Who ----------------------------------------------------------------------------------------

/** `staff:<corpid>:<userid>` or `customer:<external_userid>`; also names a simulated device. */
export type PartyId = `staff:${string}:${string}` | `customer:${string}`

/** `POST /sandbox/device`: from now on product cookies of this slot belong to this device. */
export interface DeviceRequest {
  device: PartyId
  /** wecom: the staff window (cookie zk_session); wechat: the customer's phone (cookie zk_visitor). */
  slot: 'wecom' | 'wechat'
}

/** JSON in `window.name` of every product iframe; read by shim.js and by the OAuth page. */
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

// ---- Corps and their console --------------------------------------------------------------------

export interface CorpSummary {
  corpid: string
  name: string
  agentid: number
  agentName: string
  staffCount: number
  customerCount: number
  groupCount: number
}

/** A product page opened from inside the client. */
export interface AppPage {
  id: string
  /** single/group: chat toolbar; profile: customer detail page. */
  place: 'single' | 'group' | 'profile'
  name: string
  url: string
}

export interface CallbackSetting {
  url: string
  token: string
  encodingAesKey: string
  events: CallbackEventKind[]
}

export type CallbackEventKind =
  | 'change_external_contact'
  | 'change_external_chat'
  | 'change_external_tag'
  | 'enter_agent'
  | 'subscribe'
  | 'message'

/** Everything the simulated 管理后台 shows of one corp. */
export interface CorpConsole extends CorpSummary {
  secret: string
  /** URL the app opens from the workbench entry. */
  homeUrl: string
  trustedDomain: { domain: string; verified: boolean; verifyFile: string; verifyContent: string }
  /** Additional domain allowed for web login (设置授权回调域). */
  loginDomain: string
  trustedIps: string[]
  callback: (CallbackSetting & { verified: boolean; lastDeliveredAt: number | null; lastError: string }) | null
  /** App listed in 客户联系 → 可调用接口的应用. */
  customerApiAllowed: boolean
  visibleRange: { all: boolean; departments: number[]; userids: string[] }
  /** 客户联系 → 权限配置 → 使用范围. */
  contactRange: { all: boolean; userids: string[] }
  pages: AppPage[]
  /** Members with a console-configured welcome message get no WelcomeCode. */
  consoleWelcomeUserids: string[]
  appEnabled: boolean
}

/** Settings that need no verification; absent fields stay as they are. */
export interface ConsolePatch {
  homeUrl?: string
  loginDomain?: string
  trustedIps?: string[]
  customerApiAllowed?: boolean
  visibleRange?: CorpConsole['visibleRange']
  contactRange?: CorpConsole['contactRange']
  pages?: AppPage[]
  consoleWelcomeUserids?: string[]
  appEnabled?: boolean
}

/** Result of saving something that WeCom verifies first; `ok: false` means nothing was saved. */
export interface ConsoleCheck {
  ok: boolean
  message: string
  console: CorpConsole
}

export interface DepartmentView {
  id: number
  name: string
  parentid: number
  leaders: string[]
}

export interface StaffView {
  userid: string
  name: string
  position: string
  departments: { id: number; name: string; leader: boolean }[]
  avatar: string
  left: boolean
  inVisibleRange: boolean
  hasCustomerContact: boolean
  unreadTotal: number
}

export interface TagView {
  id: string
  name: string
  order: number
}

export interface TagGroupView {
  groupId: string
  name: string
  order: number
  /** Tags made by an app; others were made in the console. */
  madeByApp: boolean
  tags: TagView[]
}

export interface ContactWayView {
  configId: string
  remark: string
  state: string
  userids: string[]
  skipVerify: boolean
}

export interface CallbackLogEntry {
  id: number
  at: number
  event: string
  changeType: string
  xml: string
  tries: number
  outcome: 'waiting' | 'delivered' | 'failed' | 'dropped'
  detail: string
}

// ---- People, chats, messages --------------------------------------------------------------------

export interface PersonView {
  /** external_userid */
  id: string
  corpid: string
  name: string
  avatar: string
  /** 1 WeChat user, 2 user of another corp's WeCom */
  type: 1 | 2
  corpName: string
  relation: 'customer' | 'stranger'
}

export interface FollowView {
  userid: string
  staffName: string
  remark: string
  description: string
  addedAt: number
  addWay: number
  state: string
  tags: { id: string; name: string; type: 1 | 2 }[]
  /** half: customer added by a no-verify code, member has not confirmed. */
  status: 'friend' | 'half' | 'deleted_by_customer'
}

export interface PersonDetail extends PersonView {
  gender: 0 | 1 | 2
  follows: FollowView[]
  groups: { chatId: string; name: string }[]
}

/** A customer as one member sees her. */
export interface ContactView extends PersonView {
  follow: FollowView
  chatId: string
}

export type ChatKind = 'single' | 'group' | 'friend' | 'internal'

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

export type MessageContent =
  | { type: 'text'; text: string }
  | { type: 'link'; url: string; title: string; desc: string; imgUrl: string }
  | { type: 'image'; mediaId: string; url: string }
  | { type: 'video'; mediaId: string; url: string; name: string }
  | { type: 'file'; mediaId: string; url: string; name: string; size: number }
  | { type: 'miniprogram'; appid: string; title: string; imgUrl: string; page: string }
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
  via: 'client' | 'sidebar' | 'welcome' | 'forward' | 'system'
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
  /** Instead of the message's own link: what the page's share menu carries. */
  link?: { url: string; title: string; desc: string; imgUrl: string }
}

/** A message of the app to one member (or of the member to the app, `from: 'staff'`). */
export interface AppMessage {
  id: string
  corpid: string
  userid: string
  agentid: number
  agentName: string
  at: number
  from: 'app' | 'staff'
  recalled: boolean
  body: AppMessageBody
}

export interface AppArticle {
  title: string
  description: string
  url: string
  picurl: string
}

export type AppMessageBody =
  | { msgtype: 'text'; content: string }
  | { msgtype: 'markdown'; content: string }
  | { msgtype: 'textcard'; title: string; description: string; url: string; btntxt: string }
  | { msgtype: 'news'; articles: AppArticle[] }
  | { msgtype: 'image' | 'voice' | 'video' | 'file'; mediaId: string; url: string; title: string }
  | { msgtype: 'template_card'; card: TemplateCardView }

export interface TemplateCardView {
  cardType: string
  source: string
  title: string
  desc: string
  emphasisTitle: string
  emphasisDesc: string
  subTitle: string
  rows: { key: string; value: string; url: string }[]
  jumps: { title: string; url: string }[]
  url: string
}

// ---- The world outside --------------------------------------------------------------------------

/** What people do outside of any API; the ones WeCom tells apps about raise callbacks. */
export type WorldAction = { corpid: string } & (
  /** A customer adds a salesperson: by a contact way, or directly; personId absent → a new person. */
  | { action: 'customer_adds'; userid?: string; configId?: string; personId?: string; name?: string; state?: string; addWay?: number; half?: boolean }
  /** The member confirms a half friend. */
  | { action: 'staff_confirms'; userid: string; personId: string }
  | { action: 'customer_deletes'; userid: string; personId: string }
  | { action: 'staff_deletes'; userid: string; personId: string }
  /** Remark/description/tags edited in the member's own client. */
  | { action: 'staff_edits'; userid: string; personId: string; remark?: string; description?: string; mobiles?: string[]; addTags?: string[]; removeTags?: string[]; personalTags?: string[] }
  | { action: 'customer_renames'; personId: string; name: string }
  | { action: 'group_create'; userid: string; name: string; personIds: string[]; userids?: string[] }
  | { action: 'group_join'; chatId: string; personId?: string; name?: string; scene?: 'invited' | 'link' | 'qr'; invitor?: string; state?: string }
  | { action: 'group_leave'; chatId: string; personId: string; kicked?: boolean }
  | { action: 'group_rename'; chatId: string; name: string }
  | { action: 'group_notice'; chatId: string; notice: string }
  | { action: 'group_owner'; chatId: string; userid: string }
  | { action: 'group_dismiss'; chatId: string }
  | { action: 'tag_create'; groupId?: string; groupName?: string; names: string[] }
  | { action: 'tag_rename'; id: string; name: string }
  | { action: 'tag_delete'; id: string }
  | { action: 'tag_shuffle'; groupId?: string }
  | { action: 'staff_joins'; userid: string; name: string; departmentId: number; position?: string }
  | { action: 'staff_leaves'; userid: string }
  | { action: 'staff_moves'; userid: string; departmentId: number; leader?: boolean }
  /** Member opens the app → event enter_agent. */
  | { action: 'enter_agent'; userid: string }
  /** A friend of this person who knows nobody of the corp (for forwarding). */
  | { action: 'new_stranger'; name?: string; friendOf?: string }
)

export interface ActionResult {
  ok: true
  message: string
  personId?: string
  userid?: string
  chatId?: string
  /** Ids of made tags. */
  tagIds?: string[]
  /** The WelcomeCode of customer_adds, for tests. */
  welcomeCode?: string
}

// ---- JS-SDK host side ---------------------------------------------------------------------------

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

// ---- Faults, settings, clock, statistics --------------------------------------------------------

export interface Settings {
  /** What the next sendChatMessage does: sends, asks the person, is cancelled, fails. */
  sendOutcome: 'ok' | 'ask' | 'cancel' | 'fail'
  /** Imitate WeCom's link preview fetcher. */
  linkPrefetch: boolean
  /** snsapi_privateinfo: show the consent page once per member, or agree silently. */
  oauthConsent: 'ask' | 'auto'
}

export interface ClockView {
  now: number
  shiftMs: number
}

export interface ApiFault {
  /** Path pattern with `*`, e.g. `/cgi-bin/message/*`; `*` alone is every API. */
  path: string
  corpid?: string
  latencyMs?: number
  errcode?: number
  errmsg?: string
  httpStatus?: number
  /** before: cut the connection without processing; after: process, then cut (outcome unknown to the caller). */
  dropConnection?: 'before' | 'after'
  /** How many calls it still hits; absent: until removed. */
  times?: number
}

export interface CallbackFault {
  mode: 'drop' | 'duplicate' | 'reorder' | 'delay'
  corpid?: string
  /** delay only */
  delayMs?: number
  times?: number
}

export interface Faults {
  api: ApiFault[]
  callbacks: CallbackFault[]
}

export interface Stats {
  /** Calls per API path. */
  calls: Record<string, number>
  /** `path errcode` → how often (errcode ≠ 0). */
  errors: Record<string, number>
  tokensIssued: number
  ticketsIssued: number
  callbacks: { raised: number; tried: number; delivered: number; failed: number; dropped: number; duplicated: number; pending: number }
  appMessages: { delivered: number; silentlyDropped: number }
  linkPrefetches: number
}

// ---- Live feed ----------------------------------------------------------------------------------

export type SandboxEvent =
  | { type: 'hello'; now: number }
  | { type: 'message'; corpid: string; message: Message; parties: PartyId[] }
  /** chatId `app~<corpid>`: the member has read her app messages. */
  | { type: 'read'; chatId: string; reader: PartyId }
  | { type: 'app_message'; message: AppMessage }
  | { type: 'app_recall'; corpid: string; ids: string[] }
  /** Relation, remark, tags or name of an outside person changed. */
  | { type: 'person'; corpid: string; personId: string; userid: string | null }
  | { type: 'group'; corpid: string; chatId: string }
  | { type: 'tags'; corpid: string }
  | { type: 'staff'; corpid: string; userid: string | null }
  | { type: 'console'; corpid: string }
  | { type: 'callback'; corpid: string; entry: CallbackLogEntry }
  /** A server API was called and answered; errcode null: the connection was cut or a fault answered for it. */
  | { type: 'api'; corpid: string; path: string; errcode: number | null; tookMs: number }
  | { type: 'faults'; faults: Faults }
  | { type: 'settings'; settings: Settings }
  | { type: 'clock'; clock: ClockView }
  | { type: 'reset' }
