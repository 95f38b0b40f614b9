// The worker's side: what a crash leaves behind, doubled entries, merged openings, the live stream, who signed in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { radarFigures } from '../../server/src/modules/radar/index.ts'
import { createBeatWriter } from '../../server/src/modules/radar/beats/writer.ts'
import { createRadarSettings } from '../../server/src/modules/radar/settings.ts'
import { createWatch } from '../../server/src/modules/radar/watch/watch.ts'
import { BROWSER, openStage, type Device, type Stage } from './radar-stage.ts'

let stage: Stage
let watch: ReturnType<typeof createWatch>
let wu: Awaited<ReturnType<Stage['person']>>
let chen: Awaited<ReturnType<Stage['person']>>
let material: number
let customer: Awaited<ReturnType<Stage['customer']>>

beforeAll(async () => {
  stage = await openStage({ now: Date.UTC(2026, 2, 4, 4, 0) })
  watch = createWatch(stage.platform, stage.radarNeeds, createRadarSettings(stage.platform, stage.radarNeeds))
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
  material = await stage.pdf('2026 春季价目表')
})
afterAll(() => stage.close())
beforeEach(async () => { customer = await stage.customer('林间小路', [wu.staffId]) })

const chatOf = (of: { externalUserId: string }) => ({ kind: 'customer', externalUserId: of.externalUserId })
/** Everything in the stream, as a worker reads it; it stays there, so it can be handled again. */
async function entries(): Promise<{ id: string; text: string }[]> {
  const list = await stage.platform.redis.xrange('{zk:beats}:stream', '-', '+')
  return list.map(([id, fields]) => ({ id, text: String(fields[1]) }))
}
async function work(times = 1): Promise<void> {
  const batch = await entries()
  for (let i = 0; i < times; i++) await watch.write(batch)
}
const openAgain = async (device: Device, link: string, ms: number) => {
  const page = await device.open(link)
  stage.clock.pass(ms)
  expect(await page.beat({ ms, page: 1, pages: { 1: ms }, left: 1 })).toBe(204)
  await work()
}
/** Goes to WeCom and back, as a phone does. */
async function throughWechat(device: Device, link: string, person: object): Promise<{ body: string; ticket: string }> {
  stage.wecom.answers['/cgi-bin/auth/getuserinfo'] = { errcode: 0, ...person }
  const away = await device.get(link)
  expect(away.status).toBe(302)
  const state = new URL(String(away.headers.location)).searchParams.get('state') ?? ''
  const back = await device.get(`/auth/wecom/callback?code=c&state=${state}`)
  expect(String(back.headers.location)).toMatch(new RegExp(`^${link}\\?back=`))
  return await device.open(String(back.headers.location))
}
const noticesOf = (customerId: number) => stage.rows('SELECT * FROM notices WHERE JSON_EXTRACT(card, "$.url") LIKE ? ORDER BY id', [`%#/customers/${customerId}%`])

