import { randomBytes } from 'node:crypto'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SetupStepKey } from '@zhike/shared'
import type { SetupState, SetupStep } from '@zhike/shared/contract'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import { freePort } from '../../server/launch/for-tests.mjs'
import { fewLinesOfWecom, startAreas } from '../run/areas.ts'
import type { Areas, FewLinesOfWecom } from '../run/areas.ts'
import { freshDatabase, freshRedis } from '../run/services.ts'
import type { FreshDatabase, FreshRedis } from '../run/services.ts'

let database: FreshDatabase
let redis: FreshRedis
let wecom: FewLinesOfWecom
let areas: Areas
/** A corp of its own for each test, with a session of the set-up page. */
let corpId = 0
let wecomCorpId = ''
let cookie = ''

const SECRET = 'the-secret-of-the-app-000000000001'
const AGENT = {
  errcode: 0, agentid: 1000002, name: '知客', close: 0, redirect_domain: 'crm.example.com',
  allow_userinfos: { user: [] }, allow_partys: { partyid: [1] }, allow_tags: { tagid: [] },
}
const allIsWell = () => ({
  '/cgi-bin/agent/get': AGENT,
  '/cgi-bin/user/get': { errcode: 0, userid: 'linzhixia', name: '林知夏', department: [1], status: 1 },
  '/cgi-bin/externalcontact/get_follow_user_list': { errcode: 0, follow_user: ['linzhixia', 'zhoumin'] },
  '/cgi-bin/get_jsapi_ticket': { errcode: 0, ticket: 'corp-ticket', expires_in: 7200 },
  '/cgi-bin/ticket/get': { errcode: 0, ticket: 'agent-ticket', expires_in: 7200 },
})

beforeAll(async () => {
  ;[database, redis, wecom] = await Promise.all([freshDatabase(), freshRedis(), fewLinesOfWecom()])
  areas = await startAreas({ databaseUrl: database.url, redisUrl: redis.url, wecomUrl: wecom.url })
})
afterAll(async () => {
  await areas?.close()
  await Promise.all([database?.drop(), redis?.drop(), wecom?.close()])
})
beforeEach(async () => {
  wecom.answers = allIsWell()
  wecom.asked.length = 0
  wecomCorpId = `ww${randomBytes(8).toString('hex')}`
  corpId = (await areas.corps.add({ wecomCorpId, name: '小树苗', adminUserids: ['linzhixia'] })).id
  cookie = await areas.cookieOf(corpId, null)
})

type Method = 'GET' | 'POST' | 'PUT'
const ask = (method: Method, url: string, payload?: object, headers: Record<string, string> = { cookie }) => areas.app.inject({ method, url, payload, headers })
const check = async (): Promise<SetupState> => (await ask('POST', '/api/setup/check')).json()
const form = (changes: object = {}) => ({ name: '小树苗母婴', wecomCorpId, agentId: 1000002, secret: SECRET, adminUserids: ['linzhixia'], ...changes })
const fillIn = (changes: object = {}) => ask('PUT', '/api/setup/corp', form(changes))

function step(state: SetupState, key: SetupStepKey): SetupStep {
  const found = state.steps.find((one) => one.key === key)
  if (!found) throw new Error(`no step ${key}`)
  return found
}
const states = (state: SetupState) => Object.fromEntries(state.steps.map((one) => [one.key, one.state]))
async function auditOf(): Promise<{ action: string; text: string }[]> {
  const [rows] = await areas.platform.database.pool.query<(RowDataPacket & { action: string })[]>('SELECT * FROM audit_logs WHERE corp_id = ? ORDER BY id', [corpId])
  return rows.map((row) => ({ action: row.action, text: JSON.stringify(row) }))
}

