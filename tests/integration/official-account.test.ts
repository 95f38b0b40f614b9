// Who reads is told by the corp's official account (MAT-15): its settings, and readers in WeChat, against the sandbox.
import { and, eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OfficialAccountState } from '@zhike/shared/contract'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { generateCorp } from '@zhike/sandbox/generate'
import { customers } from '../../server/src/modules/customers/tables.ts'
import { materials } from '../../server/src/modules/materials/tables.ts'
import { officialAccounts } from '../../server/src/modules/official-account/tables.ts'
import { visitors } from '../../server/src/modules/radar/tables.ts'
import { createSigner } from '../../server/src/platform/crypto/secret-box.ts'
import { type Caller, callerFor, type House, openHouse, until } from '../run/house.ts'
import { createDevice, type Device, PHONE } from './radar-stage.ts'

const { appid: appId, secret } = DEMO_CORP.officialAccount
const PRODUCT = 'http://localhost:3999'
const WECOM_CLIENT = `${PHONE} wxwork/4.1.20`
const FORM = { appId, secret, readerSignIn: 'silent' as const, domainFile: null }

let ahead = 0
let house: House
let admin: Caller
let material: number
/** Customers of the sandbox who use WeChat; each test takes fresh ones. */
let people: { id: string; name: string }[]
let next = 0

beforeAll(async () => {
  house = await openHouse({
    synced: true, clock: { now: () => Date.now() + ahead }, env: { WECOM_ADMIN_USERIDS: 'staff1' },
    sandbox: { seed: generateCorp({ staff: 2, customers: 60, groups: 1, seed: 11, shared: 0, productOrigin: PRODUCT }) },
  })
  admin = await house.signIn('staff1')
  house.sandbox.control.settings({ linkPrefetch: false })
  const now = house.platform.clock.now()
  const [made] = await house.platform.db.insert(materials).values({ corpId: house.corpId, scope: 'corp', groupId: 1, type: 'link', title: '春季价目表', summary: '', url: 'https://example.com/', tagIds: [], createdAt: now, updatedAt: now })
  material = made.insertId
  const corp = house.sandbox.control.sandbox.corps.get(DEMO_CORP.corpid)
  people = [...corp?.people.values() ?? []].filter((person) => person.type === 1 && corp?.isCustomer(person.id)).map(({ id, name }) => ({ id, name }))
}, 120_000)
afterAll(() => house.close())

/** What somebody at WeChat's consoles does. */
const atWechat = async (officialAccount: object): Promise<void> => {
  await fetch(`${house.sandbox.url}/sandbox/api/corps/${DEMO_CORP.corpid}/settings`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ officialAccount }) })
}
const follow = (personId: string, follows: boolean) => house.sandbox.control.act({ corpid: DEMO_CORP.corpid, action: 'account_follow', personId, follows })
const row = async () => (await house.platform.db.select().from(officialAccounts).where(eq(officialAccounts.corpId, house.corpId)))[0]
const audit = async () => (await admin.call('GET /api/audit', { query: { limit: 100 } })).items.filter((entry) => entry.action.startsWith('official_account'))
/** A corp in which WeCom's silent sign-in names readers, too, or does not. */
/** Nobody saves so often as these tests do. */
const unhurried = async () => {
  for (const key of await house.platform.redis.keys('*official-account*')) await house.platform.redis.del(key)
}
const wecomNames = (does: boolean) => house.modules.corps.prove(house.corpId, { oauthAt: does ? 1 : 0 })

