import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BARE_CORP, DEMO_CORP } from '@zhike/sandbox/demo'
import type { CorpConsole } from '@zhike/sandbox/protocol/console'
import type { ContactView } from '@zhike/sandbox/protocol/people'
import { startSandbox } from '@zhike/sandbox/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const { appid, secret } = DEMO_CORP.officialAccount
const settings = `/corps/${DEMO_CORP.corpid}/settings`

interface Answer {
  errcode?: number
  errmsg?: string
  access_token?: string
  openid?: string
  unionid?: string
  scope?: string
  expires_in?: number
  ticket?: string
}

let box: SandboxUnderTest
let customer: ContactView
beforeAll(async () => {
  box = await sandboxUnderTest({ productBaseUrl: 'http://localhost:3000' })
  const [first] = await box.client<ContactView[]>('GET', `/corps/${DEMO_CORP.corpid}/staff/wuxiaoyan/contacts?q=林间小路`)
  if (first === undefined) throw new Error('no demo customer')
  customer = first
})
afterAll(() => box.close())
beforeEach(async () => {
  await box.client('PUT', settings, { officialAccount: { oauthDomain: 'localhost:3000', openPlatform: true, ipWhitelist: ['127.0.0.1'] } })
})

const call = async (path: string, query: Record<string, string>): Promise<Answer> => JSON.parse(await (await fetch(`${box.url}${path}?${new URLSearchParams(query)}`)).text())

const authorizeQuery = (more: Record<string, string> = {}): string => String(new URLSearchParams({
  appid, redirect_uri: 'http://localhost:3000/auth/wechat/callback?from=r', response_type: 'code', scope: 'snsapi_base', state: 'abc123', ...more,
}))
const authorize = (more: Record<string, string> = {}): Promise<Response> =>
  fetch(`${box.url}/connect/oauth2/authorize?${authorizeQuery({ as: `external:${customer.id}`, ...more })}`, { redirect: 'manual' })

async function codeFor(more: Record<string, string> = {}): Promise<string> {
  return new URL((await authorize(more)).headers.get('location') ?? '').searchParams.get('code') ?? ''
}

const redeem = (code: string, more: Record<string, string> = {}): Promise<Answer> => call('/sns/oauth2/access_token', { appid, secret, code, grant_type: 'authorization_code', ...more })

describe('the authorize page · wechat-pay §6', () => {
  it('is silent for snsapi_base and leads back with code and state, keeping the address’s own query', async () => {
    const location = new URL((await authorize()).headers.get('location') ?? '')
    expect(location.href).toMatch(/^http:\/\/localhost:3000\/auth\/wechat\/callback\?from=r&code=0\w{31}&state=abc123$/)
    const decision = await box.client('POST', '/oauth/code', { query: authorizeQuery(), login: false, person: `customer:${customer.id}` })
    expect(decision).toMatchObject({ location: expect.stringContaining('code=') })
  })

  it('asks for one tap for snsapi_userinfo; a no leads back without a code', async () => {
    const ask = (agreed: boolean): Promise<{ consent?: { app: string; refused: string }; location?: string }> =>
      box.client('POST', '/oauth/code', { query: authorizeQuery({ scope: 'snsapi_userinfo' }), login: false, person: `customer:${customer.id}`, agreed })
    expect(await ask(false)).toEqual({ consent: { app: '小树苗母婴', asks: '申请获取你的昵称、头像', refused: 'http://localhost:3000/auth/wechat/callback?from=r&state=abc123' } })
    expect((await ask(true)).location).toContain('code=')
  })

  it.each([
    ['another host', { redirect_uri: 'http://evil.example/' }, '10003'], ['another port', { redirect_uri: 'http://localhost:3001/' }, '10003'],
    ['a scope of WeCom', { scope: 'snsapi_privateinfo' }, '10005'], ['a state with signs', { state: 'a-b' }, 'state 参数错误'], ['an unknown account', { appid: 'wx0000000000000000' }, 'appid 参数错误'],
  ])('shows an error page for %s', async (_name, more, text) => {
    const response = await authorize(more)
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(text)])
  })

  it('does not open in WeCom', async () => {
    expect(await box.client('POST', '/oauth/code', { query: authorizeQuery(), login: false, person: `staff:${DEMO_CORP.corpid}:wuxiaoyan` })).toEqual({ error: '请在微信客户端打开链接' })
  })

  it('knows the domain that the console names', async () => {
    expect(await box.client<CorpConsole>('PUT', settings, { officialAccount: { oauthDomain: 'https://crm.example.com/' } })).toMatchObject({ officialAccount: { appid, oauthDomain: 'crm.example.com' } })
    expect((await authorize()).status).toBe(400)
    expect((await authorize({ redirect_uri: 'https://crm.example.com/x' })).status).toBe(302)
    expect((await box.client<CorpConsole>('GET', `/corps/${BARE_CORP.corpid}`)).officialAccount).toBeNull()
  })
})

