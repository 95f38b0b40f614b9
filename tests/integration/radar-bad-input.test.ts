// What the radar makes of bad input. Here: beacons about pages that there are not, of ten hours within ten seconds, with another
// clock, with numbers that are none, of a megabyte, with tickets of others, a thousand at once, doubled and out of order; a
// material that is deleted while it is read; HTML in everything people can name.
// Elsewhere: uploads and addresses, materials-bad-input.test.ts · HTML in articles, unit/materials-articles.test.ts · a chain of a
// thousand forwards, radar-forwards.test.ts · damaged entries of the stream, radar.test.ts · readers without end, rates.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnswerOf } from '@zhike/shared/contract'
import { createViewTickets } from '../../server/src/modules/radar/pages/view-ticket.ts'
import { departments } from '../../server/src/modules/identity/tables.ts'
import { files, materialFiles, materials } from '../../server/src/modules/materials/tables.ts'
import { toTextCard } from '../../server/src/modules/notices/card.ts'
import { openStage, type OpenPage, type Stage } from './radar-stage.ts'

let stage: Stage
let admin: Awaited<ReturnType<Stage['person']>>
let wu: Awaited<ReturnType<Stage['person']>>
let material: number
let shareId: number
let link: string
let page: OpenPage

beforeAll(async () => {
  stage = await openStage()
  await stage.radar.work()
  await stage.notices.work()
  admin = await stage.person('linzhixia')
  wu = await stage.person('wuxiaoyan')
})
afterAll(() => stage.close())

beforeEach(async () => {
  material = await stage.pdf('2026 春季价目表')
  ;({ shareId, link } = await send(material))
  page = await stage.device().open(link)
})

async function send(materialId: number, name = '林间小路') {
  const { externalUserId } = await stage.customer(name, [wu.staffId])
  return await stage.send(wu, materialId, { kind: 'customer', externalUserId })
}

/** The one view of the share that is open, once it fulfils what is expected. */
async function view(expected: (row: Record<string, unknown>) => void = () => undefined): Promise<Record<string, unknown>> {
  return await vi.waitFor(async () => {
    const rows = await stage.rows('SELECT * FROM views WHERE share_id = ?', [shareId])
    expect(rows).toHaveLength(1)
    expected(rows[0] ?? {})
    return rows[0] ?? {}
  }, { timeout: 10_000, interval: 30 })
}
const pagesOf = (viewId: unknown) => stage.rows('SELECT page, visible_ms FROM view_pages WHERE view_id = ? ORDER BY page', [viewId])
const post = async (payload: string, headers: Record<string, string> = {}, to = link) =>
  (await stage.app.inject({ method: 'POST', url: `${to}/beat`, payload, headers: { 'content-type': 'text/plain', ...headers } })).statusCode