describe('crashes and repetitions', () => {
  it('the same entries handled three times change nothing: one view, one timeline row, one notice, one in the figures', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const before = await stage.rows('SELECT SUM(views) n FROM material_days WHERE material_id = ?', [material])
    const page = await stage.device().open(link)
    await page.beat({ ms: 0 })
    stage.clock.pass(5000)
    await page.beat({ ms: 4000, pages: { 1: 4000 }, page: 1 })
    await work(3)
    expect(await stage.rows('SELECT visible_ms, announced FROM views WHERE share_id = ?', [shareId])).toEqual([{ visible_ms: 4000, announced: 1 }])
    expect(await stage.rows("SELECT id FROM customer_events WHERE customer_id = ? AND kind = 'material_opened'", [customer.customerId])).toHaveLength(1)
    expect(await noticesOf(customer.customerId)).toHaveLength(1)
    const after = await stage.rows('SELECT SUM(views) n FROM material_days WHERE material_id = ?', [material])
    expect(Number(after[0]?.n) - Number(before[0]?.n ?? 0)).toBe(1)
  })

  it('a view that was written but not announced is announced by the sweeper; a silent reader is ended by it · MAT-17', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    stage.clock.pass(3000)
    await page.beat({ ms: 2500, page: 2, pages: { 2: 2500 } })
    await createBeatWriter(stage.platform, async () => undefined)(await entries())
    expect(await stage.rows('SELECT announced FROM views WHERE share_id = ?', [shareId])).toEqual([{ announced: 0 }])
    stage.clock.pass(11_000)
    await Promise.all([watch.sweep(), watch.sweep()])
    expect(await stage.rows('SELECT announced, reader FROM views WHERE share_id = ?', [shareId])).toEqual([{ announced: 1, reader: 'customer' }])
    expect(await noticesOf(customer.customerId)).toHaveLength(1)
    stage.clock.pass(31_000)
    await watch.sweep()
    expect(await stage.rows('SELECT announced FROM views WHERE share_id = ?', [shareId])).toEqual([{ announced: 2 }])
    // The reader comes back to the same page (bfcache): it is going on again.
    await page.beat({ ms: 9000, page: 2, pages: { 2: 9000 } })
    await work()
    expect(await stage.rows('SELECT announced, visible_ms FROM views WHERE share_id = ?', [shareId])).toEqual([{ announced: 1, visible_ms: 9000 }])
  })

  it('beacons in the wrong order end with the greatest values', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    stage.clock.pass(20_000)
    await page.beat({ ms: 16_000, page: 5, pages: { 1: 8000, 5: 8000 }, depth: 60, left: 1 })
    await work()
    await page.beat({ ms: 8000, page: 1, pages: { 1: 8000 }, depth: 20, left: 0 })
    await work()
    expect(await stage.rows('SELECT visible_ms, last_page, max_page, depth, has_left FROM views WHERE share_id = ?', [shareId])).toEqual([{ visible_ms: 16_000, last_page: 5, max_page: 5, depth: 60, has_left: 1 }])
  })
})

describe('the pages of a view', () => {
  const pagesOf = async (shareId: number) => (await stage.rows('SELECT page, p.visible_ms ms, v.visible_ms total FROM view_pages p JOIN views v ON v.id = p.view_id WHERE v.share_id = ? ORDER BY page', [shareId])).map(({ page, ms, total }) => [page, ms, total])
  const minutes = (n: number) => n * 60_000

  it('never come to more than the whole, also beyond the cap of half an hour · MAT-15', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    stage.clock.pass(minutes(50))
    await page.beat({ ms: minutes(30), page: 1, pages: { 1: minutes(30) } })
    await work()
    await page.beat({ ms: minutes(45), page: 2, pages: { 1: minutes(30), 2: minutes(15) } })
    await work()
    expect(await pagesOf(shareId)).toEqual([[1, minutes(30), minutes(30)], [2, 0, minutes(30)]])
  })

  it('nor when beacons contradict each other, before and after the view has ended', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    stage.clock.pass(minutes(1))
    await page.beat({ ms: 20_000, page: 1, pages: { 1: 20_000 } })
    await page.beat({ ms: 30_000, page: 2, pages: { 2: 30_000 }, left: 1 })
    await work()
    expect(await pagesOf(shareId)).toEqual([[1, 20_000, 30_000], [2, 10_000, 30_000]])
    await page.beat({ ms: 35_000, page: 3, pages: { 3: 35_000 }, left: 1 })
    await work()
    expect(await stage.rows('SELECT SUM(p.visible_ms) pages, SUM(p.counted_ms) counted FROM view_pages p JOIN views v ON v.id = p.view_id WHERE v.share_id = ?', [shareId])).toEqual([{ pages: '35000', counted: '35000' }])
  })
})

describe('messages about openings', () => {
  it("the customer's owner is told too when the sender is no longer her friend · MAT-16", async () => {
    const { link } = await stage.send(wu, material, chatOf(customer))
    await stage.rows('UPDATE customer_relations SET staff_id = ? WHERE customer_id = ?', [chen.staffId, customer.customerId])
    await openAgain(stage.device(), link, 1000)
    expect((await noticesOf(customer.customerId)).map((row) => Number(row.staff_id)).sort()).toEqual([wu.staffId, chen.staffId].sort())
  })
})

