import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answerApi, plainIp, queryOf } from '../api/answering.ts'
import type { ApiAnswer } from '../api/route.ts'
import type { Corp } from '../world/corp.ts'
import type { OfficialAccount, Person } from '../world/model.ts'
import { avatarPath } from '../world/parties.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { FOLLOWED_AT, follows } from './followers.ts'
import { WechatError, withRid } from './wechat-error.ts'
import { openidOf, unionidFor } from './wechat-ids.ts'

const stableTokenBody = z.object({ grant_type: z.string().default(''), appid: z.string().default(''), secret: z.string().default(''), force_refresh: z.boolean().default(false) })

/** An account that proved itself by its secret. */
function accountWith(sandbox: Sandbox, appid: string, secret: string): { corp: Corp; account: OfficialAccount } {
  if (appid === '') throw new WechatError(41002)
  if (secret === '') throw new WechatError(41004)
  const found = sandbox.accountOf(appid)
  if (found === undefined) throw new WechatError(40013)
  if (found.account.secret !== secret) throw new WechatError(40125)
  return found
}

function unionidField(account: OfficialAccount, person: Person): { unionid?: string } {
  // Somebody of another corp's WeCom has a private WeChat as well; that corp's customer list does not know it.
  return account.openPlatform ? { unionid: person.unionid === '' ? unionidFor(person.id) : person.unionid } : {}
}

/** `GET /sns/oauth2/access_token`: who came back from the authorize page. unionid only for snsapi_userinfo (wechat-official-account §10). */
function tokenForCode(sandbox: Sandbox, query: Record<string, string>): ApiAnswer {
  const { appid = '', secret = '', code = '', grant_type: grantType = '' } = query
  const { corp, account } = accountWith(sandbox, appid, secret)
  if (code === '') throw new WechatError(41008)
  if (grantType !== 'authorization_code') throw new WechatError(40002)
  const grant = sandbox.accounts.takeCode(code, appid)
  const person = corp.people.get(grant.personId)
  if (person === undefined) throw new WechatError(40029)
  const { token, refreshToken, expiresIn } = sandbox.accounts.issueWebToken(grant)
  return {
    access_token: token, expires_in: expiresIn, refresh_token: refreshToken, openid: openidOf(appid, person.id), scope: grant.scope,
    ...(grant.scope === 'snsapi_userinfo' ? unionidField(account, person) : {}),
  }
}

/** `GET /sns/userinfo`: nickname and picture, for a web token of scope snsapi_userinfo. */
function userinfo(sandbox: Sandbox, query: Record<string, string>): ApiAnswer {
  const { access_token: token = '', openid = '' } = query
  if (token === '') throw new WechatError(41001)
  const grant = sandbox.accounts.webGrant(token)
  if (openid === '') throw new WechatError(41009)
  const found = sandbox.accountOf(grant.appid)
  const person = found?.corp.people.get(grant.personId)
  if (found === undefined || person === undefined || openid !== openidOf(grant.appid, person.id)) throw new WechatError(40003)
  if (grant.scope !== 'snsapi_userinfo') throw new WechatError(48001)
  return {
    openid, nickname: person.name, sex: 0, language: '', city: '', province: '', country: '',
    headimgurl: sandbox.product.origin + avatarPath('person', found.corp.corpid, person.id), privilege: [], ...unionidField(found.account, person),
  }
}

function stableToken(sandbox: Sandbox, request: FastifyRequest): ApiAnswer {
  if (request.method !== 'POST') throw new WechatError(43002)
  const parsed = stableTokenBody.safeParse(jsonOf(request))
  if (!parsed.success) throw new WechatError(47001)
  const { grant_type: grantType, appid, secret, force_refresh: force } = parsed.data
  if (grantType !== 'client_credential') throw new WechatError(40002)
  const { account } = accountWith(sandbox, appid, secret)
  const ip = plainIp(request)
  const listed = account.ipWhitelist.includes(ip) || (ip === '::1' && account.ipWhitelist.includes('127.0.0.1'))
  if (!listed) throw new WechatError(40164, `invalid ip ${ip} ipv6 ::ffff:${ip}, not in whitelist`)
  const { token, expiresIn } = sandbox.accounts.stableToken(appid, force)
  return { access_token: token, expires_in: expiresIn }
}

/** `GET /cgi-bin/user/info`: of a follower all but name and picture; of everybody else that she is none (wechat-official-account §3). */
function userInfo(sandbox: Sandbox, { access_token: token = '', openid = '' }: Record<string, string>): ApiAnswer {
  if (token === '') throw new WechatError(41001)
  const appid = sandbox.accounts.appidOf(token)
  const found = sandbox.accountOf(appid)
  if (openid === '') throw new WechatError(41009)
  const person = found && [...found.corp.people.values()].find((one) => openidOf(appid, one.id) === openid)
  if (found === undefined || person === undefined) throw new WechatError(40003)
  if (!follows(found.account, person)) return { subscribe: 0, openid, tagid_list: [] }
  return {
    subscribe: 1, openid, language: 'zh_CN', subscribe_time: FOLLOWED_AT, ...unionidField(found.account, person),
    remark: '', groupid: 0, tagid_list: [], subscribe_scene: 'ADD_SCENE_QR_CODE', qr_scene: 0, qr_scene_str: '',
  }
}

/** `GET /cgi-bin/ticket/getticket`: of the account, not to be mixed up with the corp's `get_jsapi_ticket`. */
function jsapiTicket(sandbox: Sandbox, { access_token: token = '', type = '' }: Record<string, string>): ApiAnswer {
  if (token === '') throw new WechatError(41001)
  const appid = sandbox.accounts.appidOf(token)
  if (type !== 'jsapi') throw new WechatError(40097)
  const { ticket, expiresIn } = sandbox.accounts.ticket(appid)
  return { errcode: 0, errmsg: 'ok', ticket, expires_in: expiresIn }
}

function jsonOf(request: FastifyRequest): unknown {
  if (!Buffer.isBuffer(request.body)) return undefined
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new WechatError(47001)
    throw error
  }
}

/** What https://api.weixin.qq.com is to an official account, as far as pages need it. */
export async function accountApi(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const serve = (path: string, run: (request: FastifyRequest) => ApiAnswer): void => {
    app.route({
      method: ['GET', 'POST'],
      url: path,
      handler: async (request, reply) => {
        await answerApi(sandbox, { request, reply, path, corpid: callerOf(sandbox, request) }, async (forced) => {
          if (forced?.errcode !== undefined) return { errcode: forced.errcode, errmsg: withRid(forced.errmsg ?? 'system error') }
          try {
            return run(request)
          } catch (error) {
            if (error instanceof WechatError) return { errcode: error.errcode, errmsg: withRid(error.message) }
            sandbox.log(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
            return { errcode: -1, errmsg: withRid('system error') }
          }
        })
        return reply
      },
    })
  }
  serve('/sns/oauth2/access_token', (request) => tokenForCode(sandbox, queryOf(request)))
  serve('/sns/userinfo', (request) => userinfo(sandbox, queryOf(request)))
  serve('/cgi-bin/stable_token', (request) => stableToken(sandbox, request))
  serve('/cgi-bin/user/info', (request) => userInfo(sandbox, queryOf(request)))
  serve('/cgi-bin/ticket/getticket', (request) => jsapiTicket(sandbox, queryOf(request)))
}

/** Whose account it is, as far as the call says; faults and the journal are per corp. */
function callerOf(sandbox: Sandbox, request: FastifyRequest): string {
  const { appid } = queryOf(request)
  return appid === undefined ? '' : (sandbox.accountOf(appid)?.corp.corpid ?? '')
}
