// Figures by day: trends, rankings, staff and departments compared, one material; within the data scope, and never counted twice.
import type { AnswerOf } from '@zhike/shared/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { materialGroupDepartments, materialGroups, materials } from '../../server/src/modules/materials/tables.ts'
import { chatOf, createReading, organise, type Person } from './radar-reading.ts'
import { openStage, type Stage } from './radar-stage.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** 2026-03-04 20:00 in Shanghai. */
const EVENING = Date.UTC(2026, 2, 4, 12, 0)

let stage: Stage
let reading: ReturnType<typeof createReading>
let admin: Person
let li: Person
let wu: Person
let chen: Person
let zhao: Person
let customer: Awaited<ReturnType<Stage['customer']>>

beforeAll(async () => {
  stage = await openStage({ now: EVENING })
  reading = createReading(stage)
  admin = await stage.person('linzhixia')
  li = await stage.person('lijing')
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
  zhao = await stage.person('zhaoyi')
  // Wu is in two stores of the region that Li leads; Zhao is in another region.
  await organise(stage, stage.corp.id, [
    { id: 1, under: null, name: '小树苗母婴', members: [admin] }, { id: 2, under: 1, name: '华东', members: [li], leaders: [li] },
    { id: 3, under: 2, name: '浦东店', members: [wu] }, { id: 4, under: 2, name: '徐汇店', members: [wu, chen] }, { id: 5, under: 1, name: '华北', members: [zhao] },
  ])
  customer = await stage.customer('林间小路', [wu.staffId])
})
afterAll(() => stage.close())

