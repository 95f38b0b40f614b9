import type { CorpRecord, Department, OfficialAccount, Staff } from '../world/model.ts'
import type { Random } from './random.ts'

/** Of the corp's verified 服务号. */
export interface AccountIdentity {
  appid: string
  secret: string
  name: string
}

export interface CorpIdentity {
  corpid: string
  name: string
  agentid: number
  agentName: string
  secret: string
  callbackToken: string
  encodingAesKey: string
  verifyCode: string
  officialAccount?: AccountIdentity
}

/** A corp of which nothing is configured and in which nobody works yet. */
export function bareCorp(identity: CorpIdentity): CorpRecord {
  return {
    corpid: identity.corpid, name: identity.name,
    app: { agentid: identity.agentid, name: identity.agentName, description: '客户经营助手', secret: identity.secret, homeUrl: '', enabled: true },
    trustedDomain: { domain: '', verified: false, verifyFile: `WW_verify_${identity.verifyCode}.txt`, verifyContent: identity.verifyCode },
    loginDomain: '', trustedIps: ['203.0.113.10'], officialAccount: null, callback: null, customerApiAllowed: false,
    visibleRange: { all: false, departments: [], userids: [] }, contactRange: { all: false, userids: [] }, pages: [], consoleWelcomeUserids: [],
    departments: [], staff: [], people: [], follows: [], tagGroups: [], groups: [], contactWays: [], media: [], appMessages: [], appUnread: {},
  }
}

/** Everything an installer does in the console (wecom-api/00 §10), done for this product address. */
export function configure(corp: CorpRecord, identity: CorpIdentity, productOrigin: string): CorpRecord {
  const sidebar = `${productOrigin}/sidebar?corp=${corp.corpid}`
  const { host } = new URL(productOrigin)
  return {
    ...corp,
    app: { ...corp.app, homeUrl: `${productOrigin}/workbench?corp=${corp.corpid}` },
    trustedDomain: { ...corp.trustedDomain, domain: host, verified: true }, loginDomain: host,
    trustedIps: ['127.0.0.1'], officialAccount: configuredAccount(identity, productOrigin), customerApiAllowed: true, visibleRange: { all: true, departments: [], userids: [] }, contactRange: { all: true, userids: [] },
    callback: {
      url: `${productOrigin}/wecom/callback/${corp.corpid}`, token: identity.callbackToken, encodingAesKey: identity.encodingAesKey, verified: true,
      events: ['change_external_contact', 'change_external_chat', 'change_external_tag', 'enter_agent', 'subscribe', 'message'],
    },
    pages: [
      { id: 'single', place: 'single', name: '知客', url: sidebar },
      { id: 'group', place: 'group', name: '知客', url: sidebar },
      { id: 'profile', place: 'profile', name: '知客', url: sidebar },
    ],
  }
}

/** The corp's 服务号 as its admin has set it up for this product address; null when the corp has none. */
export function configuredAccount({ officialAccount }: CorpIdentity, productOrigin: string): OfficialAccount | null {
  return officialAccount === undefined ? null : { ...officialAccount, oauthDomain: new URL(productOrigin).host, openPlatform: true, ipWhitelist: ['127.0.0.1'], decidedFollowers: {} }
}

export function demoDepartments(root: string, names: readonly string[]): Department[] {
  return [
    { id: 1, name: root, parentid: 0, order: 100_000_000 },
    ...names.map((name, index) => ({ id: index + 2, name, parentid: 1, order: 100_000_000 - (index + 1) * 1000 })),
  ]
}

export function demoStaff(random: Random, person: { userid: string; name: string; position: string; department: number; leader?: boolean }, consentUntil: number): Staff {
  return {
    userid: person.userid, name: person.name, alias: '', position: person.position,
    departments: [{ id: person.department, order: 0, leader: person.leader ?? false }], gender: random.pick(['1', '2']),
    mobile: `1990001${String(random.int(0, 9999)).padStart(4, '0')}`, email: `${person.userid}@example.com`, status: 1, consentUntil,
  }
}
