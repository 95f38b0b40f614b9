import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { radarFigures } from '../../server/src/modules/radar/index.ts'
import { openStage, type Stage } from './radar-stage.ts'

let stage: Stage
let wu: Awaited<ReturnType<Stage['person']>>
let chen: Awaited<ReturnType<Stage['person']>>
let material: number

beforeAll(async () => {
  stage = await openStage()
  await stage.radar.work()
  await stage.notices.work()
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
  material = await stage.pdf('2026 春季价目表')
})
afterAll(() => stage.close())

let customer: Awaited<ReturnType<Stage['customer']>>
beforeEach(async () => { customer = await stage.customer('林间小路', [wu.staffId]) })

const chatOf = (of: { externalUserId: string }) => ({ kind: 'customer', externalUserId: of.externalUserId })
const viewOf = async (shareId: number, announced = 1) => {
  const view = await vi.waitFor(async () => {
    const [row] = await stage.rows('SELECT * FROM views WHERE share_id = ? ORDER BY id DESC', [shareId])
    expect(row).toBeDefined()
    expect(Number(row?.announced)).toBeGreaterThanOrEqual(announced)
    return row
  }, { timeout: 8000, interval: 30 })
  return view ?? {}
}

describe('sending', () => {
  it('one tap makes one share, however often it is pressed · MAT-14, GEN-8', async () => {
    const body = { materialId: material, chat: chatOf(customer), requestId: '3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c001' }
    const [first, second] = await Promise.all([wu.ask('POST', '/api/shares', body), wu.ask('POST', '/api/shares', body)])
    expect(first.json().shareId).toBe(second.json().shareId)
    expect(first.json().message.news).toMatchObject({ title: '2026 春季价目表', link: expect.stringMatching(/^http:\/\/localhost:3000\/r\/[\w-]{22}$/), imgUrl: expect.stringContaining('/card.jpg') })
    expect(await stage.rows('SELECT id FROM shares WHERE request_id = ?', [body.requestId])).toHaveLength(1)
  })

  it('a cancelled send counts nowhere, an end state is final · MAT-14', async () => {
    const prepared = (await wu.ask('POST', '/api/shares', { materialId: material, chat: chatOf(customer), requestId: '3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c002' })).json()
    const outcome = (state: string) => wu.ask('PUT', `/api/shares/${prepared.shareId}/outcome`, { state })
    expect((await outcome('cancelled')).json()).toMatchObject({ state: 'cancelled' })
    expect((await outcome('cancelled')).statusCode).toBe(200)
    expect((await outcome('sent')).statusCode).toBe(409)
    expect(await stage.rows('SELECT id FROM customer_events WHERE customer_id = ?', [customer.customerId])).toHaveLength(0)
    const page = await stage.device().open(new URL(prepared.message.news.link).pathname)
    expect(page.body).toContain('2026 春季价目表')
    expect(page.ticket).toBe('')
  })

  it('a sent share is in the timeline and the figures once', async () => {
    const before = await stage.rows('SELECT COALESCE(SUM(shares), 0) n FROM material_days WHERE material_id = ?', [material])
    const { shareId } = await stage.send(wu, material, chatOf(customer))
    await wu.ask('PUT', `/api/shares/${shareId}/outcome`, { state: 'sent' })
    expect(await stage.rows('SELECT kind FROM customer_events WHERE customer_id = ?', [customer.customerId])).toEqual([{ kind: 'share_sent' }])
    const after = await stage.rows('SELECT SUM(shares) n FROM material_days WHERE material_id = ?', [material])
    expect(Number(after[0]?.n) - Number(before[0]?.n)).toBe(1)
  })

  it("a colleague's customer, somebody else's share and a foreign group can't be used", async () => {
    const asked = await chen.ask('POST', '/api/shares', { materialId: material, chat: chatOf(customer), requestId: '3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c003' })
    expect(asked.statusCode).toBe(404)
    const { shareId } = await stage.send(wu, material, chatOf(customer))
    expect((await chen.ask('PUT', `/api/shares/${shareId}/outcome`, { state: 'failed' })).statusCode).toBe(404)
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [])
    expect((await chen.ask('POST', '/api/shares', { materialId: material, chat: { kind: 'group', chatId }, requestId: '3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c004' })).statusCode).toBe(404)
  })

  it('who ended the friendship is named to the member whose it was, and nothing is sent · MAT-14', async () => {
    const ask = async (requestId: string) => (await wu.ask('POST', '/api/shares', { materialId: material, chat: chatOf(customer), requestId })).json()
    const set = (state: string) => stage.rows('UPDATE customer_relations SET state = ? WHERE customer_id = ?', [state, customer.customerId])
    await set('lost')
    expect(await ask('3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c005')).toMatchObject({ code: 'conflict', message: '这位客户已经删除了你，不能发送；重新加为好友后再发' })
    await set('removed')
    expect(await ask('3e0a4b5e-1d07-4a7d-9a57-2b62b0e0c006')).toMatchObject({ code: 'conflict', message: '你已经删除了这位客户，不能发送；重新加为好友后再发' })
    await set('active')
  })
})

