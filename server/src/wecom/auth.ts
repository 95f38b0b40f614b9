import { z } from 'zod'
import { badAnswer } from '../platform/calls/exchange.ts'
import { optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'
import { wecomFailure } from './errors.ts'
import type { WecomApp } from './tokens.ts'

/** Where a sign-in page sends the browser back to, and what it returns with. */
interface SignInRequest {
  app: Pick<WecomApp, 'wecomCorpId' | 'agentId'>
  redirectUri: string
  /** Letters and digits only, at most 128 (wecom-api/00 §6). */
  state: string
}

/** Who came back with a code. */
export type SignedInPerson =
  /** A member of this corp; `userTicket` only with snsapi_privateinfo and within the visible range. */
  | { kind: 'member'; userId: string; userTicket: string | null }
  /** A member of a linked corp (WeCom answers `CorpId/userid`): not one of ours. */
  | { kind: 'linked_member'; wecomCorpId: string; userId: string }
  /** Not a member; `externalUserId` when she is a customer with a follower in the visible range. */
  | { kind: 'visitor'; openId: string; externalUserId: string | null }

/** Address of the OAuth page inside WeCom or WeChat. `oauthBase` is `WECOM_OAUTH_BASE`. Throws RangeError on a state WeCom would refuse. */
export function oauthUrl(oauthBase: string, request: SignInRequest, scope: 'snsapi_base' | 'snsapi_privateinfo'): string {
  const query = new URLSearchParams({
    appid: request.app.wecomCorpId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope,
    state: checkedState(request.state),
    // Without it snsapi_privateinfo silently becomes snsapi_base.
    agentid: String(request.app.agentId),
  })
  return `${trimmed(oauthBase)}/connect/oauth2/authorize?${query.toString()}#wechat_redirect`
}

/** Address of the QR sign-in page for an ordinary browser (wecom-api/00 §7). `loginBase` is `WECOM_LOGIN_BASE`. */
export function webLoginUrl(loginBase: string, request: SignInRequest): string {
  const query = new URLSearchParams({
    login_type: 'CorpApp',
    appid: request.app.wecomCorpId,
    agentid: String(request.app.agentId),
    redirect_uri: request.redirectUri,
    state: checkedState(request.state),
    lang: 'zh',
  })
  return `${trimmed(loginBase)}/wwlogin/sso/login?${query.toString()}`
}

const signInAnswer = z.looseObject({
  userid: optionalText,
  UserId: optionalText,
  user_ticket: optionalText,
  openid: optionalText,
  OpenId: optionalText,
  external_userid: optionalText,
})
const GET_USER_INFO = '/cgi-bin/auth/getuserinfo'

/** Exchanges a code (5 minutes, once) for the person. 40029 or 42003: start the sign-in again. */
export async function getSignedInPerson(client: WecomClient, code: string): Promise<SignedInPerson> {
  const answer = await client.get(GET_USER_INFO, { code }, signInAnswer)
  const userId = answer.userid || answer.UserId
  const openId = answer.openid || answer.OpenId
  if (userId !== '') {
    const slash = userId.indexOf('/')
    if (slash >= 0) return { kind: 'linked_member', wecomCorpId: userId.slice(0, slash), userId: userId.slice(slash + 1) }
    return { kind: 'member', userId, userTicket: answer.user_ticket || null }
  }
  if (openId !== '') return { kind: 'visitor', openId, externalUserId: answer.external_userid || null }
  throw badAnswer({ api: GET_USER_INFO, effect: 'read', failure: wecomFailure }, 'neither userid nor openid in the answer')
}

function checkedState(state: string): string {
  if (!/^[a-zA-Z0-9]{0,128}$/.test(state)) throw new RangeError('state must be at most 128 letters and digits')
  return state
}

function trimmed(base: string): string {
  return base.replace(/\/+$/, '')
}
