// What an opening does to the customer (MAT-9, MAT-18, MAT-19): the whole product, with the sandbox as WeCom.
import { and, asc, eq, ne } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_ZONE, dayStart } from '@zhike/shared'
import { createAutoTagRound } from '../../server/src/modules/customers/auto-tags/round.ts'
import { appendCustomerEvents } from '../../server/src/modules/customers/customer-log.ts'
import { createTombstones } from '../../server/src/modules/customers/erasing/tombstones.ts'
import { createReactions, type WaitingEvent } from '../../server/src/modules/customers/log-reactions.ts'
import { createRelay } from '../../server/src/modules/customers/log-relay.ts'
import { createPhoneBox } from '../../server/src/modules/customers/phones.ts'
import { createRefresh } from '../../server/src/modules/customers/refresh-from-wecom.ts'
import { createTagMarking } from '../../server/src/modules/customers/tag-marking.ts'
import { createWecomWriting } from '../../server/src/modules/customers/wecom-writing.ts'
import { createTags } from '../../server/src/modules/customers/tags.ts'
import { autoTags, customerEvents, customers, customerScores, relations } from '../../server/src/modules/customers/tables.ts'
import { views, visitors } from '../../server/src/modules/radar/tables.ts'
import { createSigner } from '../../server/src/platform/crypto/secret-box.ts'
import { VISITOR_COOKIE } from '../../server/src/platform/http/cookies.ts'
import { type Caller, type House, openHouse } from '../run/house.ts'
import { BROWSER, createDevice, type Device } from './radar-stage.ts'

const WU = 'wuxiaoyan'
const CHEN = 'chensiyuan'
const MINUTE = 60_000
const MARK_TAG = '/cgi-bin/externalcontact/mark_tag'
const PATIENCE = { timeout: 15_000 }

let ahead = 0
let house: House
let admin: Caller
let wu: Caller
let wuId: number

interface Person { customerId: number; externalUserId: string; phone: Device }
let ann: Person
/** Two tags in WeCom, new for each test. */
let hot: { id: string; name: string }
let warm: { id: string; name: string }

const pass = (ms: number) => {
  ahead += ms
  house.sandbox.control.shiftClock(ms)
}
const act = (action: Record<string, unknown> & { action: string }) => house.sandbox.control.act({ corpid: house.wecomCorpId, ...action } as Parameters<typeof house.sandbox.control.act>[0])
const wecom = () => {
  const corp = house.sandbox.control.sandbox.corps.get(house.wecomCorpId)
  if (!corp) throw new Error('WeCom has no such corp')
  return corp
}
const failing = (...api: { errcode?: number; dropConnection?: 'before' | 'after'; times?: number }[]) => house.sandbox.control.setFaults({ api: api.map((fault) => ({ path: MARK_TAG, ...fault })) })

beforeAll(async () => {
  house = await openHouse({ synced: true, clock: { now: () => Date.now() + ahead } })
  admin = await house.signIn('linzhixia')
  wu = await house.signIn(WU)
  wuId = (await house.modules.identity.ensureStaff(house.corpId, WU)).staffId
}, 120_000)
afterAll(() => house.close())
beforeEach(async () => {
  house.sandbox.control.setFaults({})
  ann = await friend(WU, '林间小路')
  const groupId = wecom().liveTagGroups()[0]?.id
  const names = [`高意向${randomUUID().slice(0, 6)}`, `待跟进${randomUUID().slice(0, 6)}`]
  const ids = act({ action: 'tag_create', groupId, names }).tagIds ?? []
  for (const id of ids) await tagTold('create', id)
  hot = { id: ids[0] ?? '', name: names[0] ?? '' }
  warm = { id: ids[1] ?? '', name: names[1] ?? '' }
})