describe('the tracked page', () => {
  it('shows pages, sender and link preview without any script', async () => {
    const { link } = await stage.send(wu, material, chatOf(customer))
    const { body } = await stage.device().get(link)
    expect(body).toMatch(/<img class="pg" data-page="1" src="\/r\/[\w-]+\/p1-720\.webp\?v=[\w-]+" srcset="[^"]+1080w"[^>]* width="720" height="960"[^>]*fetchpriority/)
    expect(body.match(/loading="lazy"/g)).toHaveLength(7)
    expect(body).toMatch(/<p>[^<]*共 8 页 · \d+月\d+日更新<\/p>/)
    expect(body).toContain('<meta property="og:title" content="2026 春季价目表">')
    expect(body).toContain('wuxiaoyan')
  })

  it('escapes what people typed', async () => {
    const evil = await stage.link('<script>x</script>', 'https://example.com/?a="b"', '"><img src=x>')
    const { link } = await stage.send(wu, evil, chatOf(customer))
    const { body } = await stage.device().get(link)
    expect(body).not.toContain('<script>x')
    expect(body).not.toContain('<img src=x>')
    expect(body).toContain('将前往 example.com')
  })

  it('says so when the link is unknown or the material was deleted · MAT-11', async () => {
    expect(await stage.device().get('/r/AAAAAAAAAAAAAAAAAAAAAA')).toMatchObject({ status: 404, body: expect.stringContaining('链接已失效') })
    const gone = await stage.pdf('旧价目表')
    const { link } = await stage.send(wu, gone, chatOf(customer))
    await stage.rows('UPDATE materials SET deleted_at = NOW(3) WHERE id = ?', [gone])
    // Deleted by another process: this one has read it a moment ago.
    stage.clock.pass(2000)
    const page = await stage.device().get(link)
    expect(page.status).toBe(410)
    expect(page.body).toContain('内容已下架')
    expect(page.body).toContain('wuxiaoyan')
  })

  it.each(['curl/8.5.0', 'Mozilla/5.0 (compatible; Googlebot/2.1)', 'WhatsApp/2.23', ''])('a machine (%s) gets the page but never counts', async (agent) => {
    const { link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device(agent).open(link)
    expect(page.body).toContain('2026 春季价目表')
    expect(page.ticket).toBe('')
  })
})

describe('beacons', () => {
  it('from the first beat to timeline, figures and the message to the sender · MAT-15, MAT-16, MAT-17', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    expect(await page.beat({ ms: 0, pages: {}, page: 1, depth: 12, left: 0 })).toBe(204)
    const view = await viewOf(shareId)
    expect(view).toMatchObject({ reader: 'customer', customer_id: customer.customerId, open_number: 1, device: 'iPhone · 微信' })
    const [notice] = await vi.waitFor(async () => {
      const rows = await stage.rows("SELECT * FROM notices WHERE once_key LIKE ? AND state = 'sent'", [`open:${view.id}:%`])
      expect(rows).toHaveLength(1)
      return rows
    }, { timeout: 5000 })
    expect(JSON.stringify(notice?.card)).toContain('林间小路 打开了《2026 春季价目表》')
    expect(JSON.stringify(notice?.card)).toContain(`#/customers/${customer.customerId}`)

    stage.clock.pass(12_000)
    expect(await page.beat({ ms: 11_000, pages: { 1: 7000, 2: 1000, 3: 3000 }, page: 3, depth: 40, left: 0 })).toBe(204)
    expect(await page.beat({ ms: 8000, pages: { 1: 7000, 2: 1000 }, page: 2, depth: 30, left: 0 })).toBe(204)
    expect(await page.beat({ ms: 11_500, pages: { 1: 7000, 2: 1000, 3: 3500 }, page: 3, depth: 40, left: 1 })).toBe(204)
    const ended = await viewOf(shareId, 2)
    expect(ended).toMatchObject({ visible_ms: 11_500, last_page: 3, max_page: 3, depth: 40, has_left: 1 })
    expect(await stage.rows('SELECT page, visible_ms FROM view_pages WHERE view_id = ? ORDER BY page', [ended.id])).toEqual([{ page: 1, visible_ms: 7000 }, { page: 2, visible_ms: 1000 }, { page: 3, visible_ms: 3500 }])
    const [opened] = await stage.rows("SELECT data FROM customer_events WHERE customer_id = ? AND kind = 'material_opened'", [customer.customerId])
    expect(JSON.stringify(opened)).toContain('11500')

    const list = (await wu.ask('GET', `/api/radar/views?customerId=${customer.customerId}`)).json()
    expect(list.items).toMatchObject([{ readerName: '林间小路', visibleMs: 11_500, pageMs: [7000, 1000, 3500], readingNow: false, material: { title: '2026 春季价目表', pages: 8 } }])
    expect((await chen.ask('GET', `/api/radar/views?customerId=${customer.customerId}`)).json().items).toHaveLength(0)
  })

  it('forged ones have no effect: negative, huge, fractional, unknown pages, foreign and damaged tickets', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const other = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    for (const wrong of [{ ms: -1 }, { ms: 1e15 }, { ms: 1.5 }, { ms: null }, { ms: '9' }, { ms: 1, page: 9 }, { ms: 1, pages: { 99: 1 } }, { ms: 1, pages: { 1: -5 } }, { ms: 1, depth: 101 }, { ms: 1, pages: [1] }, { ms: 1, left: 7 }]) {
      expect(await page.beat(wrong), JSON.stringify(wrong)).toBe(400)
    }
    const post = (url: string, payload: string, type = 'text/plain') => stage.app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } }).then((answer) => answer.statusCode)
    const body = (v: string) => JSON.stringify({ v, seq: 1, ms: 1 })
    expect(await post(`${other.link}/beat`, body(page.ticket))).toBe(404)
    expect(await post(`${link}/beat`, body(`${page.ticket}x`))).toBe(404)
    expect(await post(`${link}/beat`, body('x'))).toBe(404)
    expect(await post(`${link}/beat`, '{')).toBe(400)
    expect(await post(`${link}/beat`, '[]')).toBe(400)
    expect(await post(`${link}/beat`, body('x'.repeat(9000)))).toBe(413)
    expect(await post(`${link}/beat`, '<x/>', 'application/xml')).toBe(415)
    stage.clock.pass(25 * 60 * 60 * 1000)
    expect(await page.beat({ ms: 1 })).toBe(404)
    stage.clock.pass(-25 * 60 * 60 * 1000)
    expect(await stage.rows('SELECT id FROM views WHERE share_id = ?', [shareId])).toHaveLength(0)
  })

  it('reading time never exceeds the time that has passed, nor half an hour · MAT-15', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    stage.clock.pass(3000)
    expect(await page.beat({ ms: 600_000, pages: { 1: 300_000, 2: 300_000 }, page: 1 })).toBe(204)
    const view = await viewOf(shareId)
    expect(Number(view.visible_ms)).toBeLessThan(6000)
    const pages = await stage.rows('SELECT SUM(visible_ms) n FROM view_pages WHERE view_id = ?', [view.id])
    expect(Number(pages[0]?.n)).toBeLessThanOrEqual(Number(view.visible_ms))
    stage.clock.pass(60 * 60 * 1000)
    await page.beat({ ms: 3_600_000 })
    await vi.waitFor(async () => expect((await viewOf(shareId)).visible_ms).toBe(1_800_000), { timeout: 5000 })
    stage.clock.pass(-60 * 60 * 1000 - 3000)
  })

  it('too many of one page are turned away', async () => {
    const { link } = await stage.send(wu, material, chatOf(customer))
    const page = await stage.device().open(link)
    const answers = await Promise.all(Array.from({ length: 80 }, () => page.beat({ ms: 1 })))
    expect(answers.filter((status) => status === 429)).toHaveLength(20)
  })

  it('who makes up readers of a link uses up her own address: readers elsewhere, and those with a name, are counted · MAT-15', async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    const hers = stage.device(undefined, '10.0.0.9')
    await (await hers.open(link)).beat({ ms: 5 })
    expect(await viewOf(shareId)).toMatchObject({ reader: 'customer' })
    const counted = async (device: ReturnType<Stage['device']>) => (await device.open(link)).ticket !== ''
    for (let i = 1; i < 30; i++) expect(await counted(stage.device(undefined, '10.0.0.9')), `reader ${i}`).toBe(true)
    const crowd = stage.device(undefined, '10.0.0.9')
    expect(await counted(crowd)).toBe(false)
    expect(await counted(crowd), 'an old cookie is no name').toBe(false)
    expect(await counted(stage.device(undefined, '10.0.0.10'))).toBe(true)
    for (let i = 1; i < 10; i++) expect(await counted(hers), `her ${i}th time`).toBe(true)
    expect(await counted(hers), 'nobody opens a link eleven times in a minute').toBe(false)
  })

  it('a damaged entry never blocks the stream', async () => {
    await stage.platform.stream('beats').append('{"not":"ours"}\n[1,2,3]\nrubbish')
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    await (await stage.device().open(link)).beat({ ms: 5 })
    expect(await viewOf(shareId)).toMatchObject({ reader: 'customer' })
  })
})