/** Goes where the browser is sent, until a page is there. Gives the page, and the hosts' pages on the way. */
async function follows(device: Device, address: string, person: { id: string }, agrees = true): Promise<{ status: number; body: string; way: string[] }> {
  const way: string[] = []
  for (let url = address; ;) {
    const answer = await device.get(url)
    const location = answer.headers.location
    if (typeof location !== 'string') return { ...answer, way }
    const to = new URL(location.replace(/#.*$/, ''), PRODUCT)
    if (to.origin === PRODUCT) {
      url = to.pathname + to.search
      continue
    }
    way.push(to.searchParams.get('appid') === appId ? 'account' : 'wecom')
    const decision: { location?: string; consent?: { refused: string } } = JSON.parse(await (await fetch(`${house.sandbox.url}/sandbox/api/oauth/code`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: to.search.slice(1), login: false, person: `customer:${person.id}`, agreed: agrees }),
    })).text())
    const back = new URL(decision.location ?? decision.consent?.refused ?? '')
    url = back.pathname + back.search
  }
}
const phone = () => createDevice(house.app, PHONE)
const someone = () => {
  const person = people[next++]
  if (!person) throw new Error('nobody is left')
  return person
}
const customerOf = async (person: { id: string }) => (await house.platform.db.select().from(customers).where(and(eq(customers.corpId, house.corpId), eq(customers.externalUserId, person.id))))[0]
/** The link of a material that was sent to somebody. */
async function sentTo(person: { id: string }): Promise<string> {
  const owner = house.sandbox.control.sandbox.corps.get(DEMO_CORP.corpid)?.followsOfPerson(person.id)[0]?.userid ?? ''
  const sender = await house.signIn(owner)
  const { shareId, message } = await sender.call('POST /api/shares', { body: { materialId: material, chat: { kind: 'customer', externalUserId: person.id }, requestId: randomUUID() } })
  await sender.call('PUT /api/shares/:shareId/outcome', { params: { shareId }, body: { state: 'sent' } })
  await wecomNames(false)
  return message.msgtype === 'news' ? new URL(message.news.link).pathname : ''
}
async function known(device: Device) {
  const visitorId = createSigner(house.platform.config.appKey, 'visitor').verify(device.cookies.get('zk_visitor') ?? '')?.split('|')[1] ?? ''
  return (await house.platform.db.select().from(visitors).where(and(eq(visitors.corpId, house.corpId), eq(visitors.visitorId, visitorId))))[0]
}
const ticketIn = (body: string) => /data-view="([^"]+)"/.exec(body)?.[1] ?? ''
async function reads(link: string, body: string): Promise<void> {
  const answer = await house.app.inject({ method: 'POST', url: `${link}/beat`, payload: JSON.stringify({ v: ticketIn(body), seq: 1, ms: 0, depth: 50, left: 0 }), headers: { 'content-type': 'text/plain;charset=UTF-8' } })
  expect(answer.statusCode).toBe(204)
}

