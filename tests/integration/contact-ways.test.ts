// Members' codes on customer pages (联系我): the whole product, with the sandbox as WeCom; rounds of the worker are run by hand.
import { eq } from 'drizzle-orm'
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMaking } from '../../server/src/modules/contact-ways/making.ts'
import { nameOf } from '../../server/src/modules/contact-ways/picture.ts'
import { contactWays } from '../../server/src/modules/contact-ways/tables.ts'
import { customers, relations } from '../../server/src/modules/customers/tables.ts'
import { staff } from '../../server/src/modules/identity/tables.ts'
import { createPreviewLinks } from '../../server/src/modules/materials/preview-links.ts'
import { materials } from '../../server/src/modules/materials/tables.ts'
import { shares } from '../../server/src/modules/radar/tables.ts'
import { OutsideRefused } from '../../server/src/platform/outside/refusals.ts'
import { outsideOf } from '../../server/src/platform/outside/sandbox-web.ts'
import { callerFor, type House, openHouse } from '../run/house.ts'
import { BROWSER, createDevice } from './radar-stage.ts'

const API = '/cgi-bin/externalcontact'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let ahead = 0
let house: House
let round: () => Promise<void>
/** A new member for each test, and a link that she has sent. */
let userid: string
let staffId: number
let token: string

const pass = (ms: number) => {
  ahead += ms
  house.sandbox.control.shiftClock(ms)
}
const wecom = () => {
  const corp = house.sandbox.control.sandbox.corps.get(house.wecomCorpId)
  if (!corp) throw new Error('WeCom has no such corp')
  return corp
}
const hers = () => [...wecom().contactWays.values()].filter((way) => way.userids.includes(userid))
const asked = (api: string) => house.sandbox.control.stats().calls[`${API}/${api}_contact_way`] ?? 0
const failing = (api: string, fault: { errcode?: number; httpStatus?: number; dropConnection?: 'before' | 'after' }, times = 1) =>
  house.sandbox.control.setFaults({ api: [{ path: `${API}/${api}`, times, ...fault }] })
const rowOf = async (id = staffId) => (await house.platform.db.select().from(contactWays).where(eq(contactWays.staffId, id)))[0]
/** A reader opens a link; what the page keeps in memory has been forgotten. */
const open = async (link = token) => {
  pass(11_000)
  return await createDevice(house.app, BROWSER).get(`/r/${link}`)
}
const codeIn = (page: string) => /src="(\/r\/[^"]+\/contact\.png\?v=[0-9a-f]{8})"/.exec(page)?.[1] ?? null
const shown = async (link = token) => codeIn((await open(link)).body)
/** As an administrator reads it. */
const told = async () => (await house.signIn('linzhixia')).call('GET /api/staff/:staffId/contact-way', { params: { staffId } })
/** Wanted, and made as the worker does. */
const made = async () => {
  await shown()
  await expect.poll(rowOf).toBeDefined()
  await round()
}

beforeAll(async () => {
  house = await openHouse({ clock: { now: () => Date.now() + ahead }, env: { SANDBOX: '1' } })
  round = createMaking(house.platform, house.modules, outsideOf(house.platform))
}, 120_000)
afterAll(() => house.close())
beforeEach(async () => {
  house.sandbox.control.setFaults({})
  wecom().contactRange = { all: true, userids: [] }
  await round()
  userid = `seller${randomBytes(4).toString('hex')}`
  house.sandbox.control.act({ corpid: house.wecomCorpId, action: 'staff_joins', userid, name: '陆遥', departmentId: 3 })
  staffId = (await house.modules.identity.ensureStaff(house.corpId, userid)).staffId
  token = await sent(house.corpId, staffId)
})