describe('the set-up link · SYS-14', () => {
  it('opens one session and works no second time', async () => {
    const ticket = await areas.corps.issueSetupTicket(corpId)
    const first = await ask('POST', '/api/setup/session', { ticket }, {})
    expect(first.statusCode).toBe(200)
    const session = first.cookies.find((one) => one.name === 'zk_session')
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    const state = await ask('GET', '/api/setup', undefined, { cookie: `zk_session=${session?.value}` })
    expect(state.json().corp).toMatchObject({ wecomCorpId, hasSecret: false })
    expect((await ask('POST', '/api/setup/session', { ticket }, {})).statusCode).toBe(410)
  })

  it('is not taken from another site, nor guessed without end', async () => {
    const ticket = await areas.corps.issueSetupTicket(corpId)
    expect((await ask('POST', '/api/setup/session', { ticket }, { origin: 'https://evil.example' })).statusCode).toBe(403)
    const answers: number[] = []
    for (let i = 0; i < 14; i++) answers.push((await areas.app.inject({ method: 'POST', url: '/api/setup/session', payload: { ticket: `${'x'.repeat(24)}${i}` }, remoteAddress: '203.0.113.9' })).statusCode)
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(410))
    expect(answers.at(-1)).toBe(429)
  })

  it('a set-up session sees nothing but the set-up page; staff without the right does not see that', async () => {
    expect((await ask('GET', '/api/callbacks')).statusCode).toBe(401)
    expect((await ask('GET', '/api/setup', undefined, {})).statusCode).toBe(401)
    expect((await ask('GET', '/api/setup', undefined, { cookie: await areas.cookieOf(corpId, 'wanglei') })).statusCode).toBe(403)
    expect((await ask('GET', '/api/setup', undefined, { cookie: await areas.cookieOf(corpId, 'linzhixia') })).statusCode).toBe(200)
  })
})

