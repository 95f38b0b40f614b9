import { z } from 'zod'
import type { WechatClient } from './client.ts'

/** `snsapi_base` asks nobody and tells the openid; `snsapi_userinfo` takes one tap and tells the unionid as well (wechat-pay §6). */
export type WebScope = 'snsapi_base' | 'snsapi_userinfo'

/** Who came back from the authorize page. Nickname and picture are never asked for. */
export interface WebVisitor {
  openId: string
  /** Only with snsapi_userinfo, and when the account is bound to a 开放平台 account. */
  unionId: string | null
  /** Her own token, for `getUnionId`. Never hand it out. */
  accessToken: string
  /** WeChat showed a snapshot of the page: the ids are made up and belong to nobody. */
  snapshot: boolean
}

/** Address of the authorize page. `oauthBase` is `WECOM_OAUTH_BASE`: both have the same one. The order of the parameters matters. */
export function authorizeUrl(oauthBase: string, request: { appId: string; redirectUri: string; state: string }, scope: WebScope): string {
  const query = new URLSearchParams({ appid: request.appId, redirect_uri: request.redirectUri, response_type: 'code', scope, state: request.state })
  return `${oauthBase.replace(/\/+$/, '')}/connect/oauth2/authorize?${query.toString()}#wechat_redirect`
}

/** Absent without a 开放平台 account. */
const unionId = z.string().nullish().transform((text) => text || null)
const visitorAnswer = z.looseObject({ openid: z.string().min(1), access_token: z.string().min(1), unionid: unionId, is_snapshotuser: z.coerce.number().optional() })

/** Exchanges a code (5 minutes, once) for who it is. 40029, 40163: too late, or used. */
export async function redeemCode(client: WechatClient, code: string): Promise<WebVisitor> {
  const answer = await client.redeem('/sns/oauth2/access_token', { code, grant_type: 'authorization_code' }, visitorAnswer)
  return { openId: answer.openid, unionId: answer.unionid, accessToken: answer.access_token, snapshot: answer.is_snapshotuser === 1 }
}

const unionAnswer = z.looseObject({ unionid: unionId })

/** The unionid of somebody who agreed to snsapi_userinfo; null without a 开放平台 account. What else the answer tells is not looked at. */
export async function getUnionId(client: WechatClient, { accessToken, openId }: Pick<WebVisitor, 'accessToken' | 'openId'>): Promise<string | null> {
  return (await client.getForPerson('/sns/userinfo', { access_token: accessToken, openid: openId, lang: 'zh_CN' }, unionAnswer)).unionid
}

/** The unionid of a follower of the account; null for everybody else, and without a 开放平台 account. */
export async function getFollowerUnionId(client: WechatClient, openId: string): Promise<string | null> {
  return (await client.get('/cgi-bin/user/info', { openid: openId, lang: 'zh_CN' }, unionAnswer)).unionid
}
