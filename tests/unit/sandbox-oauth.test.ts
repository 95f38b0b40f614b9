import { readFileSync } from 'node:fs'
import { BARE_CORP, DEMO_CORP } from '@zhike/sandbox/demo'
import { decideNative, type NativeContext } from '@zhike/sandbox/jsapi'
import { jsapiSignature } from '@zhike/sandbox/jsapi-host'
import type { Grant } from '@zhike/sandbox/protocol/native-bridge'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

let box: SandboxUnderTest
beforeAll(async () => {
  box = await sandboxUnderTest({ productBaseUrl: 'http://localhost:3000' })
})
afterAll(() => box.close())

function authorize(more: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({
    appid: DEMO_CORP.corpid, redirect_uri: 'http://localhost:3000/auth/wecom/callback', response_type: 'code', scope: 'snsapi_privateinfo', state: 'abc123',
    agentid: '1000002', as: 'userid:wuxiaoyan', ...more,
  })
  return fetch(`${box.url}/sandbox/connect/oauth2/authorize?${query}`, { redirect: 'manual' })
}

async function codeFor(more: Record<string, string> = {}): Promise<string> {
  const response = await authorize(more)
  const location = new URL(response.headers.get('location') ?? '')
  expect(location.searchParams.get('state')).toBe('abc123')
  return location.searchParams.get('code') ?? ''
}

describe('web authorisation · wecom-api/00 §6', () => {
  it('gives a member a code that works once, then a ticket for her details', async () => {
    const code = await codeFor()
    const who = await box.get<{ user_ticket: string }>('/cgi-bin/auth/getuserinfo', { code })
    expect(who).toMatchObject({ errcode: 0, userid: 'wuxiaoyan' })
    expect((await box.get('/cgi-bin/auth/getuserinfo', { code })).errcode).toBe(40029)
    const { user_ticket } = who
    expect(await box.post('/cgi-bin/auth/getuserdetail', { user_ticket })).toMatchObject({ errcode: 0, userid: 'wuxiaoyan', mobile: expect.stringMatching(/^1\d{10}$/) })
    expect((await box.post('/cgi-bin/auth/getuserdetail', { user_ticket: 'x' })).errcode).toBe(84015)
  })

  it('tells customers by external_userid and strangers by openid only', async () => {
    const people = await box.client<{ id: string }[]>('GET', `/people?corpid=${box.corpid}&relation=customer&limit=1`)
    const strangers = await box.client<{ id: string }[]>('GET', `/people?corpid=${box.corpid}&relation=stranger&limit=1`)
    const read = async (id = ''): Promise<unknown> => box.get('/cgi-bin/auth/getuserinfo', { code: await codeFor({ as: `external:${id}`, scope: 'snsapi_base' }) })
    expect(await read(people[0]?.id)).toMatchObject({ external_userid: people[0]?.id, openid: expect.any(String) })
    expect(await read(strangers[0]?.id)).not.toHaveProperty('external_userid')
  })

  it.each([
    ['another port', { redirect_uri: 'http://localhost:3009/x' }, 'redirect_uri'], ['a sub-domain', { redirect_uri: 'http://a.localhost:3000/x' }, 'redirect_uri'],
    ['no trusted domain', { appid: BARE_CORP.corpid }, 'redirect_uri'], ['an unknown corp', { appid: 'wwnobody' }, 'appid'], ['a long state', { state: 'a'.repeat(129) }, 'state'],
  ])('shows an error page for %s', async (_name, more, what) => {
    const response = await authorize(more)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(`${what} 参数错误`)
  })

  it('codes die after five minutes', async () => {
    const own = await sandboxUnderTest()
    const query = new URLSearchParams({ appid: DEMO_CORP.corpid, redirect_uri: 'http://localhost:3000/x', response_type: 'code', scope: 'snsapi_base', as: 'userid:zhoumin' })
    const response = await fetch(`${own.url}/connect/oauth2/authorize?${query}`, { redirect: 'manual' })
    own.control.shiftClock(5 * 60_000)
    const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
    expect((await own.get('/cgi-bin/auth/getuserinfo', { code })).errcode).toBe(42003)
    await own.close()
  })
})