/** A link that went out, of a material of its own. */
async function sent(corpId: number, by: number, material: Partial<typeof materials.$inferInsert> = {}): Promise<string> {
  const now = Date.now() + ahead
  const { db } = house.platform
  const [row] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 1, type: 'link', title: '停车指南', url: 'https://shop.example.cn/', tagIds: [], createdAt: now, updatedAt: now, ...material })
  const link = randomBytes(16).toString('base64url')
  await db.insert(shares).values({ corpId, token: link, materialId: row.insertId, staffId: by, context: 'single_chat', requestId: randomUUID(), state: 'sent', createdAt: now, sentAt: now })
  return link
}

describe('a member’s code', () => {
  test('is made in the background when a page of hers is first shown, and stands beside it from then on', async () => {
    expect(await shown()).toBeNull()
    await expect.poll(rowOf).toMatchObject({ state: 'wanted' })
    expect(hers()).toEqual([])
    await round()
    expect(hers()).toMatchObject([{ type: 1, scene: 2, skipVerify: true, state: `zk_card_${staffId}`, remark: '知客名片' }])
    const page = await open()
    const picture = await createDevice(house.app, BROWSER).get(codeIn(page.body) ?? '')
    expect([picture.status, picture.headers['content-type'], picture.headers['cache-control']]).toEqual([200, 'image/png', 'private, max-age=86400'])
    // Nothing of the page comes from elsewhere, and no script is needed to open it.
    expect(page.body).toContain('<details class="ask">')
    expect(page.body).not.toContain(hers()[0]?.id)
    expect(String(page.headers['content-security-policy'])).toContain("script-src 'self'")
  })

  test('is wanted when she first sends something', async () => {
    const now = Date.now() + ahead
    const { db } = house.platform
    const externalUserId = `wm${randomUUID().slice(0, 12)}`
    const [customer] = await db.insert(customers).values({ corpId: house.corpId, externalUserId, name: '林间小路', type: 1, syncedAt: now, createdAt: now })
    await db.insert(relations).values({ corpId: house.corpId, customerId: customer.insertId, staffId, state: 'active', addedAt: now, syncedAt: now })
    const [material] = await db.insert(materials).values({ corpId: house.corpId, scope: 'corp', groupId: 1, type: 'link', title: '价目表', url: 'https://shop.example.cn/', tagIds: [], createdAt: now, updatedAt: now })
    const seller = await callerFor(house, house.corpId, userid)
    const { shareId } = await seller.call('POST /api/shares', { body: { materialId: material.insertId, chat: { kind: 'customer', externalUserId }, requestId: randomUUID() } })
    expect(await rowOf()).toBeUndefined()
    await seller.call('PUT /api/shares/:shareId/outcome', { params: { shareId }, body: { state: 'sent' } })
    await expect.poll(rowOf).toMatchObject({ state: 'wanted' })
  })

  test('is made once, wanted ten times at once and by two workers', async () => {
    const before = asked('add')
    await Promise.all(Array.from({ length: 10 }, async () => createDevice(house.app, BROWSER).get(`/r/${token}`)))
    for (let i = 0; i < 10; i++) house.modules.contactWays.want(house.corpId, staffId)
    await expect.poll(rowOf).toBeDefined()
    await Promise.all([round(), round()])
    expect(asked('add') - before).toBe(1)
    expect(await rowOf()).toMatchObject({ state: 'ready', attempts: 0, error: null, configId: hers()[0]?.id })
  })

  test('that a call has made whose answer got lost is found again by its state, never made twice', async () => {
    failing('add_contact_way', { dropConnection: 'after' })
    const before = asked('add')
    await made()
    expect(await rowOf()).toMatchObject({ state: 'unknown', error: expect.stringContaining('不确定') })
    expect(await shown()).toBeNull()
    // The lost request may still be on its way: it is not looked up at once.
    await round()
    expect(await rowOf()).toMatchObject({ state: 'unknown' })
    pass(MINUTE)
    await round()
    expect([asked('add') - before, hers().length]).toEqual([1, 1])
    expect(await rowOf()).toMatchObject({ state: 'ready', configId: hers()[0]?.id })
    expect(await shown()).not.toBeNull()
  })

  test('that a worker was making when it died is found again, too', async () => {
    await made()
    const [way] = hers()
    await house.platform.db.update(contactWays).set({ state: 'making', configId: null, qrCode: null, dueAt: Date.now() + ahead + 3 * MINUTE }).where(eq(contactWays.staffId, staffId))
    await round()
    expect(await rowOf()).toMatchObject({ state: 'making' })
    pass(4 * MINUTE)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'ready', configId: way?.id })
    expect(hers()).toEqual([way])
  })

  test('that a call never made is made once it is known that there is none', async () => {
    failing('add_contact_way', { dropConnection: 'before' })
    await made()
    expect([(await rowOf())?.state, hers().length]).toEqual(['unknown', 0])
    // While WeCom cannot be asked, nothing is repeated.
    pass(MINUTE)
    failing('list_contact_way', { errcode: 48002 })
    await round()
    expect(await rowOf()).toMatchObject({ state: 'unknown', error: expect.stringContaining('可调用接口的应用') })
    pass(DAY)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'wanted' })
    await round()
    expect(await rowOf()).toMatchObject({ state: 'ready' })
    expect(hers()).toHaveLength(1)
  })
})