const told = () => ({ toUserName: house.wecomCorpId, fromUserName: 'sys', createTime: house.sandbox.control.sandbox.clock.seconds() * 1000, agentId: null })
const tagTold = (change: 'create' | 'delete', id: string) => house.modules.customers.events.tag_changed({ ...told(), kind: 'tag_changed', change, tagType: 'tag', id, strategyId: null }, context())
const context = () => ({ corpId: house.corpId, callbackId: 1 })
/** A new friend of a member, with a phone of her own, of which WeChat has said that it is hers. */
async function friend(userid: string, name: string): Promise<Person> {
  const externalUserId = act({ action: 'customer_adds', userid, name }).personId ?? ''
  await alsoFriendOf(userid, externalUserId)
  const customer = await house.modules.customers.customerByExternal(house.corpId, externalUserId)
  const customerId = customer?.customerId ?? 0
  const visitorId = randomUUID().slice(0, 16)
  await house.platform.db.insert(visitors).values({ corpId: house.corpId, visitorId, externalUserId, customerId, knownBy: 'wechat', createdAt: house.platform.clock.now() })
  const phone = createDevice(house.app, BROWSER)
  phone.cookies.set(VISITOR_COOKIE, createSigner(house.platform.config.appKey, 'visitor').sign(`v1|${visitorId}|0|0|0|0|0`))
  return { customerId, externalUserId, phone }
}
async function alsoFriendOf(userId: string, externalUserId: string): Promise<void> {
  if (!wecom().follow(userId, externalUserId)) act({ action: 'customer_adds', userid: userId, personId: externalUserId })
  await house.modules.customers.events.customer_added({ ...told(), kind: 'customer_added', state: null, welcomeCode: null, userId, externalUserId }, context())
}
/** An article of the corp's library that gives points and tags; so much later that it is not taken for the one before, sent twice (GEN-8). */
async function article(score: number, tagIds: readonly string[], title = '春季价目表'): Promise<number> {
  pass(MINUTE + 1000)
  const { groups: [group] } = await admin.call('GET /api/material-groups')
  const form = { type: 'article' as const, title, summary: '', groupId: group?.groupId ?? 0, score, tagIds: [...tagIds], body: `<p>推拉窗每平方 680 元 ${randomUUID()}</p>`, source: null, coverFileId: null }
  return (await admin.call('POST /api/materials', { body: form })).materialId
}
/** The tracked link that a member sent to a customer. */
async function sent(by: Caller, materialId: number, to: Person): Promise<string> {
  const { shareId, message } = await by.call('POST /api/shares', { body: { materialId, chat: { kind: 'customer', externalUserId: to.externalUserId }, requestId: randomUUID() } })
  await by.call('PUT /api/shares/:shareId/outcome', { params: { shareId }, body: { state: 'sent' } })
  if (!('news' in message)) throw new Error('it is no link')
  return new URL(message.news.link).pathname
}
/** Somebody reads for some seconds and leaves; waits until the radar has told the customer log. */
async function reads(phone: Device, link: string): Promise<void> {
  const finished = async () => (await house.platform.db.select({ id: views.id }).from(views).where(eq(views.announced, 2))).length
  const before = await finished()
  const page = await phone.open(link)
  expect(page.body).toContain('推拉窗')
  expect(await page.beat({ ms: 0 })).toBe(204)
  pass(4000)
  expect(await page.beat({ ms: 3500, left: 1 })).toBe(204)
  await expect.poll(finished, PATIENCE).toBe(before + 1)
}
/** Everything has been handed on, and nothing is due or in hand. */
async function settled(): Promise<void> {
  const { db } = house.platform
  await expect.poll(async () => (await db.select({ id: customerEvents.id }).from(customerEvents).where(ne(customerEvents.relayed, 1))).length, PATIENCE).toBe(0)
  await expect.poll(async () => (await db.select().from(autoTags).where(eq(autoTags.state, 'waiting'))).filter((row) => row.dueAt <= house.platform.clock.now() || row.unsure === 1).length, PATIENCE).toBe(0)
}
const opens = async (phone: Device, link: string) => {
  await reads(phone, link)
  await settled()
}
const rowsOf = (person: Person) => house.platform.db.select().from(autoTags).where(eq(autoTags.customerId, person.customerId)).orderBy(asc(autoTags.id))
const statesOf = async (person: Person) => (await rowsOf(person)).map((row) => row.state)
const scoreOf = async (person: Person) => (await house.platform.db.select().from(customers).where(eq(customers.id, person.customerId)))[0]?.score
const inWecom = (person: Person, userid = WU) => wecom().follow(userid, person.externalUserId)?.tags
const profileOf = (person: Person, by = wu) => by.call('GET /api/customers/:customerId', { params: { customerId: person.customerId } })
const timelineOf = async (person: Person) => (await admin.call('GET /api/customers/:customerId/timeline', { params: { customerId: person.customerId } })).items