describe('a link that goes round', () => {
  it('tells of the customer and of the first strangers of an hour, of the others in one message · MAT-16', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    stage.clock.pass(60 * 60_000 - (stage.clock.now() % (60 * 60_000)))
    const strangers = Array.from({ length: 6 }, () => stage.device())
    await openAgain(stage.device(), link, 1000)
    for (const stranger of [...strangers, ...strangers]) await openAgain(stranger, link, 1000)
    const told = await stage.rows("SELECT kind, once_key FROM notices WHERE once_key LIKE 'others:%' OR once_key REGEXP CONCAT(':(', (SELECT GROUP_CONCAT(id SEPARATOR '|') FROM views WHERE share_id = ?), '):') ORDER BY id", [shareId])
    const keys = told.map((row) => String(row.once_key).split(':')[0])
    expect(keys.filter((key) => key === 'open')).toHaveLength(4)
    expect(keys.filter((key) => key === 'summary')).toHaveLength(3)
    expect(keys.filter((key) => key === 'again')).toHaveLength(0)
    expect(told.filter((row) => String(row.once_key).startsWith(`others:${shareId}:`))).toHaveLength(1)
    expect(await stage.rows('SELECT id FROM views WHERE share_id = ? AND announced > 0', [shareId])).toHaveLength(13)
  })

  it('shows its page to everybody, and counts so many views a minute of a device and of an address', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const tickets = async (times: number, device: () => Device) => {
      const pages = []
      for (let i = 0; i < times; i++) pages.push(await device().open(link))
      expect(pages.every((page) => page.body.includes('2026 春季价目表'))).toBe(true)
      return pages.filter((page) => page.ticket !== '').length
    }
    const phone = stage.device()
    expect(await tickets(12, () => phone)).toBe(10)
    expect(await tickets(25, () => stage.device())).toBe(20)
    const keys = await stage.platform.redis.keys(`*{views:${shareId}}*`)
    expect(keys).toHaveLength(23)
    for (const key of keys) expect(await stage.platform.redis.ttl(key)).toBeGreaterThan(0)
  })
})

describe('who signed in with WeChat', () => {
  beforeAll(() => stage.corps.prove(stage.corp.id, { oauthAt: 1 }))

  it('an addressee is known by name, and a stranger who opens first is not taken for her · MAT-15, MAT-19', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const stranger = stage.device()
    await throughWechat(stranger, link, { openid: 'o-stranger' })
    await openAgain(stranger, link, 1000)
    const addressee = stage.device()
    await throughWechat(addressee, link, { openid: 'o-her', external_userid: customer.externalUserId })
    await openAgain(addressee, link, 1000)
    expect(await stage.rows('SELECT reader, customer_id FROM views WHERE share_id = ? ORDER BY id', [shareId])).toEqual([{ reader: 'forwarded', customer_id: null }, { reader: 'customer', customer_id: customer.customerId }])
  })

  it('a member of the corp sees an internal preview that counts nowhere · MAT-12', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await throughWechat(stage.device(), link, { userid: 'chensiyuan' })
    expect(page.body).toContain('内部预览')
    expect(page.ticket).toBe('')
    await work()
    expect(await stage.rows('SELECT id FROM views WHERE share_id = ?', [shareId])).toHaveLength(0)
  })

  it('a reader who refuses, and a group member, still read · MAT-15', async () => {
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [{ memberId: customer.externalUserId, type: 2 }])
    const { shareId, link } = await stage.send(wu, material, { kind: 'group', chatId })
    const refusing = stage.device()
    stage.wecom.answers['/cgi-bin/auth/getuserinfo'] = { errcode: 40029, errmsg: 'invalid code' }
    const away = await refusing.get(link)
    await refusing.get(`/auth/wecom/callback?code=c&state=${new URL(String(away.headers.location)).searchParams.get('state')}`)
    await openAgain(refusing, link, 1000)
    const member = stage.device()
    await throughWechat(member, link, { openid: 'o-member', external_userid: customer.externalUserId })
    await openAgain(member, link, 1000)
    expect(await stage.rows('SELECT reader, customer_id FROM views WHERE share_id = ? ORDER BY id', [shareId])).toEqual([{ reader: 'unknown', customer_id: null }, { reader: 'customer', customer_id: customer.customerId }])
  })
})