describe('who reads', () => {
  it("a forwarded link opened by someone else is not the customer's view · MAT-19", async () => {
    const { shareId, link } = await stage.send(wu, material, chatOf(customer))
    await (await stage.device().open(link)).beat({ ms: 5 })
    await viewOf(shareId)
    await (await stage.device().open(link)).beat({ ms: 5 })
    await vi.waitFor(async () => expect(await stage.rows('SELECT reader, customer_id FROM views WHERE share_id = ? AND announced > 0 ORDER BY id', [shareId])).toEqual([
      { reader: 'customer', customer_id: customer.customerId }, { reader: 'forwarded', customer_id: null },
    ]), { timeout: 5000 })
    expect(await stage.rows("SELECT id FROM customer_events WHERE customer_id = ? AND kind = 'material_opened'", [customer.customerId])).toHaveLength(1)
    expect(await stage.rows("SELECT id FROM customer_events WHERE customer_id = ? AND kind = 'material_forwarded'", [customer.customerId])).toHaveLength(1)
    const { items } = (await wu.ask('GET', `/api/radar/views?materialId=${material}&limit=1`)).json()
    expect(items[0]).toMatchObject({ reader: 'forwarded', readerName: '「林间小路」的朋友', customer: null })
  })

  it('the same device later is the same customer; a known other customer keeps her own name, told only to who may know · MAT-19', async () => {
    const friend = await stage.customer('果果妈', [chen.staffId])
    const hers = await stage.send(chen, material, chatOf(friend))
    const phone = stage.device()
    await (await phone.open(hers.link)).beat({ ms: 5 })
    await viewOf(hers.shareId)
    const mine = await stage.send(wu, material, chatOf(customer))
    await (await stage.device().open(mine.link)).beat({ ms: 5 })
    await viewOf(mine.shareId)
    await (await phone.open(mine.link)).beat({ ms: 5 })
    await vi.waitFor(async () => expect(await stage.rows('SELECT reader, customer_id FROM views WHERE share_id = ? AND announced > 0 ORDER BY id DESC LIMIT 1', [mine.shareId])).toEqual([{ reader: 'forwarded', customer_id: friend.customerId }]), { timeout: 5000 })
    expect((await wu.ask('GET', '/api/radar/views?limit=1')).json().items[0]).toMatchObject({ reader: 'forwarded', readerName: '「林间小路」的朋友', customer: null })
    expect((await chen.ask('GET', `/api/radar/views?customerId=${friend.customerId}&limit=1`)).json().items[0]).toMatchObject({ reader: 'forwarded', readerName: '果果妈' })
    expect((await wu.ask('GET', `/api/radar/views?customerId=${friend.customerId}`)).json().items).toEqual([])
  })

  it('in a group an unknown reader stays unknown', async () => {
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [{ memberId: customer.externalUserId, type: 2 }])
    const { shareId, link } = await stage.send(wu, material, { kind: 'group', chatId })
    await (await stage.device().open(link)).beat({ ms: 5 })
    expect(await viewOf(shareId)).toMatchObject({ reader: 'unknown', customer_id: null })
  })
})

describe('figures', () => {
  it('totals of a material are those of her own shares without the permission to see all', async () => {
    const figures = radarFigures(stage.platform.db)
    const [all, wus, chens] = await Promise.all([await stage.person('linzhixia'), wu, chen].map(async ({ staffId }) => figures.totals(await stage.viewerOf(staffId), material)))
    expect(wus).toMatchObject({ sharers: 1 })
    expect(all).toMatchObject({ sharers: 2, views: (wus?.views ?? 0) + (chens?.views ?? 0), shares: (wus?.shares ?? 0) + (chens?.shares ?? 0) })
  })

  it("count today's opens, readers and shares within the viewer's scope", async () => {
    const admin = await stage.person('linzhixia')
    const all = (await admin.ask('GET', '/api/radar/today')).json()
    const own = (await chen.ask('GET', '/api/radar/today')).json()
    expect(all.figures.opens).toBeGreaterThan(own.figures.opens)
    expect(own.colleagues.map((row: { staff: { userid: string } }) => row.staff.userid)).toEqual(['chensiyuan'])
  })
})