describe('without a code the page is as it was', () => {
  test('a member who may not add customers: the reason is kept, and it is tried again the next day · GEN-13', async () => {
    wecom().contactRange = { all: false, userids: ['linzhixia'] }
    await made()
    expect(await rowOf()).toMatchObject({ state: 'failed', error: expect.stringMatching(/该成员没有「客户联系」功能。企业微信管理后台 →/) })
    expect(await told()).toMatchObject({ state: 'failed', reason: expect.stringContaining('「客户联系」') })
    const page = await open()
    expect([page.status, page.body.includes('陆遥') || page.body.includes(userid), page.body.includes('联系我')]).toEqual([200, true, false])
    expect((await createDevice(house.app, BROWSER).get(`/r/${token}/contact.png`)).status).toBe(404)

    wecom().contactRange = { all: true, userids: [] }
    pass(HOUR)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'failed' })
    pass(DAY)
    await round()
    expect(await shown()).not.toBeNull()
    expect(await told()).toEqual({ state: 'ready', reason: null })
  })

  test('a passing refusal is tried again soon', async () => {
    failing('add_contact_way', { errcode: 41096 })
    await made()
    expect(await rowOf()).toMatchObject({ state: 'failed', attempts: 1 })
    pass(31_000)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'ready' })
  })

  test('a picture that cannot be fetched: the way is kept, and only the picture is fetched again', async () => {
    const offline = createMaking(house.platform, house.modules, { get: async () => { throw new OutsideRefused('timeout') } })
    await shown()
    await expect.poll(rowOf).toBeDefined()
    await offline()
    expect(await rowOf()).toMatchObject({ state: 'failed', error: expect.stringContaining('没有取到二维码图片'), configId: hers()[0]?.id })
    expect(await shown()).toBeNull()
    pass(MINUTE)
    const before = asked('add')
    await round()
    expect([(await rowOf())?.state, asked('add') - before]).toEqual(['ready', 0])
  })

  test('a corp that is suspended waits', async () => {
    await shown()
    await expect.poll(rowOf).toBeDefined()
    await house.modules.corps.suspend(house.corpId, true)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'failed', error: '企业已停用' })
    await house.modules.corps.suspend(house.corpId, false)
    pass(HOUR)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'ready' })
  })
})