describe('totals of a material · MAT-21', () => {
  /** What a count of all views and shares would say. */
  const counted = async (materialId: number, staffId: number | null) => {
    const [row] = await stage.rows(`SELECT COUNT(*) views, COUNT(DISTINCT visitor_id) readers, ROUND(AVG(IF(announced = 2, visible_ms, NULL))) averageMs,
      (SELECT COUNT(*) FROM shares s WHERE s.material_id = v.material_id AND s.state = 'sent' AND (s.staff_id = ? OR ? IS NULL)) shares
      FROM views v WHERE material_id = ? AND announced > 0 AND (staff_id = ? OR ? IS NULL) GROUP BY material_id`, [staffId, staffId, materialId, staffId, staffId])
    return { views: Number(row?.views), readers: Number(row?.readers), averageMs: Number(row?.averageMs), shares: Number(row?.shares) }
  }

  it('are sums that agree with a count, for everybody and for one sender, however readers come back', async () => {
    const brochure = await stage.pdf('春季画册')
    const [mother, stranger] = [stage.device(BROWSER), stage.device(BROWSER)]
    const hers = await stage.send(wu, brochure, chatOf(customer))
    await openAgain(mother, hers.link, 4000)
    await openAgain(mother, hers.link, 9000)
    await openAgain(stranger, hers.link, 2000)
    const friend = await stage.customer('果果妈', [chen.staffId])
    const other = await stage.send(chen, brochure, chatOf(friend))
    // The stranger is new to this sender, not to the material.
    await openAgain(stranger, other.link, 3000)
    await openAgain(stage.device(BROWSER), other.link, 5000)
    // A page that comes to life again after its view had ended.
    const page = await mother.open(hers.link)
    stage.clock.pass(1000)
    await page.beat({ ms: 1000, page: 1, left: 1 })
    await work()
    stage.clock.pass(60_000)
    await page.beat({ ms: 20_000, page: 1, left: 1 })
    await work(2)
    const totals = async (who: { staffId: number }) => await radarFigures(stage.platform.db).totals(await stage.viewerOf(who.staffId), brochure)
    const admin = await stage.person('linzhixia')
    expect(await totals(admin)).toEqual({ scope: 'all', ...await counted(brochure, null), sharers: 2 })
    expect(await totals(admin)).toMatchObject({ views: 6, readers: 3, shares: 2 })
    expect(await totals(wu)).toEqual({ scope: 'own', ...await counted(brochure, wu.staffId), sharers: 1 })
    expect(await totals(chen)).toEqual({ scope: 'own', ...await counted(brochure, chen.staffId), sharers: 1 })
    expect(await totals(chen)).toMatchObject({ views: 2, readers: 2 })
    // A manager of both: her totals are those of the links that her lists show, a reader of two of them once (GEN-9).
    const manager = { ...await stage.viewerOf(admin.staffId), owners: { all: false as const, staffIds: [wu.staffId, chen.staffId] } }
    expect(await radarFigures(stage.platform.db).totals(manager, brochure)).toEqual({ scope: 'managed', ...await counted(brochure, null), sharers: 2 })
    expect(await radarFigures(stage.platform.db).totals({ ...manager, owners: { all: false, staffIds: [wu.staffId] } }, brochure)).toEqual({ scope: 'managed', ...await counted(brochure, wu.staffId), sharers: 1 })
  })

  it('of a material that nobody has sent are nothing', async () => {
    expect(await radarFigures(stage.platform.db).totals(await stage.viewerOf(wu.staffId), await stage.pdf('没人发过'))).toEqual({ scope: 'own', views: 0, readers: 0, shares: 0, sharers: 0, averageMs: 0 })
  })
})