describe('who came back', () => {
  it('snsapi_base tells the openid only: the same for the same person, another for another', async () => {
    const first = await redeem(await codeFor())
    expect(first).toEqual({ access_token: expect.any(String), expires_in: 7200, refresh_token: expect.any(String), openid: expect.stringMatching(/^o\w{27}$/), scope: 'snsapi_base' })
    expect((await redeem(await codeFor())).openid).toBe(first.openid)
    const { personId } = box.control.act({ corpid: DEMO_CORP.corpid, action: 'new_stranger', name: '路人' })
    expect((await redeem(await codeFor({ as: `external:${personId}` }))).openid).not.toBe(first.openid)
  })

  it('snsapi_userinfo adds the unionid that the corp knows the customer by, and her name', async () => {
    const answer = await redeem(await codeFor({ scope: 'snsapi_userinfo' }))
    const known = await box.get<{ external_contact: { unionid: string } }>('/cgi-bin/externalcontact/get', { external_userid: customer.id })
    expect(answer.unionid).toBe(known.external_contact.unionid)
    const who = await call('/sns/userinfo', { access_token: answer.access_token ?? '', openid: answer.openid ?? '', lang: 'zh_CN' })
    expect(who).toMatchObject({ openid: answer.openid, nickname: '林间小路', unionid: answer.unionid, privilege: [] })
  })

  it('without the binding there is no unionid', async () => {
    await box.client('PUT', settings, { officialAccount: { openPlatform: false } })
    const answer = await redeem(await codeFor({ scope: 'snsapi_userinfo' }))
    expect(answer).not.toHaveProperty('unionid')
    expect(await call('/sns/userinfo', { access_token: answer.access_token ?? '', openid: answer.openid ?? '' })).not.toHaveProperty('unionid')
  })

  it('every WeChat customer has a unionid, in the corp’s list too', async () => {
    const { external_contact_list: list } = await box.post<{ external_contact_list: { external_contact: { type: number; unionid?: string } }[] }>(
      '/cgi-bin/externalcontact/batch/get_by_user', { userid_list: ['wuxiaoyan', 'chensiyuan'], limit: 100 })
    expect(list.length).toBeGreaterThan(50)
    for (const { external_contact: person } of list) expect(person.unionid !== undefined).toBe(person.type === 1)
  })

  it.each<[string, Record<string, string>, number]>([
    ['no code', { code: '' }, 41008], ['an unknown code', { code: 'nonsense' }, 40029], ['an unknown account', { appid: 'wx0000000000000000' }, 40013],
    ['a wrong secret', { secret: 'wrong' }, 40125], ['no account', { appid: '' }, 41002], ['no secret', { secret: '' }, 41004], ['another grant', { grant_type: 'client_credential' }, 40002],
  ])('refuses %s', async (_name, more, errcode) => {
    const answer = await redeem(await codeFor(), more)
    expect(answer.errcode).toBe(errcode)
    expect(answer.errmsg).toMatch(/ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
  })

  it('a code works once and for five minutes', async () => {
    const code = await codeFor()
    await redeem(code)
    expect((await redeem(code)).errcode).toBe(40163)
    const late = await codeFor()
    box.control.shiftClock(5 * 60_000)
    expect((await redeem(late)).errcode).toBe(40029)
  })

  it('userinfo needs its own token, person and scope', async () => {
    const base = await redeem(await codeFor())
    const full = await redeem(await codeFor({ scope: 'snsapi_userinfo' }))
    const userinfo = async (token = '', openid = ''): Promise<number | undefined> => (await call('/sns/userinfo', { access_token: token, openid })).errcode
    expect(await userinfo(base.access_token, base.openid)).toBe(48001)
    expect(await userinfo(full.access_token, 'oGsomebodyelse')).toBe(40003)
    expect(await userinfo(box.token, full.openid), 'a token of the corp').toBe(40001)
    box.control.shiftClock(7200_000)
    expect(await userinfo(full.access_token, full.openid)).toBe(42001)
  })
})

describe('the account’s own token and ticket · wechat-official-account §1.1', () => {
  const stableToken = async (more: Record<string, unknown> = {}): Promise<Answer> => JSON.parse(await (await fetch(`${box.url}/cgi-bin/stable_token`, {
    method: 'POST', body: JSON.stringify({ grant_type: 'client_credential', appid, secret, ...more }),
  })).text())
  const ticket = (token: string): Promise<Answer> => call('/cgi-bin/ticket/getticket', { access_token: token, type: 'jsapi' })

  it('stays the same until it is forced, and the forced one ends it', async () => {
    const first = await stableToken()
    expect(first).toEqual({ access_token: expect.any(String), expires_in: expect.any(Number) })
    expect((await stableToken()).access_token).toBe(first.access_token)
    const forced = await stableToken({ force_refresh: true })
    expect(forced.access_token).not.toBe(first.access_token)
    expect((await ticket(first.access_token ?? '')).errcode).toBe(40001)
    expect((await stableToken({ force_refresh: true })).errcode, 'at once again').toBe(45011)
  })

  it('gives a ticket that is not the corp’s, to its own token only', async () => {
    const { access_token: token = '' } = await stableToken()
    const own = await ticket(token)
    expect(own).toMatchObject({ errcode: 0, expires_in: 7200 })
    expect((await ticket(token)).ticket).toBe(own.ticket)
    expect((await ticket(box.token)).errcode).toBe(40001)
    expect((await box.get('/cgi-bin/get_jsapi_ticket', { access_token: token })).errcode).toBe(40014)
    box.control.expireTokens()
    expect((await ticket(token)).errcode).toBe(42001)
  })

  it('tells of a follower who she is, of everybody else that she is none · wechat-official-account §3', async () => {
    const { access_token: token = '' } = await stableToken()
    const { openid = '' } = await redeem(await codeFor())
    const info = () => call('/cgi-bin/user/info', { access_token: token, openid, lang: 'zh_CN' })
    const follow = (follows: boolean) => box.control.act({ corpid: DEMO_CORP.corpid, action: 'account_follow', personId: customer.id, follows })
    expect(follow(true).message).toContain('关注了公众号')
    const { unionid } = await redeem(await codeFor({ scope: 'snsapi_userinfo' }))
    expect(await info()).toMatchObject({ subscribe: 1, openid, unionid })
    expect(await info()).not.toHaveProperty('nickname')
    await box.client('PUT', settings, { officialAccount: { openPlatform: false } })
    expect(await info()).not.toHaveProperty('unionid')
    follow(false)
    expect(await info()).toEqual({ subscribe: 0, openid, tagid_list: [] })
    expect((await call('/cgi-bin/user/info', { access_token: token, openid: 'oGnobody' })).errcode).toBe(40003)
    expect((await call('/cgi-bin/user/info', { access_token: box.token, openid })).errcode).toBe(40001)
  })

  it('two people in five follow it, the same ones each time; who uses WeCom cannot', async () => {
    const people = await box.client<{ id: string; type: number; followsAccount: boolean | null }[]>('GET', `/people?corpid=${DEMO_CORP.corpid}&limit=200`)
    const wechat = people.filter((person) => person.type === 1)
    expect(wechat.filter((person) => person.followsAccount).length / wechat.length).toBeGreaterThan(0.25)
    expect(wechat.filter((person) => person.followsAccount).length / wechat.length).toBeLessThan(0.55)
    expect(people.filter((person) => person.type === 2).every((person) => person.followsAccount === null)).toBe(true)
  })

  it('refuses other addresses, secrets and bodies', async () => {
    expect((await stableToken({ secret: 'wrong' })).errcode).toBe(40125)
    expect((await stableToken({ force_refresh: 'yes' })).errcode).toBe(47001)
    expect((await call('/cgi-bin/stable_token', { appid })).errcode).toBe(43002)
    await box.client('PUT', settings, { officialAccount: { ipWhitelist: ['203.0.113.9'] } })
    expect(await stableToken()).toMatchObject({ errcode: 40164, errmsg: expect.stringContaining('invalid ip 127.0.0.1') })
  })

  it('fails on demand and is counted, as the corp’s APIs are', async () => {
    box.control.setFaults({ api: [{ path: '/sns/*', corpid: DEMO_CORP.corpid, errcode: -1, times: 1 }] })
    expect((await redeem('x')).errcode).toBe(-1)
    expect((await redeem('x')).errcode).toBe(40029)
    expect(box.control.stats().errors).toMatchObject({ '/sns/oauth2/access_token -1': 1 })
  })
})

it('a world that was saved before there were official accounts gets one, at the product’s present address', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'zhike-sandbox-'))
  const first = await startSandbox({ dir, productBaseUrl: 'http://localhost:3000' })
  first.control.act({ corpid: DEMO_CORP.corpid, action: 'new_stranger', name: '从前' })
  await first.close()
  const file = join(dir, 'sandbox.json')
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), (key: string, value: unknown) => (key === 'officialAccount' ? undefined : value)))
  const second = await startSandbox({ dir, productBaseUrl: 'http://localhost:4000' })
  const { sandbox } = second.control
  expect(sandbox.accountOf(appid)?.account).toMatchObject({ secret, oauthDomain: 'localhost:4000', openPlatform: true })
  expect([...(sandbox.corps.get(DEMO_CORP.corpid)?.people.values() ?? [])].at(-1)?.name).toBe('从前')
  await second.close()
  rmSync(dir, { recursive: true })
})
