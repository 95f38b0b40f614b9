import { type Authorization, type Decision, Refused, STATE } from './oauth-authorization.ts'
import { personParty, resolveParty, staffParty } from './world/parties.ts'
import type { Sandbox } from './world/sandbox.ts'

const CONSENT_MS = 30 * 86_400_000

export interface CorpQuery {
  appid: string
  agentid: string
  redirect_uri: string
  state: string
  scope: string
  response_type: string
}

/**
 * WeCom's authorize page, or its page to sign in by scanning (`login`). redirect_uri's host including port must be the trusted domain
 * exactly; web login also accepts its own domain (wecom-api/00 §6, §7).
 */
export function corpAuthorization(sandbox: Sandbox, asked: CorpQuery, login: boolean): Authorization {
  const corp = sandbox.corps.get(asked.appid)
  if (corp === undefined) throw new Refused('appid 参数错误')
  if (asked.redirect_uri === '' || !URL.canParse(asked.redirect_uri)) throw new Refused('redirect_uri 参数错误')
  const redirectUri = new URL(asked.redirect_uri)
  const domains = [corp.trustedDomain.domain, ...(login ? [corp.loginDomain] : [])].filter((domain) => domain !== '')
  if (!/^https?:$/.test(redirectUri.protocol) || !domains.includes(redirectUri.host)) throw new Refused('redirect_uri 参数错误')
  if (!login && asked.response_type !== 'code') throw new Refused('response_type 参数错误')
  if (!login && !['snsapi_base', 'snsapi_privateinfo'].includes(asked.scope)) throw new Refused('scope 参数错误')
  if (!STATE.test(asked.state)) throw new Refused('state 参数错误：只能是 128 位以内的字母和数字')
  const agentOk = asked.agentid === String(corp.app.agentid)
  if ((login || asked.agentid !== '') && !agentOk) throw new Refused('agentid 参数错误')
  // Without agentid, snsapi_privateinfo degrades to snsapi_base.
  const privateInfo = !login && asked.scope === 'snsapi_privateinfo' && agentOk

  const backAs = (person: ReturnType<typeof personParty>): Decision => {
    const url = new URL(redirectUri)
    url.searchParams.set('code', sandbox.codes.issue(corp.corpid, person, privateInfo))
    url.searchParams.set('state', asked.state)
    return { location: url.toString() }
  }
  const decide = (person: string, agreed: boolean): Decision => {
    const party = resolveParty(sandbox, person)
    if (party === undefined) return { error: '没有找到这个人' }
    if (party.kind === 'person') return login ? { error: '请使用企业微信扫码' } : backAs(personParty(party.person.id))
    const { staff } = party
    const isOurs = party.corp === corp
    if (staff.status === 5) return { error: '该成员已离职' }
    if (login && (!isOurs || !corp.isVisible(staff.userid))) return { error: '你没有权限登录该应用，请联系管理员' }
    if (isOurs && privateInfo && corp.isVisible(staff.userid) && staff.consentUntil < sandbox.clock.now()) {
      if (!agreed && sandbox.settings.oauthConsent === 'ask') return { consent: { app: corp.app.name, asks: '申请获取你的头像、手机号、邮箱等信息', refused: null } }
      staff.consentUntil = sandbox.clock.now() + CONSENT_MS
      sandbox.onChange()
    }
    return backAs(staffParty(party.corp.corpid, staff.userid))
  }
  return {
    owner: corp.name, app: corp.app.name, customers: !login, decide,
    people: corp.allStaff().map((staff) => ({
      party: staffParty(corp.corpid, staff.userid), name: staff.name, about: `${staff.position}${corp.isVisible(staff.userid) ? '' : ' · 不在可见范围'}`,
    })),
    personNamed(as) {
      const [kind, ...rest] = as.split(':')
      return kind === 'userid' ? staffParty(corp.corpid, rest.join(':')) : personParty(rest.join(':'))
    },
  }
}