describe('when a customer opens a material', () => {
  it('its tags are set on her in WeCom and here, its score is added, and the timeline says so · MAT-9, MAT-18', async () => {
    const materialId = await article(30, [hot.id])
    await opens(ann.phone, await sent(wu, materialId, ann))
    expect(inWecom(ann)).toEqual([hot.id])
    const profile = await profileOf(ann)
    expect(profile).toMatchObject({ score: 30, stars: 2, own: { tags: [{ tagId: hot.id, name: hot.name, kind: 'wecom' }] } })
    const [tagged, opened] = await timelineOf(ann)
    expect(tagged).toMatchObject({ kind: 'tags_changed', title: `看了《春季价目表》，自动打上「${hot.name}」`, materialId, staff: { userid: WU } })
    expect(opened).toMatchObject({ kind: 'material_opened', title: '打开了《春季价目表》', detail: '读了3秒 · +30 分' })
    const { items } = await admin.call('GET /api/audit', { query: { action: 'customer.tags_changed' } })
    expect(items).toEqual([])
  })

  it('the score comes once a day of the corp’s zone, the tags once for ever · MAT-9, MAT-18', async () => {
    const materialId = await article(3, [hot.id])
    // Two minutes before midnight where the corp is, which is no midnight of UTC.
    const now = house.platform.clock.now()
    pass(dayStart(now, DEFAULT_ZONE) + 24 * 60 * MINUTE - 2 * MINUTE - now)
    ;[wu, admin] = [await house.signIn(WU), await house.signIn('linzhixia')]
    const link = await sent(wu, materialId, ann)
    await opens(ann.phone, link)
    await opens(ann.phone, link)
    expect(await scoreOf(ann)).toBe(3)
    pass(3 * MINUTE)
    await opens(ann.phone, link)
    expect(await scoreOf(ann)).toBe(6)
    expect((await house.platform.db.select().from(customerScores).where(eq(customerScores.customerId, ann.customerId))).map((row) => row.points)).toEqual([3, 3])
    expect(await statesOf(ann)).toEqual(['done'])
    const openings = (await timelineOf(ann)).filter((row) => row.kind === 'material_opened')
    expect(openings.map((row) => row.detail)).toEqual(['读了3秒 · +3 分', '读了3秒', '读了3秒 · +3 分'])
  })

  it('a tag that somebody took away by hand is not set again · MAT-18', async () => {
    const link = await sent(wu, await article(0, [hot.id, warm.id]), ann)
    await opens(ann.phone, link)
    expect(inWecom(ann)?.toSorted()).toEqual([hot.id, warm.id].toSorted())
    await wu.call('PUT /api/customers/:customerId/tags', { params: { customerId: ann.customerId }, body: { remove: [hot.id] } })
    await opens(ann.phone, link)
    expect(inWecom(ann)).toEqual([warm.id])
    expect(await statesOf(ann)).toEqual(['done', 'done'])
  })

  it('the sender’s screen hears of it once everything is written · GEN-9', async () => {
    const link = await sent(wu, await article(5, []), ann)
    await settled()
    const scores: (number | undefined)[] = []
    const end = house.platform.live.subscribe(house.corpId, ({ event }) => {
      if (event.kind === 'customer' && event.customerId === ann.customerId) void scoreOf(ann).then((score) => scores.push(score))
    })
    await opens(ann.phone, link)
    await expect.poll(() => scores.at(-1)).toBe(5)
    end()
  })
})