describe('the check list · SYS-14', () => {
  it('of a new corp says what to fill in, and gives what has to be pasted', async () => {
    const state: SetupState = (await ask('GET', '/api/setup')).json()
    expect(step(state, 'secret')).toMatchObject({ state: 'failed', finding: expect.stringContaining('AgentId') })
    expect(step(state, 'trusted_ip')).toMatchObject({ state: 'blocked', finding: '先完成上一步「应用 Secret」。' })
    expect(step(state, 'customers_sync').finding).toBe('先完成上一步「应用 Secret」。')
    expect(step(state, 'callback').state).toBe('waiting')
    expect(step(state, 'callback').fix.join()).toContain(`https://crm.example.com/wecom/callback/${wecomCorpId}`)
    expect(state.paste).toMatchObject({
      trustedDomain: 'crm.example.com', loginCallbackDomain: 'crm.example.com', sidebarUrl: `https://crm.example.com/sidebar?corp=${wecomCorpId}`,
      callbackToken: expect.stringMatching(/^[A-Za-z0-9]{24}$/), callbackAesKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
    })
    expect(wecom.asked).toEqual([])
  })

  it('turns green link by link, and starts the first syncs by itself', async () => {
    await fillIn()
    await ask('PUT', '/api/setup/domain-file', { fileName: 'WW_verify_abcdEFGH01234567.txt' })
    const state = await check()
    expect(states(state)).toMatchObject({
      secret: 'ok', trusted_ip: 'ok', visible_range: 'ok', contact_permission: 'ok', domain_file: 'ok', callback: 'waiting', oauth: 'waiting', sidebar_pages: 'blocked', jssdk: 'waiting',
      contacts_sync: 'waiting', customers_sync: 'waiting',
    })
    expect(step(state, 'contacts_sync').finding).toContain('已排队')
    expect(step(state, 'contact_permission').finding).toContain('2 位成员')
    expect((await areas.jobs.list(corpId, { limit: 10 }, async () => new Map())).items.map((job) => job.kind).sort()).toEqual(['contacts_sync', 'customers_sync'])
    // Checking again starts no second ones.
    await check()
    expect((await areas.jobs.list(corpId, { limit: 10 }, async () => new Map())).items).toHaveLength(2)

    const now = Date.now()
    await areas.corps.prove(corpId, { oauthAt: now, sidebarAt: now, jssdk: { ok: true, at: now }, contactsSyncedAt: now, customersSyncedAt: now, callbackVerifiedAt: now })
    wecom.asked.length = 0
    const later: SetupState = (await ask('GET', '/api/setup')).json()
    expect(new Set(later.steps.map((one) => one.state))).toEqual(new Set(['ok']))
    expect(wecom.asked).toEqual([])
  })

  it('60020: names the address to add, and blocks what needs it', async () => {
    await fillIn()
    wecom.answers['/cgi-bin/agent/get'] = { errcode: 60020, errmsg: 'not allow to access from your ip, hint: [1576_28], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020' }
    const state = await check()
    expect(step(state, 'secret').state).toBe('ok')
    expect(step(state, 'trusted_ip')).toMatchObject({ state: 'failed', finding: expect.stringContaining('203.0.113.7') })
    expect(step(state, 'trusted_ip').fix.join()).toContain('企业可信IP → 配置，添加 203.0.113.7')
    expect(step(state, 'contact_permission')).toMatchObject({ state: 'blocked', finding: '先完成上一步「企业可信 IP」。' })
    expect((await areas.jobs.list(corpId, { limit: 10 }, async () => new Map())).items).toEqual([])
  })

  it.each([
    ['a wrong secret', '/cgi-bin/gettoken', { errcode: 40001, errmsg: 'invalid credential' }, 'secret', 'Secret 不正确'],
    ['a wrong corp id', '/cgi-bin/gettoken', { errcode: 40013, errmsg: 'invalid corpid' }, 'secret', '企业 ID 不正确'],
    ['an app that is switched off', '/cgi-bin/agent/get', { errcode: 50003, errmsg: 'app disabled' }, 'secret', '停用'],
    ['the AgentId of another app', '/cgi-bin/agent/get', { errcode: 301002, errmsg: 'no privilege' }, 'visible_range', '不是同一个应用'],
    ['an empty range', '/cgi-bin/agent/get', { ...AGENT, allow_partys: { partyid: [] } }, 'visible_range', '可见范围是空的'],
    ['an app that is closed', '/cgi-bin/agent/get', { ...AGENT, close: 1 }, 'visible_range', '停用'],
    ['an administrator out of range', '/cgi-bin/user/get', { errcode: 60011, errmsg: 'no privilege' }, 'visible_range', '「linzhixia」不在应用的可见范围内'],
    ['an administrator who does not exist', '/cgi-bin/user/get', { errcode: 60111, errmsg: 'userid not found' }, 'visible_range', '不存在'],
    ['not among 可调用接口的应用', '/cgi-bin/externalcontact/get_follow_user_list', { errcode: 48002, errmsg: 'api forbidden' }, 'contact_permission', '没有调用客户联系接口的权限'],
    ['nobody in 使用范围', '/cgi-bin/externalcontact/get_follow_user_list', { errcode: 0, follow_user: [] }, 'contact_permission', '没有成员开通客户联系'],
    ['no trusted domain', '/cgi-bin/agent/get', { ...AGENT, redirect_domain: '' }, 'domain_file', '还没有设置可信域名'],
    ['another trusted domain', '/cgi-bin/agent/get', { ...AGENT, redirect_domain: 'old.example.com' }, 'domain_file', 'old.example.com'],
    ['no ownership file', '/cgi-bin/agent/get', AGENT, 'domain_file', '没有登记域名校验文件'],
    ['no ticket', '/cgi-bin/ticket/get', { errcode: 45009, errmsg: 'api freq out of limit' }, 'jssdk', '次数'],
  ] as const)('%s is named, with what to click', async (_name, path, answer, key, words) => {
    await fillIn()
    wecom.answers[path] = answer
    if (key === 'jssdk') await ask('PUT', '/api/setup/domain-file', { fileName: 'WW_verify_abcdEFGH01234567.txt' })
    const found = step(await check(), key)
    expect(found).toMatchObject({ state: 'failed', finding: expect.stringContaining(words), checkedAt: expect.any(Number) })
    expect(found.fix.length).toBeGreaterThan(0)
  })

  it('what the client reported about the JS-SDK is explained', async () => {
    await fillIn()
    await ask('PUT', '/api/setup/domain-file', { fileName: 'WW_verify_abcdEFGH01234567.txt' })
    await areas.corps.prove(corpId, { jssdk: { ok: false, error: 'agentConfig:fail invalid url domain', at: Date.now() } })
    const found = step(await check(), 'jssdk')
    expect(found).toMatchObject({ state: 'failed', finding: expect.stringContaining('invalid url domain') })
    expect(found.fix.join()).toContain('crm.example.com')
  })

  it('with no WeCom to be reached says so instead of blaming the settings', async () => {
    const lost = await startAreas({ databaseUrl: database.url, redisUrl: redis.url, wecomUrl: `http://127.0.0.1:${await freePort()}` })
    const corp = await lost.corps.add({ wecomCorpId: `ww${randomBytes(8).toString('hex')}`, name: '孤岛', adminUserids: ['a'] })
    await lost.corps.change(corp.id, { agentId: 1, agentSecret: SECRET })
    const answer = await lost.app.inject({ method: 'POST', url: '/api/setup/check', headers: { cookie: await lost.cookieOf(corp.id, null) } })
    expect(step(answer.json(), 'secret')).toMatchObject({ state: 'failed', finding: '连接不上企业微信服务器。' })
    await lost.close()
  })
})