describe('settings', () => {
  beforeEach(async () => {
    await unhurried()
    await atWechat({ ipWhitelist: ['127.0.0.1'], oauthDomain: 'localhost:3999', openPlatform: true })
    await admin.call('DELETE /api/official-account')
  })

  it('are for who may change settings, and say what to do at WeChat · SYS-4', async () => {
    const member = await house.signIn('staff2')
    for (const key of ['GET /api/official-account', 'DELETE /api/official-account', 'POST /api/official-account/check'] as const) expect((await member.attempt(key)).statusCode).toBe(403)
    expect((await member.attempt('PUT /api/official-account', { body: FORM })).statusCode).toBe(403)
    expect(await admin.call('GET /api/official-account')).toMatchObject({ account: null, state: 'none', paste: { oauthDomain: 'localhost:3999', tryUrl: `${PRODUCT}/auth/wechat/${DEMO_CORP.corpid}` } })
  })

  it('are a corp’s own: another tenant sees none and has none · SYS-1', async () => {
    await admin.call('PUT /api/official-account', { body: FORM })
    const other = await house.modules.corps.add({ wecomCorpId: `ww${randomUUID().slice(0, 12)}`, name: '另一家', adminUserids: ['boss'] })
    const boss = await callerFor(house, other.id, 'boss')
    expect((await boss.call('GET /api/official-account')).account).toBeNull()
    await boss.call('DELETE /api/official-account')
    expect(await row()).toMatchObject({ appId })
  })

  it('the secret is checked, sealed, never shown, and not in the log of who did it · GEN-4', async () => {
    const saved = await admin.attempt('PUT /api/official-account', { body: FORM })
    expect(saved.json<OfficialAccountState>()).toMatchObject({ account: { appId, readerSignIn: 'silent' }, state: 'waiting', seen: { secretAt: expect.any(Number), signInAt: null } })
    expect(saved.json<OfficialAccountState>().fix.join()).toContain('localhost:3999')
    expect(saved.body + (await admin.attempt('GET /api/official-account')).body).not.toContain(secret)
    expect((await row())?.appSecret).not.toContain(secret)
    const entries = await audit()
    expect(entries.slice(0, 2).map((entry) => [entry.action, entry.subject]).sort()).toEqual([['official_account.changed', appId], ['official_account.secret_changed', appId]])
    expect(JSON.stringify(entries)).not.toContain(secret)
    await admin.call('PUT /api/official-account', { body: { appId, readerSignIn: 'ask', domainFile: 'MP_verify_abcdefgh12345678.txt' } })
    expect((await audit())[0]).toMatchObject({ action: 'official_account.changed', before: { readerSignIn: 'silent' }, after: { readerSignIn: 'ask', domainFile: 'MP_verify_abcdefgh12345678.txt' } })
  })

  it.each([
    ['a wrong secret', { ...FORM, secret: 'f'.repeat(32) }, 'secret', 'AppSecret 不正确'], ['an unknown AppID', { ...FORM, appId: 'wx00000000000000ff' }, 'appId', 'AppID 不正确'],
    ['no secret', { ...FORM, secret: undefined }, 'secret', '请填写 AppSecret'], ['a cut one', { ...FORM, secret: 'abc' }, 'secret', '32 位'], ['an AppID of a corp', { ...FORM, appId: DEMO_CORP.corpid }, 'appId', '以 wx 开头'],
  ])('%s is refused at the field, and nothing is saved', async (_what, body, field, text) => {
    const answer = await admin.attempt('PUT /api/official-account', { body })
    expect(answer.statusCode).toBe(422)
    expect(answer.json<{ details: { fields: Record<string, string> } }>().details.fields[field]).toContain(text)
    expect(await row()).toBeUndefined()
  })

  it('an address that is not on WeChat’s list is named, saved all the same, and mended there', async () => {
    await atWechat({ ipWhitelist: ['203.0.113.9'] })
    const state = await admin.call('PUT /api/official-account', { body: FORM })
    expect(state).toMatchObject({ state: 'waiting', seen: { secretAt: null } })
    expect(state.finding + state.fix.join()).toMatch(/127\.0\.0\.1.*IP白名单.*添加 127\.0\.0\.1/)
    expect((await admin.call('POST /api/official-account/check')).state).toBe('waiting')
    await atWechat({ ipWhitelist: ['127.0.0.1'] })
    expect((await admin.call('POST /api/official-account/check')).seen.secretAt).toEqual(expect.any(Number))
  })

  it('while WeChat gives no answer nothing is saved, and she is told so', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/stable_token', errcode: -1, times: 1 }] })
    const answer = await admin.attempt('PUT /api/official-account', { body: FORM })
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([502, '微信系统繁忙。'])
    expect(await row()).toBeUndefined()
  })

  it('the ownership file is served by its name', async () => {
    await admin.call('PUT /api/official-account', { body: { ...FORM, domainFile: 'MP_verify_abcdefgh12345678.txt' } })
    expect((await house.app.inject({ url: '/MP_verify_abcdefgh12345678.txt' })).body).toBe('abcdefgh12345678')
    expect((await house.app.inject({ url: '/MP_verify_hgfedcba12345678.txt' })).statusCode).toBe(404)
  })

  it('readers are not led through it before somebody came back from it once', async () => {
    const person = someone()
    const link = await sentTo(person)
    await admin.call('PUT /api/official-account', { body: FORM })
    expect((await follows(phone(), link, person)).way).toEqual([])
    const tried = await follows(phone(), `/auth/wechat/${DEMO_CORP.corpid}`, person)
    expect(tried).toMatchObject({ status: 200, way: ['account'] })
    expect(tried.body).toContain('公众号已连通')
    expect(await admin.call('GET /api/official-account')).toMatchObject({ state: 'ok', seen: { signInAt: expect.any(Number) } })
    expect((await follows(phone(), link, person)).way).toEqual(['account'])
    const another = await admin.attempt('PUT /api/official-account', { body: { ...FORM, secret: undefined, appId: 'wx00000000000000ff' } })
    expect(another.statusCode).toBe(422)
  })

  it('a corp without an account is as before: WeCom is asked, and its address leads nowhere', async () => {
    const person = someone()
    const link = await sentTo(person)
    await wecomNames(true)
    expect((await follows(phone(), link, person)).way).toEqual(['wecom'])
    expect((await house.app.inject({ url: `/auth/wechat/${DEMO_CORP.corpid}` })).statusCode).toBe(404)
  })
})