describe('who gets them', () => {
  it('the customer who reads what was passed on to her, and never the one it was sent to; on the friendship that she has · MAT-19', async () => {
    const chen = await house.signIn(CHEN)
    const ben = await friend(CHEN, '转来的读者')
    await opens(ben.phone, await sent(chen, await article(0, [], '认识一下'), ben))
    const link = await sent(wu, await article(20, [hot.id]), ann)
    await opens(ann.phone, link)
    const before = { score: await scoreOf(ann), tags: inWecom(ann) }
    await opens(ben.phone, link)
    expect({ score: await scoreOf(ann), tags: inWecom(ann) }).toEqual(before)
    expect(await scoreOf(ben)).toBe(20)
    expect(inWecom(ben, CHEN)).toEqual([hot.id])
    expect((await timelineOf(ben))[0]).toMatchObject({ title: `看了《春季价目表》，自动打上「${hot.name}」`, staff: { userid: CHEN } })
  })

  it('nobody for unknown readers, previews inside the company, and what was found out too late · MAT-12, MAT-18', async () => {
    const materialId = await article(20, [hot.id])
    const link = await sent(wu, materialId, ann)
    await opens(ann.phone, link)
    const rows = await house.platform.db.select().from(autoTags)
    const scores = await house.platform.db.select().from(customerScores)
    await opens(createDevice(house.app, BROWSER), link)
    const { url } = await admin.call('GET /api/materials/:materialId/preview-link', { params: { materialId } })
    expect((await createDevice(house.app, BROWSER).get(new URL(url).pathname)).body).toContain('推拉窗')
    const ben = await friend(WU, '很久以前')
    const opened = { corpId: house.corpId, customerId: ben.customerId, staffId: wuId, kind: 'material_opened' as const, data: { materialId, title: '' }, at: house.platform.clock.now() }
    await appendCustomerEvents(house.platform.db, [{ ...opened, subject: 'view:old', old: true }])
    await settled()
    expect(await house.platform.db.select().from(autoTags)).toEqual(rows)
    expect(await house.platform.db.select().from(customerScores)).toEqual(scores)
  })

  it('a customer with the tag already keeps it, and later taking it away holds · MAT-18', async () => {
    await wu.call('PUT /api/customers/:customerId/tags', { params: { customerId: ann.customerId }, body: { add: [hot.id] } })
    const link = await sent(wu, await article(0, [hot.id]), ann)
    await opens(ann.phone, link)
    expect((await rowsOf(ann)).map((row) => [row.state, row.error])).toEqual([['skipped', '客户已有这个标签']])
    await wu.call('PUT /api/customers/:customerId/tags', { params: { customerId: ann.customerId }, body: { remove: [hot.id] } })
    await opens(ann.phone, link)
    expect(inWecom(ann)).toEqual([])
  })
})

