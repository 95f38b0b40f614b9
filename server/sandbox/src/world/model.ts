import type { AppMessage } from '../protocol/app-messages.ts'
import type { AppPage, CallbackSetting, CorpConsole } from '../protocol/console.ts'

/** Plain records of the simulated world; the Corp class keeps them indexed. Seconds where a field of WeCom is meant. */

export interface Department {
  id: number
  name: string
  parentid: number
  order: number
}

export interface Staff {
  userid: string
  name: string
  alias: string
  position: string
  departments: { id: number; order: number; leader: boolean }[]
  gender: '0' | '1' | '2'
  mobile: string
  email: string
  /** 1 active, 4 not activated, 5 left the corp */
  status: 1 | 4 | 5
  /** Agreed to snsapi_privateinfo until (ms). */
  consentUntil: number
}

/** Somebody outside the corp: customer or stranger, with a WeChat (type 1) or another corp's WeCom (type 2). */
export interface Person {
  id: string
  name: string
  type: 1 | 2
  gender: 0 | 1 | 2
  unionid: string
  openid: string
  corpName: string
  corpFullName: string
  position: string
}

export interface Follow {
  /** Grows with every relation of the corp; the order of lists and cursors. */
  seq: number
  userid: string
  personId: string
  remark: string
  description: string
  /** seconds */
  createtime: number
  /** corp tag ids */
  tags: string[]
  personalTags: string[]
  remarkCorp: string
  remarkMobiles: string[]
  operUserid: string
  addWay: number
  state: string
  channels: { nickname: string; source: number } | null
  status: 'friend' | 'half' | 'deleted_by_customer'
}

export interface Tag {
  id: string
  name: string
  createTime: number
  order: number
  /** agentid of the app that made it, 0 = console */
  madeBy: number
  deleted: boolean
}

export interface TagGroup extends Tag {
  tags: Tag[]
}

export interface GroupMember {
  /** userid or external_userid */
  id: string
  type: 1 | 2
  /** seconds */
  joinTime: number
  /** 1 invited, 2 invited by link, 3 scanned the QR */
  joinScene: 1 | 2 | 3
  invitor: string
  nickname: string
  state: string
}

export interface Group {
  seq: number
  id: string
  name: string
  owner: string
  createTime: number
  notice: string
  members: GroupMember[]
  admins: string[]
  version: string
  dismissed: boolean
  /** 0 normal, 1 owner left */
  status: 0 | 1
}

export interface Media {
  id: string
  kind: 'image' | 'voice' | 'video' | 'file' | 'img'
  purpose: 'temporary' | 'permanent' | 'attachment'
  name: string
  mime: string
  size: number
  createdAt: number
}

/** A contact way (联系我, wecom-api/03 §6): a code or button by which customers add members. The console shows none of them. */
export interface ContactWay {
  /** config_id */
  id: string
  /** 1 one member, 2 several */
  type: 1 | 2
  /** 1 button in a mini program, 2 QR code */
  scene: 1 | 2
  style: number | null
  remark: string
  skipVerify: boolean
  state: string
  userids: string[]
  departments: number[]
  exclusive: boolean
  /** agentid of the app that made it: no other app can see it */
  madeBy: number
  /** seconds */
  createTime: number
  /** What its code says, and the name of the code's picture. */
  code: string
}

interface AppSettings {
  agentid: number
  name: string
  description: string
  secret: string
  homeUrl: string
  enabled: boolean
}

/** A verified 服务号 of the corp (external-api/wechat-official-account). */
export interface OfficialAccount {
  appid: string
  secret: string
  name: string
  /** 网页授权域名: host, here with port; '' when none is set */
  oauthDomain: string
  /** Bound to the same 开放平台 account as the corp: a person's unionid is the same here and in externalcontact/get. */
  openPlatform: boolean
  ipWhitelist: string[]
  /** Who follows it or does not, as far as that was decided; of everybody else chance has decided (followers.ts). */
  decidedFollowers: Record<string, boolean>
}

/** All of a corp that is saved; collections as arrays. */
export interface CorpRecord {
  corpid: string
  name: string
  app: AppSettings
  trustedDomain: CorpConsole['trustedDomain']
  loginDomain: string
  trustedIps: string[]
  officialAccount: OfficialAccount | null
  callback: (CallbackSetting & { verified: boolean }) | null
  customerApiAllowed: boolean
  visibleRange: CorpConsole['visibleRange']
  contactRange: CorpConsole['contactRange']
  pages: AppPage[]
  consoleWelcomeUserids: string[]
  departments: Department[]
  staff: Staff[]
  people: Person[]
  follows: Follow[]
  tagGroups: TagGroup[]
  groups: Group[]
  /** In the order in which they were made. */
  contactWays: ContactWay[]
  media: Media[]
  appMessages: AppMessage[]
  /** Unread app messages per userid. */
  appUnread: Record<string, number>
}
