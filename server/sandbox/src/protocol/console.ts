/**
 * Corps and their simulated 管理后台.
 *
 *   GET    /sandbox/api/corps                               CorpSummary[]
 *   GET    /sandbox/api/corps/:corpid                       CorpConsole
 *   PUT    /sandbox/api/corps/:corpid/settings              ConsolePatch → CorpConsole
 *   POST   /sandbox/api/corps/:corpid/trusted-domain        { domain } → ConsoleCheck
 *   POST   /sandbox/api/corps/:corpid/callback              CallbackSetting → ConsoleCheck
 *   POST   /sandbox/api/corps/:corpid/secret/reset          → { secret }
 *   GET    /sandbox/api/corps/:corpid/tags                  TagGroupView[]
 *   GET    /sandbox/api/corps/:corpid/callback-log          CallbackLogEntry[] newest first, ≤200
 */

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

/** The corp's 服务号, as mp.weixin.qq.com and open.weixin.qq.com show it to its admin. */
export interface OfficialAccountView {
  appid: string
  secret: string
  name: string
  /** 网页授权域名 */
  oauthDomain: string
  /** Bound to the same 开放平台 account as the corp. */
  openPlatform: boolean
  ipWhitelist: string[]
}

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
  /** null: the corp has none */
  officialAccount: OfficialAccountView | null
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
  /** Ignored for a corp without an official account. */
  officialAccount?: Partial<Pick<OfficialAccountView, 'oauthDomain' | 'openPlatform' | 'ipWhitelist'>>
}

/** Result of saving something that WeCom verifies first; `ok: false` means nothing was saved. */
export interface ConsoleCheck {
  ok: boolean
  message: string
  console: CorpConsole
}

interface TagView {
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