describe('when WeCom does not do it', () => {
  it('reading goes on, and the tags come when WeCom is back · MAT-18', async () => {
    failing({ errcode: -1 })
    const link = await sent(wu, await article(7, [hot.id]), ann)
    await reads(ann.phone, link)
    await expect.poll(async () => (await rowsOf(ann)).map((row) => [row.state, row.error]), PATIENCE).toEqual([['waiting', '企业微信系统繁忙。']])
    expect(await scoreOf(ann)).toBe(7)
    failing()
    pass(MINUTE)
    await expect.poll(() => inWecom(ann), PATIENCE).toEqual([hot.id])
    await expect.poll(() => statesOf(ann), PATIENCE).toEqual(['done'])
  })

  it('it is given up after three days, with the reason · MAT-18', async () => {
    failing({ errcode: 60020 })
    await waiting(ann, [hot.id], { createdAt: house.platform.clock.now() - 3 * 24 * 60 * MINUTE })
    await settled()
    expect(await rowsOf(ann)).toMatchObject([{ state: 'failed', error: expect.stringMatching(/^三天内没有打上：/) as string }])
  })

  it('a friendship that has ended is no longer used: another friend’s is, and without any it is said why; opened again, it is tried again · MAT-18', async () => {
    await alsoFriendOf(CHEN, ann.externalUserId)
    // WeCom has ended it, and its callback has not come yet.
    act({ action: 'staff_deletes', userid: WU, personId: ann.externalUserId })
    await waiting(ann, [hot.id])
    await settled()
    expect(inWecom(ann, CHEN)).toEqual([hot.id])
    expect(await statesOf(ann)).toEqual(['done'])

    const ben = await friend(WU, '走了又来')
    const link = await sent(wu, await article(0, [warm.id]), ben)
    act({ action: 'staff_deletes', userid: WU, personId: ben.externalUserId })
    await opens(ben.phone, link)
    expect(await rowsOf(ben)).toMatchObject([{ state: 'failed', error: expect.stringContaining('好友') as string }])
    await alsoFriendOf(WU, ben.externalUserId)
    await opens(ben.phone, link)
    expect(inWecom(ben)).toEqual([warm.id])
    expect(await statesOf(ben)).toEqual(['done'])
  })

  it('a tag deleted meanwhile is left out, in WeCom alone or here as well; the others are set · MAT-18', async () => {
    const gone = act({ action: 'tag_create', groupId: wecom().liveTagGroups()[0]?.id, names: [`没了${randomUUID().slice(0, 6)}`] }).tagIds?.[0] ?? ''
    await tagTold('create', gone)
    const link = await sent(wu, await article(0, [hot.id, warm.id, gone]), ann)
    // Our list of tags still has `warm`, which WeCom has no longer; that `gone` is gone has come here.
    act({ action: 'tag_delete', id: warm.id })
    act({ action: 'tag_delete', id: gone })
    await tagTold('delete', gone)
    await opens(ann.phone, link)
    expect(inWecom(ann)).toEqual([hot.id])
    const rows = await rowsOf(ann)
    expect(new Map(rows.map((row) => [row.tagId, [row.state, row.error]]))).toEqual(new Map([
      [hot.id, ['done', null]], [warm.id, ['skipped', '标签已在企业微信中删除']], [gone, ['skipped', '标签已在企业微信中删除']],
    ]))
  })

  it('what had no answer is read from WeCom, and told with its reason · MAT-18', async () => {
    failing({ dropConnection: 'after', times: 3 })
    await opens(ann.phone, await sent(wu, await article(0, [hot.id]), ann))
    await expect.poll(() => statesOf(ann), PATIENCE).toEqual(['done'])
    const tagged = (await timelineOf(ann)).filter((row) => row.kind === 'tags_changed')
    expect(tagged.map((row) => row.title)).toEqual([`看了《春季价目表》，自动打上「${hot.name}」`])
    expect((await profileOf(ann)).own?.tags.map((tag) => tag.tagId)).toEqual([hot.id])
  })

  it('what a process left behind in the middle is taken over after a while, and WeCom is asked first · MAT-18', async () => {
    const ben = await friend(WU, '没写完的')
    const now = house.platform.clock.now()
    await waiting(ann, [hot.id], { unsure: 1, attempts: 1, dueAt: now + 2 * MINUTE })
    await waiting(ben, [hot.id], { unsure: 1, attempts: 1, dueAt: now + 2 * MINUTE })
    // Ann's tag had come to WeCom, Ben's had not.
    act({ action: 'staff_edits', userid: WU, personId: ann.externalUserId, addTags: [hot.id] })
    await round()
    expect([await statesOf(ann), await statesOf(ben)]).toEqual([['waiting'], ['waiting']])
    const before = await calls()
    pass(3 * MINUTE)
    await settled()
    expect(await calls()).toBe(before + 1)
    expect([await statesOf(ann), await statesOf(ben)]).toEqual([['done'], ['done']])
    expect([inWecom(ann), inWecom(ben)]).toEqual([[hot.id], [hot.id]])
    const tagged = [...await timelineOf(ann), ...await timelineOf(ben)].filter((row) => row.kind === 'tags_changed')
    expect(tagged.map((row) => row.title)).toEqual([`看了《价目表》，自动打上「${hot.name}」`, `看了《价目表》，自动打上「${hot.name}」`])
  })
})

