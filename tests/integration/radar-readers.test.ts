// Who reads: today's readers, hot customers, the readers of a material found by filters, and who was told of them.
import type { AnswerOf } from '@zhike/shared/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { chatOf, createReading, organise, type Person } from './radar-reading.ts'
import { openStage, type Stage } from './radar-stage.ts'

const DAY_MS = 86_400_000

let stage: Stage
let reading: ReturnType<typeof createReading>
let admin: Person
let li: Person
let wu: Person
let chen: Person
let material: number
let material2: number

/** Everybody signs in once more: sessions end with time. */
async function signIn(): Promise<void> {
  admin = await stage.person('linzhixia')
  li = await stage.person('lijing')
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
}
beforeAll(async () => {
  // 2026-03-04 09:00 in Shanghai.
  stage = await openStage({ now: Date.UTC(2026, 2, 4, 1, 0) })
  reading = createReading(stage)
  await signIn()
  await organise(stage, stage.corp.id, [{ id: 1, under: null, name: '小树苗母婴', members: [admin] }, { id: 2, under: 1, name: '华东', members: [li, wu, chen], leaders: [li] }])
})
afterAll(() => stage.close())
/** Each test on a day of its own. */
beforeEach(async () => {
  const now = stage.clock.now()
  stage.clock.pass(DAY_MS - ((now - Date.UTC(2026, 2, 4, 1, 0)) % DAY_MS))
  await signIn()
  material = await stage.pdf('2026 春季价目表')
  material2 = await stage.pdf('新品画册')
})