describe('readers', () => {
  const configure = async (readerSignIn: 'silent' | 'ask') => {
    await atWechat({ ipWhitelist: ['127.0.0.1'], oauthDomain: 'localhost:3999', openPlatform: true })
    const corp = await house.modules.corps.byId(house.corpId)
    if (!corp) throw new Error('the corp is gone')
    const caller = { corp, corpId: corp.id, viewer: null }
    await house.modules.officialAccounts.settings.remove(caller, '')
    await house.modules.officialAccounts.settings.save(caller, { ...FORM, readerSignIn }, '')
    await follows(phone(), `/auth/wechat/${DEMO_CORP.corpid}`, someone())
    await wecomNames(false)
  }

  it('one tap names a customer by her unionid, whoever the link was sent to; her reading is hers · MAT-15, MAT-19', async () => {
    await configure('ask')
    const [addressee, reader] = [someone(), someone()]
    const link = await sentTo(addressee)
    const hers = phone()
    const shown = await follows(hers, link, reader)
    expect(shown).toMatchObject({ status: 200, way: ['account'] })
    expect(shown.body).toContain('春季价目表')
    const customer = await customerOf(reader)
    expect(await known(hers)).toMatchObject({ knownBy: 'wechat', customerId: customer?.id, unionId: customer?.unionId, accountOpenId: expect.stringMatching(/^oG/) })
    await reads(link, shown.body)
    await until(async () => (await admin.call('GET /api/radar/views', { query: { customerId: customer?.id } })).items.length === 1)
    const { items: [view] } = await admin.call('GET /api/radar/views', { query: { customerId: customer?.id } })
    expect(view).toMatchObject({ reader: 'forwarded', readerName: reader.name })
    expect((await follows(hers, link, reader)).way, 'who is known is not asked again').toEqual([])
  })

  it('silently, followers are named; nickname and picture are stored nowhere', async () => {
    await configure('silent')
    const reader = someone()
    follow(reader.id, true)
    const link = await sentTo(someone())
    const hers = phone()
    expect(await follows(hers, link, reader)).toMatchObject({ status: 200, way: ['account'] })
    expect(await known(hers)).toMatchObject({ knownBy: 'wechat', customerId: (await customerOf(reader))?.id })
    expect(house.sandbox.control.stats().calls['/sns/userinfo'] ?? 0).toBe(0)
  })

  it('whom the account cannot name WeCom is asked about, once, on the same way; from then on her openid names her on every device', async () => {
    await configure('silent')
    const reader = someone()
    follow(reader.id, false)
    const link = await sentTo(someone())
    await wecomNames(true)
    const first = phone()
    expect(await follows(first, link, reader)).toMatchObject({ status: 200, way: ['account', 'wecom'] })
    const customer = await customerOf(reader)
    expect(await known(first)).toMatchObject({ customerId: customer?.id, externalUserId: reader.id, unionId: null, accountOpenId: expect.any(String) })
    await wecomNames(false)
    const second = phone()
    expect((await follows(second, link, reader)).way).toEqual(['account'])
    expect(await known(second)).toMatchObject({ knownBy: 'wechat', customerId: customer?.id, externalUserId: null })
  })

  it('somebody whom WeCom names on a device of another person’s is not taken for that person elsewhere', async () => {
    await configure('ask')
    const [stranger, customer] = [house.sandbox.control.act({ corpid: DEMO_CORP.corpid, action: 'new_stranger', name: '路人甲' }), someone()]
    const link = await sentTo(someone())
    const shared = phone()
    expect((await follows(shared, link, { id: stranger.personId ?? '' })).way).toEqual(['account'])
    expect(await known(shared)).toMatchObject({ customerId: null, knownBy: null, unionId: expect.any(String) })
    // The account knows enough of this device; WeCom is asked of whoever holds it now.
    ahead += 11 * 60_000
    await wecomNames(true)
    expect((await follows(shared, link, customer)).way).toEqual(['wecom'])
    expect(await known(shared)).toMatchObject({ customerId: (await customerOf(customer))?.id, accountOpenId: null, unionId: null })
    await wecomNames(false)
    const own = phone()
    await follows(own, link, { id: stranger.personId ?? '' })
    expect(await known(own)).toMatchObject({ customerId: null })
  })

  it('who becomes a customer later is named without being asked again', async () => {
    await configure('ask')
    const { personId = '' } = house.sandbox.control.act({ corpid: DEMO_CORP.corpid, action: 'new_stranger', name: '后来的客户' })
    const link = await sentTo(someone())
    const hers = phone()
    await follows(hers, link, { id: personId })
    const { unionId = '' } = await known(hers) ?? {}
    const now = house.platform.clock.now()
    const [made] = await house.platform.db.insert(customers).values({ corpId: house.corpId, externalUserId: personId, name: '后来的客户', type: 1, unionId, syncedAt: now, createdAt: now })
    ahead += 11 * 60_000
    expect((await follows(hers, link, { id: personId })).way).toEqual([])
    expect(await known(hers)).toMatchObject({ knownBy: 'wechat', customerId: made.insertId })
  })

  it('a no shows the content, counts for somebody unknown, and is not asked again for ten minutes, nor in another way · MAT-15', async () => {
    await configure('ask')
    const [addressee, reader] = [someone(), someone()]
    const link = await sentTo(addressee)
    await follows(phone(), link, addressee)
    await wecomNames(true)
    const hers = phone()
    const shown = await follows(hers, link, reader, false)
    expect(shown).toMatchObject({ status: 200, way: ['account'] })
    expect(ticketIn(shown.body)).not.toBe('')
    expect(await known(hers)).toBeUndefined()
    // Her friend passed the card on unopened: her reading is nobody's, and her device is not the friend's.
    const unopened = await sentTo(someone())
    await wecomNames(true)
    await reads(unopened, (await follows(hers, unopened, reader)).body)
    const latest = async () => (await admin.call('GET /api/radar/views', { query: { materialId: material, limit: 1 } })).items[0]
    await until(async () => (await latest())?.reader === 'unknown')
    expect(await latest()).toMatchObject({ customer: null, readerName: '未识别的读者' })
    expect(await known(hers)).toBeUndefined()
    ahead += 9 * 60_000
    expect((await follows(hers, link, reader)).way).toEqual([])
    ahead += 2 * 60_000
    expect((await follows(hers, link, reader)).way).toEqual(['account'])
  })

  it('in WeCom’s client the account is not asked, outside of WeChat nobody is', async () => {
    await configure('silent')
    const reader = someone()
    const link = await sentTo(someone())
    await wecomNames(true)
    expect((await follows(createDevice(house.app, WECOM_CLIENT), link, reader)).way).toEqual(['wecom'])
    expect((await follows(createDevice(house.app, PHONE.replace(/ MicroMessenger.*/, '')), link, reader)).way).toEqual([])
  })

  it('an answer counts once, in the browser that was sent, and for the provider it was sent to', async () => {
    await configure('silent')
    const link = await sentTo(someone())
    const hers = phone()
    const sent = await hers.get(link)
    const authorize = await fetch(`${String(sent.headers.location).replace(/#.*$/, '')}&as=external:${someone().id}`, { redirect: 'manual' })
    const { pathname, search } = new URL(authorize.headers.get('location') ?? '')
    expect(pathname).toBe('/auth/wechat/callback')
    const strange = await phone().get(pathname + search)
    expect([strange.status, strange.body]).toEqual([400, expect.stringContaining('不是从这台设备发起的')])
    expect((await hers.get(`/auth/wecom/callback${search}`)).status).toBe(400)
    const cookies = new Map(hers.cookies)
    expect((await hers.get(pathname + search)).status).toBe(302)
    for (const [name, value] of cookies) hers.cookies.set(name, value)
    const again = await hers.get(pathname + search)
    expect([again.status, again.body]).toEqual([400, expect.stringContaining('已经用过了')])
  })

  it('a secret that was reset at WeChat costs no reader her page: the account rests until it is mended', async () => {
    await configure('silent')
    const reader = someone()
    const link = await sentTo(someone())
    house.sandbox.control.setFaults({ api: [{ path: '/sns/oauth2/access_token', corpid: DEMO_CORP.corpid, errcode: 40125, times: 1 }] })
    expect(await follows(phone(), link, reader)).toMatchObject({ status: 200, way: ['account'] })
    expect(await admin.call('GET /api/official-account')).toMatchObject({ state: 'failed', finding: expect.stringContaining('AppSecret 不正确'), seen: { secretAt: null } })
    expect((await follows(phone(), link, reader)).way).toEqual([])
  })

  it('a device that has an older cookie keeps its name', async () => {
    await configure('silent')
    const reader = someone()
    follow(reader.id, true)
    const link = await sentTo(someone())
    const hers = phone()
    const signer = createSigner(house.platform.config.appKey, 'visitor')
    hers.cookies.set('zk_visitor', signer.sign('v1|an-older-device-1|0|0|0'))
    await follows(hers, link, reader)
    expect(await known(hers)).toMatchObject({ visitorId: 'an-older-device-1', customerId: (await customerOf(reader))?.id })
  })

  it('whose data was deleted on request stays a stranger, and nothing that names her is left · SYS-17', async () => {
    await configure('ask')
    const reader = someone()
    const link = await sentTo(someone())
    const [first, second] = [phone(), phone()]
    await follows(first, link, reader)
    await follows(second, link, reader)
    const customer = await customerOf(reader)
    const { unionId = '', accountOpenId = '' } = await known(first) ?? {}
    // A device of hers of before she was a customer.
    await house.platform.db.insert(visitors).values({ corpId: house.corpId, visitorId: 'before-she-was-known', unionId, createdAt: house.platform.clock.now() })
    await admin.call('DELETE /api/customers/:customerId/data', { params: { customerId: customer?.id ?? 0 }, body: { name: reader.name } })
    const left = async () => (await house.platform.db.select().from(visitors).where(eq(visitors.corpId, house.corpId))).filter((device) => device.unionId === unionId || device.accountOpenId === accountOpenId)
    await until(async () => (await left()).length === 0, 20_000)
    await wecomNames(true)
    const third = phone()
    expect(await follows(third, link, reader)).toMatchObject({ status: 200, way: ['account'] })
    expect(await known(third)).toBeUndefined()
    expect(await left()).toEqual([])
  })

  it('the same goes when only WeCom knows that it is she', async () => {
    await configure('silent')
    const reader = someone()
    follow(reader.id, false)
    const link = await sentTo(someone())
    const customer = await customerOf(reader)
    await admin.call('DELETE /api/customers/:customerId/data', { params: { customerId: customer?.id ?? 0 }, body: { name: reader.name } })
    await wecomNames(true)
    const hers = phone()
    expect((await follows(hers, link, reader)).way).toEqual(['account', 'wecom'])
    expect(await known(hers)).toMatchObject({ customerId: null, externalUserId: null, accountOpenId: null, unionId: null })
  })
})