describe('a beacon · MAT-15', () => {
  it.each([
    ['negative', '{"ms":-5}'], ['a fraction', '{"ms":0.5}'], ['no number', '{"ms":NaN}'], ['infinite', '{"ms":1e999}'], ['of a year', '{"ms":31536000000}'], ['a text', '{"ms":"1000"}'], ['a list', '{"ms":[1000]}'], ['an object', '{"ms":{"$gt":0}}'],
    ['null', '{"ms":null}'], ['missing', '{"seq":2}'], ['a truth', '{"ms":true}'],
  ])('whose time is %s is refused', async (_what, counters) => {
    expect(await post(`{"v":"${page.ticket}",${counters.slice(1)}`)).toBe(400)
    expect(await stage.rows('SELECT id FROM views WHERE share_id = ?', [shareId])).toEqual([])
  })

  it.each<Record<string, unknown>>([{ page: 9 }, { page: -1 }, { page: '1' }, { pages: { 0: 1 } }, { pages: { 9: 1000 } }, { pages: { '1e0x': 5 } }, { pages: { constructor: 5 } }, { pages: { 1: '5' } }, { pages: [5] }, { depth: 101 }, { depth: -1 }, { seq: 1e9 }, { left: 2 }, { left: 'yes' }])('about what the material has not is refused: %j', async (wrong) => {
    expect(await page.beat({ ms: 1000, ...wrong })).toBe(400)
  })

  it('is small: a megabyte, and as many pages as fit into it, are turned away unread', async () => {
    expect(await post(`{"v":"${page.ticket}","ms":1,"pages":{"1":1},"x":"${'x'.repeat(1024 * 1024)}"}`)).toBe(413)
    expect(await page.beat({ ms: 1, pages: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [i + 1, 1])) })).toBe(413)
  })

  it.each(['', 'null', '[]', '"v"', '{', '{"v":1}', '{"v":{}}', '<xml/>', '\u0000'])('that is no beacon is refused: %j', async (body) => {
    expect(await post(body)).toBe(400)
  })

  it('of ten hours within ten seconds counts for ten seconds, and its pages for no more', async () => {
    stage.clock.pass(10_000)
    expect(await page.beat({ ms: 36_000_000, page: 2, pages: { 1: 18_000_000, 2: 18_000_000 } })).toBe(204)
    const { id, visible_ms: visibleMs } = await view()
    expect(Number(visibleMs)).toBeGreaterThanOrEqual(10_000)
    expect(Number(visibleMs)).toBeLessThan(13_000)
    const [first, second] = await pagesOf(id)
    expect(Number(first?.visible_ms) + Number(second?.visible_ms)).toBeLessThanOrEqual(Number(visibleMs))
  })

  it('tells nothing of the reader’s clock: three days ahead or behind, the moments are ours', async () => {
    const before = stage.clock.now()
    stage.clock.pass(5000)
    for (const days of [3, -3]) {
      const hers = stage.clock.now() + days * 86_400_000
      expect(await post(JSON.stringify({ v: page.ticket, ms: 4000, page: 1, pages: { 1: 4000 }, at: hers, openedAt: hers, now: hers }), { date: new Date(hers).toUTCString() })).toBe(204)
    }
    const { id, visible_ms: visibleMs } = await view()
    const [moments] = await stage.rows('SELECT UNIX_TIMESTAMP(opened_at) * 1000 opened, UNIX_TIMESTAMP(last_seen_at) * 1000 seen FROM views WHERE id = ?', [id])
    expect(Math.abs(Number(moments?.opened) - before)).toBeLessThan(2000)
    expect(Math.abs(Number(moments?.seen) - stage.clock.now())).toBeLessThan(2000)
    expect(visibleMs).toBe(4000)
  })

  it('with a ticket that is forged, of another link, or of another installation, is of nobody', async () => {
    const other = await send(material)
    const beat = (v: string, to = link) => post(JSON.stringify({ v, seq: 1, ms: 1 }), {}, to)
    const middle = page.ticket.length >> 1
    const turned = `${page.ticket.slice(0, middle)}${page.ticket[middle] === 'A' ? 'B' : 'A'}${page.ticket.slice(middle + 1)}`
    const elsewhere = createViewTickets(Buffer.alloc(32, 9)).issue(link.slice(3), { corpId: stage.corp.id, shareId, materialId: material, staffId: wu.staffId, viewKey: 'forged', visitorId: 'nobody', pages: 8, openedAt: stage.clock.now(), device: '' })
    for (const forged of [turned, elsewhere, `${page.ticket}A`, page.ticket.slice(0, -1), 'v1|x', '..', 'x'.repeat(2000)]) expect(await beat(forged), forged.slice(0, 40)).toBe(404)
    expect(await beat(page.ticket, other.link)).toBe(404)
    expect(await beat(page.ticket, '/r/AAAAAAAAAAAAAAAAAAAAAA')).toBe(404)
    expect(await stage.rows('SELECT id FROM views WHERE share_id IN (?)', [[shareId, other.shareId]])).toEqual([])
  })

  it('is one of a thousand at once: some are heard, the rest is told to wait, one view comes of it', async () => {
    stage.clock.pass(60_000)
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => page.beat({ ms: i * 50, page: 1, pages: { 1: i * 50 } })))
    const heard = answers.flatMap((status, i) => (status === 204 ? [i * 50] : []))
    expect(new Set(answers)).toEqual(new Set([204, 429]))
    expect(heard).toHaveLength(60)
    const { id } = await view(({ visible_ms: visibleMs }) => expect(visibleMs).toBe(Math.max(...heard)))
    expect(await pagesOf(id)).toEqual([{ page: 1, visible_ms: Math.max(...heard) }])
  })

  it('may come twice and in any order: the greatest counters are the truth', async () => {
    stage.clock.pass(40_000)
    const told = [4000, 8000, 12_000, 16_000, 20_000].map((ms, i) => ({ seq: i + 1, ms, page: i + 1, pages: { 1: 4000, [i + 1]: 4000 }, depth: i * 20 }))
    for (const counters of [4, 1, 3, 0, 4, 2, 0].map((i) => told[i] ?? {})) expect(await page.beat(counters)).toBe(204)
    const { id } = await view((row) => expect(row).toMatchObject({ visible_ms: 20_000, max_page: 5, last_page: 5, depth: 80 }))
    await vi.waitFor(async () => expect(await pagesOf(id)).toEqual([1, 2, 3, 4, 5].map((number) => ({ page: number, visible_ms: 4000 }))), { timeout: 5000 })
  })
})