describe('the live stream', () => {
  beforeAll(() => stage.corps.prove(stage.corp.id, { oauthAt: 1 }))

  it('tells the sender who reads, and tells a colleague nothing', async () => {
    const address = await stage.app.listen({ port: 0, host: '127.0.0.1' })
    const heard = { wu: '', chen: '' }
    const closing = new AbortController()
    const listen = async (who: 'wu' | 'chen', cookie: string) => {
      const answer = await fetch(`${address}/api/live`, { headers: { cookie }, signal: closing.signal })
      expect(answer.headers.get('content-type')).toContain('text/event-stream')
      const text = answer.body?.pipeThrough(new TextDecoderStream())
      void (async () => {
        if (text) for await (const part of text) heard[who] += part
      })().catch(() => undefined)
    }
    await listen('wu', wu.cookie)
    await listen('chen', chen.cookie)
    await expect.poll(() => heard.wu + heard.chen).toContain('retry')
    const { link } = await stage.send(wu, material, chatOf(customer))
    const phone = stage.device()
    await throughWechat(phone, link, { openid: 'o-her', external_userid: customer.externalUserId })
    await openAgain(phone, link, 3000)
    await expect.poll(() => heard.wu, { timeout: 5000 }).toMatch(new RegExp(`"kind":"view","viewId":\\d+,"customerId":${customer.customerId},.*"readerName":"林间小路".*"visibleMs":3000`))
    expect(heard.chen).not.toContain('data:')
    closing.abort()
  })
})

describe('history', () => {
  it('that is imported reads as if it had happened here, and tells nobody', async () => {
    const at = stage.clock.now() - 3 * 86_400_000
    const old = await stage.pdf('旧画册', 4)
    const before = (await stage.rows('SELECT COUNT(*) n FROM notices'))[0]?.n
    const views = [
      { openedAt: at + 60_000, visibleMs: 9000, pageMs: [5000, 0, 4000], reader: 'customer' as const, customerId: customer.customerId, pages: 4 },
      { openedAt: at + 3_600_000, visibleMs: 2000, pageMs: [2000], reader: 'customer' as const, customerId: customer.customerId, pages: 4 },
      { openedAt: at + 7_200_000, visibleMs: 1000, pageMs: [1000], reader: 'forwarded' as const, customerId: null, visitor: 'a-friend', pages: 4 },
    ]
    expect(await stage.radar.importHistory(stage.corp.id, [{ materialId: old, staffId: wu.staffId, to: { customerId: customer.customerId }, sentAt: at, views }])).toEqual({ shares: 1, views: 3 })
    const { items } = (await wu.ask('GET', `/api/radar/views?materialId=${old}`)).json()
    expect(items).toMatchObject([
      { readerName: '「林间小路」的朋友', openNumber: 1 }, { readerName: '林间小路', openNumber: 2, visibleMs: 2000 }, { readerName: '林间小路', openNumber: 1, pageMs: [5000, 0, 4000], maxPage: 3 },
    ])
    expect(await stage.rows('SELECT SUM(views) views, SUM(shares) shares FROM material_days WHERE material_id = ?', [old])).toMatchObject([{ views: '3', shares: '1' }])
    expect(await radarFigures(stage.platform.db).totals(await stage.viewerOf(wu.staffId), old)).toEqual({ scope: 'own', views: 3, readers: 2, shares: 1, sharers: 1, averageMs: 4000 })
    expect((await stage.rows('SELECT kind FROM customer_events WHERE customer_id = ? ORDER BY at', [customer.customerId])).map((row) => row.kind)).toEqual(['share_sent', 'material_opened', 'material_opened', 'material_forwarded'])
    await watch.sweep()
    expect((await stage.rows('SELECT COUNT(*) n FROM notices'))[0]?.n).toBe(before)
  })

  it('pages of a list follow each other without gaps or doubles', async () => {
    const seen: number[] = []
    let after: string | null = ''
    while (after !== null) {
      const page: { items: { viewId: number }[]; next: string | null } = (await wu.ask('GET', `/api/radar/views?limit=2${after ? `&after=${encodeURIComponent(after)}` : ''}`)).json()
      seen.push(...page.items.map((item) => item.viewId))
      after = page.next
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(Number((await stage.rows('SELECT COUNT(*) n FROM views WHERE staff_id = ? AND announced > 0', [wu.staffId]))[0]?.n))
  })
})