describe('changes on the set-up page · SYS-9, SYS-10', () => {
  it('never give a secret back, and are audited without it', async () => {
    const answers = [await fillIn(), await ask('GET', '/api/setup'), await ask('POST', '/api/setup/check'), await ask('PUT', '/api/setup/domain-file', { fileName: 'WW_verify_abcdEFGH01234567.txt' })]
    for (const answer of answers) {
      expect(answer.statusCode).toBe(200)
      expect(answer.body).not.toContain(SECRET)
    }
    expect(answers[0]?.json().corp).toMatchObject({ name: '小树苗母婴', agentId: 1000002, hasSecret: true })
    const audit = await auditOf()
    expect(audit.map((entry) => entry.action)).toEqual(expect.arrayContaining(['corp.settings_changed', 'corp.secret_changed']))
    for (const entry of audit) expect(entry.text).not.toContain(SECRET)
  })

  it('a form without the secret leaves it as it is; the first one needs it', async () => {
    expect((await fillIn({ secret: undefined })).json()).toMatchObject({ code: 'invalid', details: { fields: { secret: expect.any(String) } } })
    await fillIn()
    expect((await fillIn({ secret: undefined, name: '新名字' })).json().corp).toMatchObject({ name: '新名字', hasSecret: true })
    expect((await auditOf()).filter((entry) => entry.action === 'corp.secret_changed')).toHaveLength(1)
  })

  it('results of a check do not outlive the settings they were found with', async () => {
    await fillIn()
    expect(step(await check(), 'secret').state).toBe('ok')
    const state: SetupState = (await fillIn({ agentId: 1000003 })).json()
    expect(step(state, 'secret').state).toBe('waiting')
  })

  it('new callback keys: the old verification counts no more, and WeCom can verify with the new ones', async () => {
    const before: SetupState = (await ask('GET', '/api/setup')).json()
    await areas.corps.prove(corpId, { callbackVerifiedAt: Date.now() })
    const after: SetupState = (await ask('POST', '/api/setup/callback-keys')).json()
    expect(after.paste.callbackToken).not.toBe(before.paste.callbackToken)
    expect(step(after, 'callback').state).toBe('waiting')
    expect(after.callback.lastVerifiedAt).toBeNull()
    const codec = createCallbackCodec({ token: after.paste.callbackToken, encodingAesKey: after.paste.callbackAesKey, receiveId: wecomCorpId })
    const echo = codec.encrypt('123')
    const query = new URLSearchParams({ msg_signature: codec.sign('1', '2', echo), timestamp: '1', nonce: '2', echostr: echo })
    expect((await areas.app.inject({ url: `/wecom/callback/${wecomCorpId}?${query}` })).body).toBe('123')
    const audit = await auditOf()
    expect(audit.some((entry) => entry.action === 'corp.callback_keys_changed')).toBe(true)
    for (const entry of audit) expect(entry.text).not.toMatch(new RegExp(`${after.paste.callbackToken}|${after.paste.callbackAesKey}`))
  })

  it('the corp id can be mended while nothing was synced, and not afterwards', async () => {
    const mended = `ww${randomBytes(8).toString('hex')}`
    expect((await fillIn({ wecomCorpId: mended })).json().corp.wecomCorpId).toBe(mended)
    await areas.corps.prove(corpId, { contactsSyncedAt: Date.now() })
    expect((await fillIn()).statusCode).toBe(409)
    expect((await fillIn({ wecomCorpId: mended })).statusCode).toBe(200)
  })

  it('another tenant\'s corp id is refused · SYS-1', async () => {
    const other = await areas.corps.add({ wecomCorpId: `ww${randomBytes(8).toString('hex')}`, name: '别家', adminUserids: ['b'] })
    expect((await fillIn({ wecomCorpId: other.wecomCorpId })).statusCode).toBe(409)
    expect((await areas.corps.byId(other.id))?.hasSecret).toBe(false)
  })
})