const ask = async <T>(who: Person, url: string): Promise<T> => {
  const answer = await who.ask('GET', url)
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${answer.body}`)
  return answer.json<T>()
}
const trend = (who: Person, days = 7) => ask<AnswerOf<'GET /api/radar/trend'>>(who, `/api/radar/trend?days=${days}`)
const rankedMaterials = (who: Person, query = '') => ask<AnswerOf<'GET /api/radar/ranking/materials'>>(who, `/api/radar/ranking/materials?limit=100&${query}`)
const rankedStaff = (who: Person, query = '') => ask<AnswerOf<'GET /api/radar/ranking/staff'>>(who, `/api/radar/ranking/staff?limit=100&${query}`)
const rankedDepartments = (who: Person, query = '') => ask<AnswerOf<'GET /api/radar/ranking/departments'>>(who, `/api/radar/ranking/departments?${query}`)
const figures = (who: Person, materialId: number) => ask<AnswerOf<'GET /api/radar/materials/:materialId/figures'>>(who, `/api/radar/materials/${materialId}/figures`)
/** A link of earlier days, read for so many milliseconds each time, right after it was sent. */
const past = (by: Person, materialId: number, at: number, ...readings: number[]) => stage.radar.importHistory(stage.corp.id, [{
  materialId, staffId: by.staffId, to: { customerId: customer.customerId }, sentAt: at,
  views: readings.map((visibleMs, n) => ({ openedAt: at + n, visibleMs, pageMs: [visibleMs], reader: 'customer' as const, customerId: customer.customerId, pages: 8 })),
}])
const of = (id: number) => (row: { material: { materialId: number } }) => row.material.materialId === id

describe('days of the corp · GEN-11', () => {
  it('what is opened at 23:59 and read into the next day counts on the day of the opening · MAT-21, MAT-23', async () => {
    const material = await stage.pdf('跨夜价目表')
    const { link } = await stage.send(zhao, material, chatOf(await stage.customer('夜猫子', [zhao.staffId])))
    stage.clock.pass(EVENING + 3 * HOUR_MS + 59 * 60_000 - stage.clock.now())
    const page = await stage.device().open(link)
    stage.clock.pass(5 * 60_000)
    await reading.readOn(page, 240_000, { pages: { 1: 100_000, 2: 140_000 } })
    const { days, sums, before } = await trend(zhao)
    expect(days.slice(-2)).toEqual([{ day: '2026-03-04', views: 1, shares: 1, readMs: 240_000 }, { day: '2026-03-05', views: 0, shares: 0, readMs: 0 }])
    expect(days).toHaveLength(7)
    expect(sums).toEqual({ views: 1, shares: 1, readMs: 240_000, averageMs: 240_000 })
    expect(before).toEqual({ views: 0, shares: 0, readMs: 0, averageMs: 0 })
    const pages = [{ views: 1, readMs: 100_000 }, { views: 1, readMs: 140_000 }]
    const none = { views: 0, readers: 0, shares: 0, sharers: 0 }
    // Yesterday is told up to the same time of the day: some minutes after midnight nothing had happened.
    expect(await figures(zhao, material)).toEqual({ scope: 'own', today: none, yesterday: none, pages })
    expect((await rankedMaterials(zhao, 'from=2026-03-04&to=2026-03-04')).items.find(of(material))).toMatchObject({ views: 1, shares: 1 })
    expect((await rankedMaterials(zhao, 'from=2026-03-05&to=2026-03-05')).items.find(of(material))).toMatchObject({ views: 0, shares: 0 })
  })

  it('a period stands against as many days before it · MAT-23', async () => {
    const material = await stage.pdf('上周的画册')
    const today = stage.clock.now()
    await past(chen, material, today - 6 * DAY_MS, 10_000, 20_000)
    await past(chen, material, today - 7 * DAY_MS, 5000)
    await past(chen, material, today - 13 * DAY_MS, 7000, 8000)
    await past(chen, material, today - 14 * DAY_MS, 1000)
    expect(await trend(chen)).toMatchObject({ sums: { views: 2, shares: 1, readMs: 30_000, averageMs: 15_000 }, before: { views: 3, shares: 2, readMs: 20_000, averageMs: 6667 } })
    expect(await trend(chen, 30)).toMatchObject({ sums: { views: 6, shares: 4, readMs: 51_000 }, before: { views: 0, shares: 0 } })
  })

  it('a view that comes to life again counts once, its reading time grows by the difference · MAT-15, MAT-21', async () => {
    const material = await stage.pdf('又被打开的价目表')
    const { link } = await stage.send(wu, material, chatOf(customer))
    const page = await reading.read(stage.device(), link, 10_000)
    stage.clock.pass(HOUR_MS)
    await reading.readOn(page, 25_000, { stays: true, pages: { 1: 10_000, 3: 15_000 } })
    stage.clock.pass(60_000)
    await Promise.all([reading.sweep(), reading.sweep()])
    await reading.readOn(page, 26_000, { pages: { 1: 10_000, 3: 16_000 } })
    expect((await rankedMaterials(wu)).items.find(of(material))).toMatchObject({ views: 1, shares: 1, readMs: 26_000, averageMs: 26_000 })
    expect((await figures(wu, material)).pages).toEqual([{ views: 1, readMs: 10_000 }, { views: 0, readMs: 0 }, { views: 1, readMs: 16_000 }])
  })

  it('the readers of a material are people: a customer on two devices is one · MAT-21', async () => {
    const material = await stage.pdf('两台设备')
    const first = await stage.send(wu, material, chatOf(customer))
    const phone = stage.device()
    await reading.read(phone, first.link, 1000)
    await reading.read(stage.device(), first.link, 1000)
    const tablet = stage.device()
    await reading.read(tablet, (await stage.send(wu, material, chatOf(customer))).link, 1000)
    expect((await figures(admin, material)).today).toEqual({ views: 3, readers: 2, shares: 2, sharers: 1 })
  })
})

describe('rankings · MAT-23', () => {
  it('list what was never opened, and who never sent anything, with 0; the most first, by what is asked', async () => {
    const [silent, read, sent] = [await stage.pdf('没人看过'), await stage.pdf('看得多'), await stage.pdf('发得多')]
    const at = stage.clock.now() - DAY_MS
    await past(wu, read, at, 1000, 1000, 1000)
    for (let i = 0; i < 4; i++) await past(wu, sent, at + i * 1000, 9000)
    await past(wu, sent, at)
    const order = async (by: string) => (await rankedMaterials(admin, `by=${by}`)).items.map((row) => row.material.materialId).filter((id) => [silent, read, sent].includes(id))
    expect(await order('views')).toEqual([sent, read, silent])
    expect(await order('shares')).toEqual([sent, read, silent])
    expect(await order('readMs')).toEqual([sent, read, silent])
    const { items, total } = await rankedMaterials(admin)
    expect(items.find(of(silent))).toEqual({ views: 0, shares: 0, readMs: 0, averageMs: 0, material: { materialId: silent, title: '没人看过', type: 'pdf', deleted: false, reachable: true } })
    expect(total).toBe(items.length)
    const page = async (skip: number) => (await ask<AnswerOf<'GET /api/radar/ranking/materials'>>(admin, `/api/radar/ranking/materials?limit=2&skip=${skip}`)).items
    expect([...await page(0), ...await page(2)]).toEqual(items.slice(0, 4))
    expect((await rankedStaff(admin)).items.map((row) => [row.staff.userid, row.shares > 0])).toEqual(expect.arrayContaining([['lijing', false], ['wuxiaoyan', true]]))
    expect((await rankedStaff(admin, `materialId=${read}`)).items).toMatchObject([{ staff: { userid: 'wuxiaoyan' }, views: 3, shares: 1 }])
    expect((await rankedStaff(admin, `materialId=${silent}`)).items).toEqual([])
  })

  it('a deleted material keeps its figures and says that it is gone · MAT-11', async () => {
    const [gone, never] = [await stage.pdf('下架的画册'), await stage.pdf('没发过就下架')]
    await past(wu, gone, stage.clock.now() - DAY_MS, 4000)
    for (const id of [gone, never]) await stage.rows('UPDATE materials SET deleted_at = NOW(3) WHERE id = ?', [id])
    const { items } = await rankedMaterials(wu)
    expect(items.find(of(gone))).toMatchObject({ views: 1, material: { title: '下架的画册', deleted: true, reachable: true } })
    expect((await wu.ask('GET', `/api/radar/materials/${gone}/figures`)).statusCode).toBe(200)
    expect((await wu.ask('GET', `/api/radar/forwards?materialId=${gone}`)).statusCode).toBe(200)
    expect(items.find(of(never))).toBeUndefined()
  })

  it("another team's materials are not named, unless a link of the viewer's scope was read · MAT-1, GEN-9", async () => {
    const { db } = stage.platform
    const [group] = await db.insert(materialGroups).values({ corpId: stage.corp.id, scope: 'team', name: '华北团队' })
    await db.insert(materialGroupDepartments).values({ corpId: stage.corp.id, groupId: group.insertId, departmentId: 5 })
    const now = stage.clock.now()
    const add = async (title: string) => (await db.insert(materials).values({ corpId: stage.corp.id, scope: 'team', groupId: group.insertId, type: 'link', title, url: 'https://example.com', tagIds: [], createdAt: now, updatedAt: now }))[0].insertId
    const [theirs, once] = [await add('华北内部'), await add('华北借出')]
    await past(wu, once, now - DAY_MS, 3000)
    const seen = async (who: Person) => [theirs, once].map(async (id) => (await rankedMaterials(who)).items.some(of(id)))
    expect(await Promise.all(await seen(wu))).toEqual([false, true])
    expect((await rankedMaterials(wu)).items.find(of(once))?.material).toMatchObject({ reachable: false })
    expect(await Promise.all(await seen(chen))).toEqual([false, false])
    expect(await Promise.all(await seen(zhao))).toEqual([true, true])
    expect((await wu.ask('GET', `/api/radar/materials/${theirs}/figures`)).statusCode).toBe(404)
  })
})

describe('who sees what · GEN-9', () => {
  const userids = async (who: Person) => (await rankedStaff(who)).items.map((row) => row.staff.userid).sort()
  const departmentIds = async (who: Person) => (await rankedDepartments(who)).items.map((row) => row.departmentId).sort()

  it('staff see their own figures, a manager those of her departments, the administrator all', async () => {
    expect(await userids(wu)).toEqual(['wuxiaoyan'])
    expect(await userids(li)).toEqual(['chensiyuan', 'lijing', 'wuxiaoyan'])
    expect(await userids(admin)).toEqual(['chensiyuan', 'lijing', 'linzhixia', 'wuxiaoyan', 'zhaoyi'])
    expect([await departmentIds(wu), await departmentIds(li), await departmentIds(admin)]).toEqual([[], [2, 3, 4], [1, 2, 3, 4, 5]])
    const views = async (who: Person) => (await trend(who, 30)).sums.views
    const [ofWu, ofChen, ofZhao] = [await views(wu), await views(chen), await views(zhao)]
    expect([ofWu, ofChen, ofZhao].every((n) => n > 0)).toBe(true)
    expect(await views(li)).toBe(ofWu + ofChen)
    expect(await views(admin)).toBe(ofWu + ofChen + ofZhao)
    expect((await rankedMaterials(li, 'from=2026-02-10')).items.reduce((sum, row) => sum + row.views, 0)).toBe(ofWu + ofChen)
  })

  it('a department adds up its members once each, though one may be in two of its stores · MAT-23', async () => {
    const staff = new Map((await rankedStaff(admin, 'from=2026-02-10')).items.map((row) => [row.staff.userid, row]))
    const row = (await rankedDepartments(li, 'from=2026-02-10')).items.find((one) => one.departmentId === 2)
    const sum = (column: 'views' | 'shares' | 'readMs') => (staff.get('wuxiaoyan')?.[column] ?? 0) + (staff.get('chensiyuan')?.[column] ?? 0)
    expect(row).toMatchObject({ name: '华东', depth: 1, members: 3, views: sum('views'), shares: sum('shares'), readMs: sum('readMs'), averageMs: Math.round(sum('readMs') / sum('views')) })
    expect((await rankedDepartments(li, 'from=2026-02-10')).items.find((one) => one.departmentId === 3)).toMatchObject({ members: 1, views: staff.get('wuxiaoyan')?.views, depth: 2 })
  })

  it('who leads a department and may see nobody but herself is shown no sum that would pass for its', async () => {
    const permissions = ['materials.stats']
    await stage.rows("INSERT INTO roles (corp_id, role_key, name, predefined, permissions, data_scope) VALUES (?, 'store_manager', '客服经理', 1, ?, 'self')", [stage.corp.id, JSON.stringify(permissions)])
    await stage.rows('UPDATE organisation_versions SET version = version + 1 WHERE corp_id = ?', [stage.corp.id])
    expect([await userids(li), await departmentIds(li)]).toEqual([['lijing'], []])
    await stage.rows("DELETE FROM roles WHERE corp_id = ? AND role_key = 'store_manager'", [stage.corp.id])
    await stage.rows('UPDATE organisation_versions SET version = version + 1 WHERE corp_id = ?', [stage.corp.id])
    expect(await departmentIds(li)).toEqual([2, 3, 4])
  })

  it('another corp sees nothing, whatever ids it guesses', async () => {
    const other = await stage.corps.add({ wecomCorpId: 'wwfigures0000002', name: '另一家', adminUserids: ['boss'] })
    const boss = await stage.person('boss', other.id)
    const [view] = await stage.rows('SELECT material_id, customer_id FROM views WHERE customer_id IS NOT NULL LIMIT 1')
    expect(await trend(boss, 30)).toMatchObject({ sums: { views: 0, shares: 0 }, before: { views: 0, shares: 0 } })
    expect(await rankedMaterials(boss, 'from=2026-02-10')).toMatchObject({ items: [], total: 0 })
    expect((await rankedStaff(boss)).items).toMatchObject([{ staff: { userid: 'boss' }, views: 0 }])
    expect((await rankedStaff(boss, `materialId=${Number(view?.material_id)}&from=2026-02-10`)).items).toEqual([])
    expect((await rankedDepartments(boss)).items).toEqual([])
    expect(await ask(boss, '/api/radar/readers')).toEqual({ items: [], next: null })
    expect(await ask(boss, '/api/radar/hot-customers')).toEqual({ items: [] })
    expect(await ask(boss, `/api/radar/views?materialId=${Number(view?.material_id)}`)).toEqual({ items: [], next: null })
    expect(await ask(boss, `/api/radar/views?customerId=${Number(view?.customer_id)}`)).toEqual({ items: [], next: null })
    expect((await boss.ask('GET', `/api/radar/materials/${Number(view?.material_id)}/figures`)).statusCode).toBe(404)
  })
})

describe('what makes no sense is refused with words · GEN-7', () => {
  it.each([
    ['/api/radar/ranking/materials?from=2026-03-05&to=2026-03-04', /从早到晚/], ['/api/radar/ranking/staff?from=2025-01-01&to=2026-02-05', /不超过 366 天/], ['/api/radar/ranking/departments?from=2026-02-30', /格式不正确/],
    ['/api/radar/ranking/materials?by=luck', /格式不正确/], ['/api/radar/ranking/staff?materialId=x', /./], ['/api/radar/trend?days=8', /7 天或 30 天/], ['/api/radar/views?from=2000&to=1000', /不能早于/],
    ['/api/radar/readers?after=WzEsMl0', /翻页位置无效/], ['/api/radar/readers?after=WyJhIiwyLDNd', /翻页位置无效/], ['/api/radar/readers?after=WzEsMiwiYSJd', /翻页位置无效/], ['/api/radar/views?after=WzEsMiwzXQ', /翻页位置无效/],
    ['/api/radar/hot-customers?limit=0', /./], ['/api/radar/materials/0/figures', /./],
  ])('%s', async (url, words) => {
    const answer = await admin.ask('GET', url)
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode).toBeLessThan(500)
    expect(answer.json().message).toMatch(words)
    expect(answer.json().message).toMatch(/[\u4e00-\u9fff]/)
  })
})