it('a material that is deleted while it is read: her reading still counts, reloading says it is withdrawn, the figures stay · MAT-11', async () => {
  stage.clock.pass(8000)
  expect(await page.beat({ ms: 8000, page: 1, pages: { 1: 8000 } })).toBe(204)
  await view()
  expect((await admin.ask('DELETE', `/api/materials/${material}`)).statusCode).toBe(204)
  stage.clock.pass(8000)
  expect(await page.beat({ ms: 16_000, page: 2, pages: { 1: 8000, 2: 8000 }, left: 1 })).toBe(204)
  await view((row) => expect(row).toMatchObject({ visible_ms: 16_000, announced: 2 }))
  const again = await stage.device().get(link)
  expect(again).toMatchObject({ status: 410, body: expect.stringContaining('内容已下架') })
  expect(again.body).not.toContain('data-view')
  expect((await stage.device().get(`${link}/p1-720.webp`)).status).toBe(404)
  const { items } = (await wu.ask('GET', `/api/radar/views?materialId=${material}`)).json<AnswerOf<'GET /api/radar/views'>>()
  expect(items).toMatchObject([{ visibleMs: 16_000, material: { title: '2026 春季价目表' } }])
})

describe('HTML in what people name', () => {
  const EVIL = '<img src=x onerror=alert(1)>'
  const SHORT = '<b onclick=a()>'

  it('is text on the page, in the API, and in the message', async () => {
    await stage.rows('UPDATE staff SET name = ?, position = ? WHERE id = ?', [EVIL, EVIL, wu.staffId])
    await stage.platform.db.insert(departments).values({ corpId: stage.corp.id, departmentId: 77, name: EVIL })
    await stage.rows('UPDATE staff SET main_department = 77 WHERE id = ?', [wu.staffId])
    const titled = await stage.pdf(SHORT)
    await stage.rows('UPDATE materials SET summary = ? WHERE id = ?', [`"><script>alert(2)</script>${EVIL}`, titled])
    const linked = await stage.link(SHORT, `https://example.com/?q="><script>alert(3)</script>`, `</p>${EVIL}`)
    for (const id of [titled, linked]) {
      const sent = await send(id, EVIL)
      const { body, ticket } = await stage.device().open(sent.link)
      expect(body, 'the page').not.toMatch(/<img src=x|<b onclick|<script>alert/)
      expect(body).toContain('&lt;b onclick=a()&gt;')
      expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
      expect(ticket).not.toBe('')
    }
    // The message to the sender: WeCom draws a few tags in it.
    const sent = await send(titled, EVIL)
    const opened = await stage.device().open(sent.link)
    expect(await opened.beat({ ms: 0 })).toBe(204)
    const [notice] = await vi.waitFor(async () => {
      const rows = await stage.rows('SELECT card FROM notices WHERE staff_id = ? ORDER BY id DESC LIMIT 1', [wu.staffId])
      expect(JSON.stringify(rows)).toContain('onclick')
      return rows
    }, { timeout: 8000 })
    const card: unknown = typeof notice?.card === 'string' ? JSON.parse(notice.card) : notice?.card
    if (typeof card !== 'object' || card === null || !('title' in card) || !('lines' in card) || !Array.isArray(card.lines)) throw new Error('no card')
    const shown = toTextCard({ title: String(card.title), lines: [...card.lines.map(String), EVIL], url: 'https://crm.example.com', button: '看客户' })
    expect(shown.description).not.toMatch(/<img|<b /)
    expect(shown.description).toContain('&lt;img src=x')
    // The API gives it as it is, and as nothing but data.
    const answer = await wu.ask('GET', `/api/radar/views?materialId=${titled}`)
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' })
    expect(answer.json<AnswerOf<'GET /api/radar/views'>>().items[0]).toMatchObject({ readerName: EVIL, material: { title: SHORT }, staff: { name: EVIL } })
  })

  it('is text in the name of a file that is offered', async () => {
    const name = `${EVIL}"; filename="x.html.txt`
    const { db, clock } = stage.platform
    const [corpId, now] = [stage.corp.id, clock.now()]
    const [file] = await db.insert(files).values({ corpId, key: 'evil', kind: 'file', name, bytes: 3, mime: 'text/plain', sha256: 'x', drawn: [], state: 'ready', createdAt: now })
    const [made] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 1, type: 'file', title: '文件', tagIds: [], createdAt: now, updatedAt: now })
    await db.insert(materialFiles).values({ corpId, materialId: made.insertId, position: 0, fileId: file.insertId })
    const { body } = await stage.device().open((await send(made.insertId)).link)
    expect(body).not.toContain('<img src=x')
    expect(body).not.toContain('filename="x')
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;; filename=&quot;x.html.txt')
  })
})