/** Tags that are to be set, without anybody opening anything. */
async function waiting(person: Person, tagIds: readonly string[], as: Partial<typeof autoTags.$inferInsert> = {}): Promise<void> {
  const now = house.platform.clock.now()
  const row = { corpId: house.corpId, customerId: person.customerId, source: 'material:7' as const, title: '价目表', staffId: wuId, state: 'waiting' as const, dueAt: now, createdAt: now, ...as }
  await house.platform.db.insert(autoTags).values(tagIds.map((tagId) => ({ ...row, tagId })))
}
/** How often WeCom was asked to mark tags. */
const calls = async () => (await house.platform.metrics.wecomCalls.get()).values.reduce((sum, { labels, value }) => sum + (labels.api === MARK_TAG ? value : 0), 0)
const parts = () => {
  const { platform, modules: { corps, identity } } = house
  const tags = createTags(platform, { corps })
  const refresh = createRefresh(platform, { corps, identity, phones: createPhoneBox(platform.secrets), tombstones: createTombstones(platform) })
  return { corps, identity, tags, marking: createTagMarking(platform, { writing: createWecomWriting(platform, { corps, refresh }), tags, refresh }) }
}
const round = () => createAutoTagRound(house.platform, parts())()
const outbox = async (person: Person): Promise<WaitingEvent[]> => await house.platform.db.select().from(customerEvents).where(and(eq(customerEvents.customerId, person.customerId), eq(customerEvents.relayed, 0)))
const opening = (person: Person, materialId: number, subject = `view:${randomUUID()}`) => ({
  corpId: house.corpId, customerId: person.customerId, staffId: wuId, kind: 'material_opened' as const, subject, data: { materialId, title: '春季价目表' }, at: house.platform.clock.now(),
})