describe('JS-SDK host · wecom-jssdk §2', () => {
  it('signs as in the published vectors', () => {
    const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/wecom/jssdk-signature-vectors.json', import.meta.url), 'utf8')) as
      { vectors: { ticket: string; noncestr: string; timestamp: number; url: string; signature: string }[] }
    for (const vector of vectors) expect(jsapiSignature(vector.ticket, vector.noncestr, String(vector.timestamp), vector.url)).toBe(vector.signature)
  })

  async function verify(ticketPath: string, url: string): Promise<{ answer: { err_msg: string }; grant: Grant | null; reason: string }> {
    const { ticket } = await box.get<{ ticket: string }>(ticketPath, { type: 'agent_config' })
    const [timestamp, nonceStr] = ['1735689600', 'k3Q9vTz1LmXa']
    return box.client('POST', '/jsapi/verify', {
      name: 'agentConfig', url, corpid: box.corpid, userid: 'wuxiaoyan',
      params: { corpid: box.corpid, agentid: '1000002', timestamp, nonceStr, signature: jsapiSignature(ticket, nonceStr, timestamp, url), jsApiList: ['getCurExternalContact'] },
    })
  }

  it('accepts the app ticket on the trusted domain only', async () => {
    const page = 'http://localhost:3000/sidebar?corp=x'
    expect((await verify('/cgi-bin/ticket/get', page)).answer.err_msg).toBe('agentConfig:ok')
    const wrongTicket = await verify('/cgi-bin/get_jsapi_ticket', page)
    expect(wrongTicket.answer.err_msg).toBe('agentConfig:invalid signature')
    expect(wrongTicket.reason).toContain('42012')
    expect((await verify('/cgi-bin/ticket/get', 'http://evil.example/')).answer.err_msg).toBe('agentConfig:invalid url domain')
  })

  const context: NativeContext = { entry: 'single_chat_tools', corpid: DEMO_CORP.corpid, userid: 'wuxiaoyan', externalUserId: 'wm1', chatId: null, shape: 'pc' }
  const grant: Grant = {
    identity: 'agent', corpid: DEMO_CORP.corpid, agentid: 1000002, jsApiList: ['getCurExternalContact', 'sendChatMessage'], signature: 's', timestamp: '1', nonceStr: 'n', url: '', customerApi: true,
  }
  const answerOf = (name: string, params: Record<string, unknown>, granted: Grant | null, where: NativeContext): string => {
    const decision = decideNative(name, params, granted, where)
    return 'answer' in decision ? decision.answer.err_msg : decision.effect.kind
  }

  it.each<[string, string, Record<string, unknown>, Grant | null, NativeContext, string]>([
    ['knows the customer of the chat', 'getCurExternalContact', {}, grant, context, 'getCurExternalContact:ok'],
    ['has no customer in a group', 'getCurExternalContact', {}, grant, { ...context, entry: 'group_chat_tools' }, 'getCurExternalContact:fail without context of external contact'],
    ['refuses what was not asked for', 'openUserProfile', { type: 2, userid: 'wm1' }, grant, context, 'openUserProfile:permission denied'],
    ['refuses the corp identity', 'sendChatMessage', {}, { ...grant, identity: 'corp' }, context, 'sendChatMessage:fail no permission'],
    ['refuses an app without customer permission', 'sendChatMessage', {}, { ...grant, customerApi: false }, context, 'sendChatMessage:no permission'],
    ['refuses before agentConfig', 'sendChatMessage', {}, null, context, 'sendChatMessage:the permission value is offline verifying'],
    ['checks the payload', 'sendChatMessage', { msgtype: 'news', news: { url: 'http://x/' } }, grant, context, 'sendChatMessage:fail invalid link'],
    ['sends a link', 'sendChatMessage', { msgtype: 'news', news: { link: 'http://x/y', title: 't' } }, grant, context, 'send'],
    ['answers unknown methods', 'flyToTheMoon', {}, grant, context, 'flyToTheMoon:function not exist'],
  ])('%s', (_name, method, params, granted, where, expected) => {
    expect(answerOf(method, params, granted, where)).toBe(expected)
  })
})
