import { type Authorization, type Decision, Refused, STATE } from '../oauth-authorization.ts'
import type { Corp } from '../world/corp.ts'
import type { OfficialAccount } from '../world/model.ts'
import { personParty, resolveParty } from '../world/parties.ts'
import type { Sandbox } from '../world/sandbox.ts'
import type { WebScope } from './account-credentials.ts'

interface AccountQuery {
  redirect_uri: string
  state: string
  scope: string
  response_type: string
}

function scopeOf(text: string): WebScope {
  if (text === 'snsapi_base' || text === 'snsapi_userinfo') return text
  throw new Refused('Scope 参数错误或没有 Scope 权限，错误码：10005')
}

/** The authorize page of an official account: silent for snsapi_base, one tap for snsapi_userinfo (wechat-pay §6). */
export function accountAuthorization(sandbox: Sandbox, { corp, account }: { corp: Corp; account: OfficialAccount }, asked: AccountQuery): Authorization {
  if (asked.redirect_uri === '' || !URL.canParse(asked.redirect_uri)) throw new Refused('redirect_uri 参数错误')
  const redirectUri = new URL(asked.redirect_uri)
  if (!/^https?:$/.test(redirectUri.protocol) || account.oauthDomain === '' || redirectUri.host !== account.oauthDomain) {
    throw new Refused('redirect_uri 域名与后台配置不一致，错误码：10003')
  }
  if (asked.response_type !== 'code') throw new Refused('response_type 参数错误')
  if (!STATE.test(asked.state)) throw new Refused('state 参数错误：只能是 128 位以内的字母和数字')
  const scope = scopeOf(asked.scope)

  const back = (code: string | null): string => {
    const url = new URL(redirectUri)
    if (code !== null) url.searchParams.set('code', code)
    url.searchParams.set('state', asked.state)
    return url.toString()
  }
  const decide = (person: string, agreed: boolean): Decision => {
    const party = resolveParty(sandbox, person)
    if (party === undefined) return { error: '没有找到这个人' }
    // WeCom's browser is not WeChat's: this page does not open there.
    if (party.kind === 'staff') return { error: '请在微信客户端打开链接' }
    if (party.corp !== corp) return { error: '没有找到这个人' }
    if (scope === 'snsapi_userinfo' && !agreed && sandbox.settings.oauthConsent === 'ask') {
      return { consent: { app: account.name, asks: '申请获取你的昵称、头像', refused: back(null) } }
    }
    return { location: back(sandbox.accounts.issueCode({ appid: account.appid, personId: party.person.id, scope })) }
  }
  return { owner: corp.name, app: account.name, people: [], customers: true, personNamed: (as) => personParty(as.replace(/^external:/, '')), decide }
}