describe('a code is looked after', () => {
  test('of a member who loses the right it goes, and comes back with the right', async () => {
    await made()
    wecom().contactRange = { all: false, userids: ['linzhixia'] }
    pass(5 * HOUR)
    await round()
    expect(await shown()).toBeNull()
    expect((await rowOf())?.error).toContain('该成员没有「客户联系」功能')
    wecom().contactRange = { all: true, userids: [] }
    pass(HOUR)
    await round()
    expect(await shown()).not.toBeNull()
    expect(hers()).toHaveLength(1)
  })

  test('of a member who left it goes at once, also from what she had sent', async () => {
    await made()
    const link = await shown()
    await house.platform.db.update(staff).set({ state: 'left', leftAt: Date.now() + ahead }).where(eq(staff.id, staffId))
    expect(await shown()).toBeNull()
    expect((await createDevice(house.app, BROWSER).get(link ?? '')).status).toBe(404)
    pass(5 * HOUR)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'failed', error: '成员已离职或已停用' })
  })

  test('it stays while WeCom cannot be asked about it', async () => {
    await made()
    pass(5 * HOUR)
    failing('*', { errcode: 48002 }, 1000)
    await round()
    expect(await rowOf()).toMatchObject({ state: 'ready' })
    expect(await shown()).not.toBeNull()
  })

  test('one that was deleted at WeCom is made anew, under another address', async () => {
    await made()
    const before = await shown()
    const [old] = hers()
    wecom().contactWays.delete(old?.id ?? '')
    pass(5 * HOUR)
    await round()
    await round()
    expect(hers()).toHaveLength(1)
    const after = await shown()
    expect(after).not.toBeNull()
    expect(after).not.toBe(before)
  })

  test('a picture that the store of files has lost is fetched again', async () => {
    await made()
    const link = (await shown()) ?? ''
    await house.platform.files.remove(`c${house.corpId}/contact-ways/${nameOf((await rowOf())?.configId ?? '')}`)
    const reader = createDevice(house.app, BROWSER)
    expect((await reader.get(link)).status).toBe(404)
    await round()
    expect((await reader.get(link)).status).toBe(200)
  })
})

describe('whose code it is', () => {
  test('what was withdrawn still shows how to reach its sender · MAT-11', async () => {
    await made()
    const link = await sent(house.corpId, staffId, { deletedAt: Date.now() + ahead })
    const page = await open(link)
    expect(page.status).toBe(410)
    expect(page.body).toContain('内容已下架')
    expect(page.body).toContain('可以点下面的「联系我」')
    expect((await createDevice(house.app, BROWSER).get(codeIn(page.body) ?? '')).status).toBe(200)
  })

  test('another tenant’s link shows nothing of it, though its member has the same number · SYS-1', async () => {
    await made()
    const other = await house.modules.corps.ensureFirst({ wecomCorpId: 'wwother0000000c003', name: '别家', adminUserids: ['boss'] })
    const link = await sent(other.id, staffId)
    const page = await open(link)
    expect([page.status, codeIn(page.body)]).toEqual([200, null])
    expect((await createDevice(house.app, BROWSER).get(`/r/${link}/contact.png`)).status).toBe(404)
    const stranger = await callerFor(house, other.id, 'boss')
    expect((await stranger.attempt('GET /api/staff/:staffId/contact-way', { params: { staffId } })).statusCode).toBe(404)
  })

  test('a preview for colleagues and an unknown link have none · MAT-12', async () => {
    await made()
    const [material] = await house.platform.db.select({ id: materials.id }).from(materials).where(eq(materials.corpId, house.corpId)).limit(1)
    const { url } = createPreviewLinks(house.platform).link(house.corpId, material?.id ?? 0)
    const path = new URL(url).pathname
    expect(codeIn((await createDevice(house.app, BROWSER).get(path)).body)).toBeNull()
    for (const link of [path, `/r/${'x'.repeat(22)}`]) expect((await createDevice(house.app, BROWSER).get(`${link}/contact.png`)).status).toBe(404)
  })
})

test('a member who is not activated in WeCom: 41054 in words', async () => {
  const member = wecom().staff(userid)
  if (member) member.status = 4
  await made()
  expect((await rowOf())?.error).toContain('成员没有激活企业微信')
})
