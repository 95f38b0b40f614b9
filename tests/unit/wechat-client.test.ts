import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../server/src/platform/log.ts'
import type { Fetch } from '../../server/src/platform/calls/exchange.ts'
import { authorizeUrl, createWechatGateway, explainErrcode, explainWechatError, getFollowerUnionId, getUnionId, redeemCode, WechatError } from '../../server/src/wechat/index.ts'

const app = { appId: 'wx0123456789abcdef', secret: 'a-very-secret-secret' }
/** Nobody is there: tokens are kept in this process. */
const redis = new Redis({ host: '127.0.0.1', port: 1, lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null })
redis.on('error', () => undefined)
afterAll(() => redis.disconnect())

/** WeChat in a few lines: each token that is forced ends the one before. */
const wechat = {
  asked: [] as { url: URL; body: string }[], token: 1, dead: new Set<string>(), next: [] as (object | Error)[],
  paths: () => wechat.asked.map(({ url }) => url.pathname),
}
const fetch: Fetch = async (address, init) => {
  const url = new URL(address)
  const body = typeof init.body === 'string' ? init.body : ''
  wechat.asked.push({ url, body })
  const forced = wechat.next.shift()
  if (forced instanceof Error) throw forced
  if (forced) return Response.json(forced)
  if (url.pathname === '/cgi-bin/stable_token') {
    if (body.includes('"force_refresh":true')) wechat.token += 1
    return Response.json({ access_token: `token-${wechat.token}`, expires_in: 7200 })
  }
  if (wechat.dead.has(url.searchParams.get('access_token') ?? '')) return Response.json({ errcode: 40001, errmsg: 'invalid credential rid: 1' })
  return Response.json({ openid: 'oG1', access_token: 'web-token', unionid: 'oU1', nickname: '不该被看的昵称' })
}
const calls: { api: string; errcode: number | null }[] = []
const gateway = () => createWechatGateway({ baseUrl: 'https://api.weixin.example', redis, clock: { now: () => Date.now() }, log: createLog({ level: 'silent', name: 'test' }), fetch, onCall: ({ api, errcode }) => calls.push({ api, errcode }) })
const failureOf = async (work: Promise<unknown>): Promise<WechatError> => {
  const error: unknown = await work.then(() => new Error('it succeeded'), (thrown: unknown) => thrown)
  if (error instanceof WechatError) return error
  throw error
}

beforeEach(() => {
  Object.assign(wechat, { asked: [], token: 1, dead: new Set(), next: [] })
  calls.length = 0
})

describe('the token of an account · wechat-official-account §1.1', () => {
  it('is asked for once by many at once, and kept', async () => {
    const client = gateway().clientFor(app)
    await Promise.all(Array.from({ length: 20 }, () => getFollowerUnionId(client, 'oG1')))
    expect(wechat.paths().filter((path) => path === '/cgi-bin/stable_token')).toHaveLength(1)
    expect(JSON.parse(wechat.asked[0]?.body ?? '')).toEqual({ grant_type: 'client_credential', appid: app.appId, secret: app.secret, force_refresh: false })
  })

  it.each([40001, 42001, 40014])('is asked for again once when WeChat answers %i, and the call with it', async (errcode) => {
    const client = gateway().clientFor(app)
    await getFollowerUnionId(client, 'oG1')
    wechat.token = 2
    wechat.next = [{ errcode, errmsg: 'x' }]
    expect(await getFollowerUnionId(client, 'oG1')).toBe('oU1')
    expect(wechat.asked.at(-1)?.url.searchParams.get('access_token')).toBe('token-2')
    expect(wechat.asked.filter(({ body }) => body.includes('"force_refresh":true'))).toHaveLength(0)
  })

  it('is forced only when WeChat hands out the refused one again', async () => {
    wechat.dead.add('token-1')
    expect(await getFollowerUnionId(gateway().clientFor(app), 'oG1')).toBe('oU1')
    expect(wechat.asked.filter(({ body }) => body.includes('"force_refresh":true'))).toHaveLength(1)
  })

  it('is not asked for without end: a second refusal is the answer', async () => {
    for (const token of [1, 2, 3]) wechat.dead.add(`token-${token}`)
    expect(await failureOf(getFollowerUnionId(gateway().clientFor(app), 'oG1'))).toMatchObject({ errcode: 40001, api: '/cgi-bin/user/info' })
    expect(wechat.paths().filter((path) => path === '/cgi-bin/user/info')).toHaveLength(2)
  })

  it('a refusal is remembered for a moment, and a check asks all the same', async () => {
    const client = gateway().clientFor(app)
    wechat.next = [{ errcode: 40125, errmsg: 'invalid appsecret' }]
    expect(await failureOf(getFollowerUnionId(client, 'oG1'))).toMatchObject({ errcode: 40125 })
    expect(await failureOf(getFollowerUnionId(client, 'oG1'))).toMatchObject({ errcode: 40125 })
    expect(wechat.asked).toHaveLength(1)
    await client.check()
    expect(wechat.asked).toHaveLength(2)
  })
})