const ask = async <T>(who: Person, url: string): Promise<T> => {
  const answer = await who.ask('GET', url)
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${answer.body}`)
  return answer.json<T>()
}
type Readers = AnswerOf<'GET /api/radar/readers'>
const readers = (who: Person, query = '') => ask<Readers>(who, `/api/radar/readers?${query}`)
const hot = async (who: Person) => (await ask<AnswerOf<'GET /api/radar/hot-customers'>>(who, '/api/radar/hot-customers')).items
const found = (who: Person, query: string) => ask<AnswerOf<'GET /api/radar/views'>>(who, `/api/radar/views?materialId=${material}&${query}`)
const names = (list: { items: { readerName: string }[] }) => list.items.map((item) => item.readerName)
const namesOf = ({ items }: Readers) => items.map((item) => item.view.readerName)

describe('readers of today', () => {
  it('are each there once, the latest first: a customer on all her devices, a stranger by device · MAT-22', async () => {
    const [mother, aunt] = [await stage.customer('沐沐妈', [wu.staffId]), await stage.customer('果果妈', [wu.staffId])]
    const toMother = await stage.send(wu, material, chatOf(mother))
    const [phone, tablet] = [stage.device(), stage.device()]
    await reading.read(phone, toMother.link, 10_000)
    await reading.read(tablet, (await stage.send(wu, material2, chatOf(mother))).link, 20_000)
    await reading.read(stage.device(), (await stage.send(wu, material, chatOf(aunt))).link, 5000)
    const stranger = stage.device()
    await reading.read(stranger, toMother.link, 1000)
    await reading.read(stranger, toMother.link, 2000)
    await reading.read(stage.device(), toMother.link, 3000)
    await reading.read(phone, toMother.link, 4000)
    const list = await readers(wu)
    expect(list.items.map(({ view, opens, visibleMs, materials }) => [view.readerName, opens, visibleMs, materials])).toEqual([
      ['沐沐妈', 3, 34_000, 2], ['「沐沐妈」的朋友', 1, 3000, 1], ['「沐沐妈」的朋友', 2, 3000, 1], ['果果妈', 1, 5000, 1],
    ])
    expect(list.items[0]?.view).toMatchObject({ visibleMs: 4000, openNumber: 2, material: { title: '2026 春季价目表' } })
    stage.clock.pass(3000)
    expect((await ask<AnswerOf<'GET /api/radar/today'>>(wu, '/api/radar/today')).figures).toMatchObject({ opens: 7, readers: 4 })
    expect((await readers(chen)).items).toEqual([])
    expect(namesOf(await readers(li))).toHaveLength(4)
    stage.clock.pass(DAY_MS)
    await signIn()
    expect((await readers(wu)).items).toEqual([])
  })

  it('a device is one reader before and after it is known whose it is · MAT-15', async () => {
    const mother = await stage.customer('安安妈', [wu.staffId])
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [])
    const phone = stage.device()
    await reading.read(phone, (await stage.send(wu, material, { kind: 'group', chatId })).link, 1000)
    expect(namesOf(await readers(wu))).toEqual(['未识别的读者'])
    await reading.read(phone, (await stage.send(wu, material, chatOf(mother))).link, 2000)
    expect(namesOf(await readers(wu))).toEqual(['安安妈'])
    stage.clock.pass(3000)
    expect((await ask<AnswerOf<'GET /api/radar/today'>>(wu, '/api/radar/today')).figures).toMatchObject({ opens: 2, readers: 1 })
  })

  it('are turned page by page without gaps and doubles, though people go on reading · GEN-1', async () => {
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [])
    const { link } = await stage.send(wu, material, { kind: 'group', chatId })
    const devices = Array.from({ length: 9 }, () => stage.device())
    for (const device of devices) await reading.read(device, link, 1000)
    const expected = (await readers(wu)).items.map((item) => item.view.viewId)
    expect(expected).toHaveLength(9)
    const seen: number[] = []
    let after: string | null = ''
    for (let page = 0; after !== null; page++) {
      const list: Readers = await readers(wu, `limit=2${after ? `&after=${encodeURIComponent(after)}` : ''}`)
      seen.push(...list.items.map((item) => item.view.viewId))
      after = list.next
      // The first, a middle and the last reader come again, and somebody new.
      const again = devices[page === 0 ? 0 : page === 1 ? 5 : 8]
      for (const device of [again, stage.device()]) if (device) await reading.read(device, link, 1000)
    }
    expect(seen).toEqual(expected)
    expect((await readers(wu)).items).toHaveLength(14)
  })
})

describe('hot customers', () => {
  it('come by what they opened and read, and halve in three days', async () => {
    const [much, little] = [await stage.customer('读得多', [wu.staffId]), await stage.customer('读得少', [wu.staffId])]
    const phone = stage.device()
    const { link } = await stage.send(wu, material, chatOf(much))
    await reading.read(phone, link, 180_000)
    await reading.read(phone, link, 120_000)
    await reading.read(stage.device(), (await stage.send(wu, material2, chatOf(little))).link, 60_000)
    const [first, second] = await hot(wu)
    expect(first).toMatchObject({ customer: { name: '读得多' }, staff: { userid: 'wuxiaoyan' }, heat: 7, opens: 2, visibleMs: 300_000, lastTitle: '2026 春季价目表' })
    expect(second).toMatchObject({ customer: { name: '读得少' }, heat: 2, opens: 1, lastTitle: '新品画册' })
    expect((await hot(chen)).some((row) => row.customer.customerId === much.customerId)).toBe(false)
    stage.clock.pass(3 * DAY_MS)
    await signIn()
    expect((await hot(wu)).slice(0, 2).map((row) => row.heat)).toEqual([3.5, 1])
    stage.clock.pass(5 * DAY_MS)
    await signIn()
    expect((await hot(wu))[0]).toMatchObject({ customer: { name: '读得多' }, opens: 0, visibleMs: 0, lastTitle: null })
  })

  it("somebody else's customer, to whom a link was passed on, is hot for her friend and never shown to the sender · MAT-19", async () => {
    const [addressee, hers] = [await stage.customer('林间小路', [wu.staffId]), await stage.customer('陈的客户', [chen.staffId])]
    const phone = stage.device()
    await reading.read(phone, (await stage.send(chen, material2, chatOf(hers))).link, 60_000)
    const { link } = await stage.send(wu, material, chatOf(addressee))
    await reading.read(stage.device(), link, 60_000)
    await reading.read(phone, link, 120_000)
    expect(names(await found(wu, 'limit=1'))).toEqual(['「林间小路」的朋友'])
    expect((await hot(wu)).map((row) => row.customer.name)).not.toContain('陈的客户')
    expect((await hot(chen))[0]).toMatchObject({ customer: { name: '陈的客户' }, staff: { userid: 'chensiyuan' }, heat: 5, opens: 2, visibleMs: 180_000, lastTitle: '2026 春季价目表' })
  })

  it('a customer of two members is added up for whoever sees both, and gone once her data is deleted · SYS-17', async () => {
    const both = await stage.customer('两人的客户', [wu.staffId, chen.staffId])
    const phone = stage.device()
    await reading.read(phone, (await stage.send(wu, material, chatOf(both))).link, 60_000)
    await reading.read(phone, (await stage.send(chen, material2, chatOf(both))).link, 180_000)
    const heatFor = async (who: Person) => (await hot(who)).find((row) => row.customer.customerId === both.customerId)
    expect([(await heatFor(wu))?.heat, (await heatFor(chen))?.heat, (await heatFor(li))?.heat]).toEqual([2, 4, 6])
    expect(await heatFor(li)).toMatchObject({ staff: { userid: 'chensiyuan' }, opens: 2, visibleMs: 240_000 })
    await stage.radar.forgetCustomer({ corpId: stage.corp.id, customerId: both.customerId, externalUserId: both.externalUserId, unionId: null })
    expect([await heatFor(wu), await heatFor(li), await heatFor(admin)]).toEqual([undefined, undefined, undefined])
  })
})

describe('the readers of a material are found · MAT-22', () => {
  const remark = (customerId: number, staffId: number, text: string) => stage.rows('UPDATE customer_relations SET remark = ? WHERE customer_id = ? AND staff_id = ?', [text, customerId, staffId])

  it('by name, by a remark within the scope, by when, by who was told: all of it together', async () => {
    const [one, other] = [await stage.customer('王小树', [wu.staffId]), await stage.customer('李沐沐', [chen.staffId])]
    await remark(one.customerId, wu.staffId, '浦东金桥')
    const early = stage.clock.now()
    await reading.read(stage.device(), (await stage.send(wu, material, chatOf(one))).link, 1000)
    stage.clock.pass(3_600_000)
    const late = stage.clock.now()
    await reading.read(stage.device(), (await stage.send(chen, material, chatOf(other))).link, 1000)
    const who = async (query: string) => names(await found(admin, query)).sort()
    expect(await who('')).toEqual(['李沐沐', '王小树'])
    expect(await who(`q=${encodeURIComponent('王小')}`)).toEqual(['王小树'])
    expect(await who(`q=${encodeURIComponent('浦东')}`)).toEqual(['王小树'])
    expect(await who(`q=${encodeURIComponent('%')}`)).toEqual([])
    expect(await who(`q=${encodeURIComponent('查无此人')}`)).toEqual([])
    expect(await who(`from=${early}&to=${late}`)).toEqual(['王小树'])
    expect(await who(`from=${late}`)).toEqual(['李沐沐'])
    expect(await who(`staffId=${chen.staffId}`)).toEqual(['李沐沐'])
    expect(await who(`staffId=${chen.staffId}&q=${encodeURIComponent('王')}`)).toEqual([])
    expect(await found(admin, `staffId=${wu.staffId}&q=${encodeURIComponent('王')}&from=${early}&skip=0`)).toMatchObject({ items: [{ readerName: '王小树' }], total: 1 })
    // A few owners' customers are found by any part of the name, their remarks only by those who may read them.
    expect(names(await found(wu, `q=${encodeURIComponent('小树')}`))).toEqual(['王小树'])
    expect(names(await found(wu, `q=${encodeURIComponent('金桥')}`))).toEqual(['王小树'])
    await stage.rows('UPDATE customer_relations SET staff_id = ? WHERE customer_id = ?', [chen.staffId, one.customerId])
    expect(names(await found(wu, `q=${encodeURIComponent('金桥')}`))).toEqual([])
    expect(names(await found(wu, `q=${encodeURIComponent('小树')}`))).toEqual(['王小树'])
  })

  it('by the owner who was told as well, page by page without gaps and doubles', async () => {
    const hers = await stage.customer('移交的客户', [wu.staffId])
    const { link } = await stage.send(wu, material, chatOf(hers))
    await stage.rows('UPDATE customer_relations SET staff_id = ? WHERE customer_id = ?', [chen.staffId, hers.customerId])
    const own = await stage.customer('自己的客户', [chen.staffId])
    const sent = await stage.send(chen, material, chatOf(own))
    const [phone, other] = [stage.device(), stage.device()]
    for (let i = 0; i < 4; i++) {
      await reading.read(phone, link, 1000)
      await reading.read(other, sent.link, 1000)
    }
    const all = (await found(admin, `staffId=${chen.staffId}&skip=0`))
    expect([names(all), all.total]).toEqual([Array.from({ length: 4 }, () => ['自己的客户', '移交的客户']).flat(), 8])
    const ids = all.items.map((item) => item.viewId)
    const first = await found(admin, `staffId=${chen.staffId}&limit=3`)
    const second = await found(admin, `staffId=${chen.staffId}&limit=5&after=${encodeURIComponent(first.next ?? '')}`)
    expect([...first.items, ...second.items].map((item) => item.viewId)).toEqual(ids)
    expect((await found(admin, `staffId=${chen.staffId}&limit=3&skip=3`)).items.map((item) => item.viewId)).toEqual(ids.slice(3, 6))
    expect((await found(admin, `staffId=${wu.staffId}`)).items).toHaveLength(4)
    // Of a colleague's links the owner sees nothing here: her scope is her own links.
    expect(names(await found(chen, `staffId=${chen.staffId}`))).toEqual(Array.from({ length: 4 }, () => '自己的客户'))
  })

  it('and nobody finds a customer by a name she may not know · MAT-19', async () => {
    const [addressee, stranger] = [await stage.customer('林间小路', [wu.staffId]), await stage.customer('独特的名字', [chen.staffId])]
    await remark(stranger.customerId, chen.staffId, '独特的备注')
    const phone = stage.device()
    await reading.read(phone, (await stage.send(chen, material2, chatOf(stranger))).link, 1000)
    const { link } = await stage.send(wu, material, chatOf(addressee))
    await reading.read(stage.device(), link, 1000)
    await reading.read(phone, link, 1000)
    for (const q of ['独特', '独特的名字', '独特的备注']) expect((await found(wu, `q=${encodeURIComponent(q)}&skip=0`))).toMatchObject({ items: [], total: 0 })
    expect(names(await found(wu, ''))).toEqual(['「林间小路」的朋友', '林间小路'])
    expect(names(await found(li, `q=${encodeURIComponent('独特')}`))).toEqual(['独特的名字'])
  })

  it('with who was told of each, and when', async () => {
    const hers = await stage.customer('有新归属人', [wu.staffId])
    const { link } = await stage.send(wu, material, chatOf(hers))
    await stage.rows('UPDATE customer_relations SET staff_id = ? WHERE customer_id = ?', [chen.staffId, hers.customerId])
    await reading.read(stage.device(), link, 1000)
    const told = async () => (await found(admin, '')).items[0]?.told
    expect(await told()).toMatchObject([{ staff: { userid: 'wuxiaoyan' }, at: null }, { staff: { userid: 'chensiyuan' }, at: null }])
    const before = stage.clock.now()
    await stage.notices.work()
    await vi.waitFor(async () => expect((await told())?.every(({ at }) => at !== null && at >= before && at <= stage.clock.now())).toBe(true), { timeout: 8000 })
    await stage.notices.stop()
  })
})