describe('the machinery, without the worker', () => {
  beforeAll(() => house.modules.customers.stop())

  const reactions = () => {
    const made = createReactions(house.platform, house.modules)
    made.on('material_opened', house.modules.materials.whenOpened)
    return made
  }

  it('two workers at once have one effect · MAT-18', async () => {
    const materialId = await article(4, [hot.id, warm.id])
    await appendCustomerEvents(house.platform.db, [opening(ann, materialId), opening(ann, materialId)])
    const rows = await outbox(ann)
    await Promise.all([1, 2, 3].map(() => reactions().handOver(rows)))
    expect(await scoreOf(ann)).toBe(4)
    const before = await calls()
    await Promise.all([round(), round(), round()])
    expect(await calls()).toBe(before + 1)
    expect((await rowsOf(ann)).map((row) => [row.state, row.attempts])).toEqual([['done', 1], ['done', 1]])
    const tagged = (await timelineOf(ann)).filter((row) => row.kind === 'tags_changed')
    expect(tagged).toMatchObject([{ title: '看了《春季价目表》，自动打上 2 个标签', detail: `${hot.name}、${warm.name}` }])
  })

  it('what several materials set at once is one call, and each of them is named · MAT-18', async () => {
    const [first, second] = [await article(0, [hot.id], '价目表'), await article(0, [hot.id, warm.id], '案例集')]
    await appendCustomerEvents(house.platform.db, [opening(ann, first), opening(ann, second)])
    await reactions().handOver(await outbox(ann))
    const before = await calls()
    await round()
    expect(await calls()).toBe(before + 1)
    expect(inWecom(ann)?.toSorted()).toEqual([hot.id, warm.id].toSorted())
    const tagged = (await timelineOf(ann)).filter((row) => row.kind === 'tags_changed')
    expect(tagged.map((row) => row.title).sort()).toEqual([`看了《价目表》，自动打上「${hot.name}」`, `看了《案例集》，自动打上「${warm.name}」`].sort())
  })

  it('with Redis emptied in between nothing is lost and nothing comes twice · architecture §5', async () => {
    const relay = createRelay(house.platform, reactions())
    await appendCustomerEvents(house.platform.db, [opening(ann, await article(6, [hot.id]))])
    await house.platform.redis.flushdb()
    await relay.round()
    await house.platform.redis.flushdb()
    await relay.round()
    const before = await calls()
    await round()
    await house.platform.redis.flushdb()
    await round()
    expect(await calls()).toBe(before + 1)
    expect([await scoreOf(ann), inWecom(ann), await statesOf(ann)]).toEqual([6, [hot.id], ['done']])
  })

  it('a reaction that breaks on one row is left out for that row; other rows and other reactions go on · architecture §5', async () => {
    const ben = await friend(WU, '好的那位')
    const materialId = await article(9, [])
    const seen: number[] = []
    const made = createReactions(house.platform, house.modules)
    made.on('material_opened', async (tx, corp, events) => {
      seen.push(...events.map((event) => event.customerId))
      if (events.some((event) => event.customerId === ann.customerId)) throw new Error('it breaks on her')
      await tx.update(customers).set({ position: 'reacted' }).where(and(eq(customers.corpId, corp.id), eq(customers.id, events[0]?.customerId ?? 0)))
    })
    made.on('material_opened', house.modules.materials.whenOpened)
    await appendCustomerEvents(house.platform.db, [opening(ben, materialId), opening(ann, materialId)])
    await made.handOver([...await outbox(ben), ...await outbox(ann)])
    expect([await scoreOf(ben), await scoreOf(ann)]).toEqual([9, 9])
    expect((await house.platform.db.select().from(customers).where(eq(customers.position, 'reacted'))).map((row) => row.id)).toEqual([ben.customerId])
    expect([await outbox(ben), await outbox(ann)]).toEqual([[], []])
    expect(seen).toContain(ann.customerId)
    expect(await house.platform.metrics.registry.getSingleMetricAsString('zhike_reactions_total')).toContain('zhike_reactions_total{kind="material_opened",outcome="skipped"} 1')
  })

  it('a customer whose data was deleted is left alone, and nothing of it stays behind · SYS-17', async () => {
    const { db } = house.platform
    const materialId = await article(8, [hot.id])
    await appendCustomerEvents(db, [opening(ann, materialId)])
    await reactions().handOver(await outbox(ann))
    expect([await scoreOf(ann), await statesOf(ann)]).toEqual([8, ['waiting']])
    await appendCustomerEvents(db, [opening(ann, materialId), opening(ann, await article(2, [warm.id]))])
    const late = await outbox(ann)
    await admin.call('DELETE /api/customers/:customerId/data', { params: { customerId: ann.customerId }, body: { name: '林间小路' } })
    await Promise.all([reactions().handOver(late), round()])
    expect(await outbox(ann)).toEqual([])
    expect(await rowsOf(ann)).toEqual([])
    expect(await db.select().from(customerScores).where(eq(customerScores.customerId, ann.customerId))).toEqual([])
    expect(await db.select().from(relations).where(eq(relations.customerId, ann.customerId))).toEqual([])
    expect(inWecom(ann)).toEqual([])

    // Also when it is deleted at the very moment.
    const ben = await friend(WU, '同时删除的')
    await appendCustomerEvents(db, [opening(ben, materialId)])
    const events = await outbox(ben)
    await Promise.all([
      admin.call('DELETE /api/customers/:customerId/data', { params: { customerId: ben.customerId }, body: { name: '同时删除的' } }), reactions().handOver(events).then(() => round()),
    ])
    expect(await rowsOf(ben)).toEqual([])
    expect(await db.select().from(customerScores).where(eq(customerScores.customerId, ben.customerId))).toEqual([])
    expect(await db.select().from(customers).where(eq(customers.id, ben.customerId))).toEqual([])
  })

  it('the same events do nothing to another corp’s customers · SYS-1', async () => {
    const other = await house.modules.corps.add({ wecomCorpId: 'wwforeign000000002', name: '另一家企业', adminUserids: ['boss'] })
    const materialId = await article(8, [hot.id])
    await appendCustomerEvents(house.platform.db, [{ ...opening(ann, materialId), corpId: other.id }])
    await reactions().handOver(await outbox(ann))
    expect([await scoreOf(ann), await statesOf(ann)]).toEqual([0, []])
  })
})