describe('people', () => {
  it('come back with an openid and perhaps a unionid; nothing else is kept', async () => {
    const client = gateway().clientFor(app)
    expect(await redeemCode(client, 'the-code')).toEqual({ openId: 'oG1', unionId: 'oU1', accessToken: 'web-token', snapshot: false })
    expect(Object.fromEntries(wechat.asked[0]?.url.searchParams ?? [])).toEqual({ appid: app.appId, secret: app.secret, code: 'the-code', grant_type: 'authorization_code' })
    wechat.next = [{ openid: 'oG2', access_token: 'web-token', is_snapshotuser: 1 }]
    expect(await redeemCode(client, 'the-code')).toMatchObject({ unionId: null, snapshot: true })
    expect(await getUnionId(client, { accessToken: 'web-token', openId: 'oG1' })).toBe('oU1')
    expect(wechat.asked.at(-1)?.url.searchParams.get('access_token')).toBe('web-token')
  })

  it('a code is never sent a second time', async () => {
    const broken = new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
    wechat.next = [broken]
    expect(await failureOf(redeemCode(gateway().clientFor(app), 'the-code'))).toMatchObject({ reason: 'interrupted' })
    expect(wechat.asked).toHaveLength(1)
    expect(calls).toEqual([{ api: '/sns/oauth2/access_token', errcode: null }])
  })

  it('are sent to the authorize page with the parameters in its order', () => {
    expect(authorizeUrl('https://open.weixin.qq.com/', { appId: app.appId, redirectUri: 'https://crm.example.com/auth/wechat/callback', state: 'abc' }, 'snsapi_base'))
      .toBe('https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0123456789abcdef&redirect_uri=https%3A%2F%2Fcrm.example.com%2Fauth%2Fwechat%2Fcallback&response_type=code&scope=snsapi_base&state=abc#wechat_redirect')
  })
})

describe('errors', () => {
  const refused = async (answer: object) => {
    wechat.next = [answer]
    return await failureOf(gateway().clientFor(app).check())
  }

  it('carry neither secret nor token', async () => {
    const error = await refused({ errcode: 40125, errmsg: 'invalid appsecret rid: 65f0' })
    expect(`${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`).not.toContain(app.secret)
  })

  it.each([
    [{ errcode: 40013, errmsg: 'invalid appid' }, 'AppID 不正确', 'appId'], [{ errcode: 40125, errmsg: 'invalid appsecret' }, 'AppSecret 不正确', 'secret'],
    [{ errcode: 40001, errmsg: 'invalid credential' }, 'AppSecret 不正确', 'secret'], [{ errcode: 48001, errmsg: 'api unauthorized' }, '没有调用这个接口的权限', 'console'],
    [{ errcode: 40164, errmsg: 'invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1' }, '203.0.113.9', 'console'],
    [{ errcode: -1, errmsg: 'system error' }, '微信系统繁忙', 'passing'], [{ errcode: 12345, errmsg: 'new' }, '错误码 12345', 'bug'], [{ oops: true }, '无法识别', 'passing'],
  ])('%j is told in Chinese, with what to do', async (answer, text, cause) => {
    const told = explainWechatError(await refused(answer))
    expect(told.message).toContain(text)
    expect(told.cause).toBe(cause)
    expect(told.advice).not.toBe('')
  })

  it('a list without our address names it in the advice as well; kept codes are told the same way', async () => {
    expect(explainWechatError(await refused({ errcode: 40164, errmsg: 'invalid ip 203.0.113.9, not in whitelist' })).advice).toContain('添加 203.0.113.9')
    expect(explainErrcode(40164, null).message).toContain('IP 白名单')
    expect(explainErrcode(40163, null).message).toContain('已经用过')
    expect(explainWechatError(new TypeError('oops')).errcode).toBe(0)
  })
})
