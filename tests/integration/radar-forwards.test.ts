import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnswerOf } from '@zhike/shared/contract'
import { createForwardTokens, FORWARD_LENGTH } from '../../server/src/modules/radar/shares/forward-tokens.ts'
import { openStage, type Stage } from './radar-stage.ts'

let stage: Stage
let wu: Awaited<ReturnType<Stage['person']>>
let chen: Awaited<ReturnType<Stage['person']>>
let material: number
let customer: Awaited<ReturnType<Stage['customer']>>

beforeAll(async () => {
  stage = await openStage()
  await stage.radar.work()
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
})
afterAll(() => stage.close())
beforeEach(async () => {
  customer = await stage.customer('林间小路', [wu.staffId])
  material = await stage.pdf('2026 春季价目表')
})

const chat = () => ({ kind: 'customer', externalUserId: customer.externalUserId })
/** Opens a link on a device and reads for a while; gives the address that this reader passes on. */
async function read(device: ReturnType<Stage['device']>, link: string, ms: number): Promise<string> {
  const page = await device.open(link)
  expect(page.ticket).not.toBe('')
  stage.clock.pass(ms)
  expect(await page.beat({ ms, page: 1, pages: { 1: ms }, left: 1 })).toBe(204)
  return /data-forward="([^"]+)"/.exec(page.body)?.[1] ?? ''
}
const announced = (views: number) => vi.waitFor(async () => {
  const [row] = await stage.rows('SELECT COUNT(*) n FROM views WHERE material_id = ? AND announced > 0', [material])
  expect(Number(row?.n)).toBe(views)
}, { timeout: 8000, interval: 30 })
const tree = async (shareId: number, who = wu) => (await who.ask('GET', `/api/radar/shares/${shareId}/tree`)).json<AnswerOf<'GET /api/radar/shares/:shareId/tree'>>()

describe('a link that is passed on · MAT-19', () => {
  it('makes a tree of three: A → B → C, each with her own reading', async () => {
    const sent = await stage.send(wu, material, chat())
    const [a, b, c] = [stage.device(), stage.device(), stage.device()]
    const fromA = await read(a, sent.link, 20_000)
    const fromB = await read(b, fromA, 12_000)
    await read(c, fromB, 7000)
    await announced(3)
    const found = await tree(sent.shareId)
    expect(found.root).toMatchObject({ shareId: sent.shareId, to: '林间小路', group: false })
    expect(found.nodes.map((node) => [node.name, node.reader, node.depth, node.parent, node.visibleMs])).toEqual([
      ['林间小路', 'customer', 0, null, 20_000], ['「林间小路」的朋友', 'forwarded', 1, 0, 12_000], ['「林间小路」的朋友的朋友', 'forwarded', 2, 1, 7000],
    ])
    const chains = (await wu.ask('GET', `/api/radar/forwards?materialId=${material}`)).json<AnswerOf<'GET /api/radar/forwards'>>()
    expect(chains.items).toMatchObject([{ shareId: sent.shareId, to: '林间小路', copies: 2, depth: 2 }])
    expect((await stage.rows('SELECT COALESCE(SUM(shares), 0) n FROM material_days WHERE material_id = ?', [material]))[0]).toMatchObject({ n: '1' })
  })

  it('is no forward when the same person opens her own copy: she reads on', async () => {
    const sent = await stage.send(wu, material, chat())
    const a = stage.device()
    const fromA = await read(a, sent.link, 5000)
    await read(a, fromA, 6000)
    await announced(2)
    expect((await tree(sent.shareId)).nodes).toMatchObject([{ name: '林间小路', opens: 2, visibleMs: 11_000, depth: 0 }])
    expect(await stage.rows('SELECT id FROM shares WHERE root_id = ?', [sent.shareId])).toEqual([])
  })

  it('is a forward as well when the address was copied as it was sent', async () => {
    const sent = await stage.send(wu, material, chat())
    await read(stage.device(), sent.link, 5000)
    await announced(1)
    await read(stage.device(), sent.link, 6000)
    await announced(2)
    expect((await tree(sent.shareId)).nodes.map((node) => [node.name, node.depth, node.parent])).toEqual([['林间小路', 0, null], ['「林间小路」的朋友', 1, 0]])
  })

  it('shows no colleague’s chain, and no customer that the viewer may not see', async () => {
    const sent = await stage.send(wu, material, chat())
    const hers = await stage.customer('果果妈', [chen.staffId])
    const a = stage.device()
    const b = stage.device()
    const other = await stage.send(chen, material, { kind: 'customer', externalUserId: hers.externalUserId })
    await read(b, other.link, 3000)
    await announced(1)
    await read(b, await read(a, sent.link, 4000), 5000)
    await announced(3)
    expect((await tree(sent.shareId)).nodes.map((node) => [node.name, node.customer?.customerId ?? null])).toEqual([['林间小路', customer.customerId], ['「林间小路」的朋友', null]])
    expect((await chen.ask('GET', `/api/radar/shares/${sent.shareId}/tree`)).statusCode).toBe(404)
    expect((await chen.ask('GET', `/api/radar/forwards?materialId=${material}`)).json()).toEqual({ items: [], more: false })
    const events = await stage.rows('SELECT kind FROM customer_events WHERE customer_id = ? ORDER BY id', [hers.customerId])
    expect(events.filter((event) => event.kind === 'material_opened')).toHaveLength(2)
  })

  it('leaves nothing behind when a machine or a colleague opens a copy', async () => {
    const sent = await stage.send(wu, material, chat())
    const fromA = await read(stage.device(), sent.link, 4000)
    await stage.device('Mozilla/5.0 (compatible; WeWorkLinkPreview/1.0)').open(fromA)
    expect(await stage.rows('SELECT id FROM shares WHERE root_id = ?', [sent.shareId])).toEqual([])
    expect((await stage.device().get(`${fromA}/card.jpg`)).status).toBe(200)
  })

  it('a chain of a thousand has addresses of one length and one tree', async () => {
    const sent = await stage.send(wu, material, chat())
    const forwards = createForwardTokens(stage.platform.config.appKey)
    let parentId = sent.shareId
    for (let i = 1; i <= 1000; i++) {
      const visitorId = Buffer.from(String(i).padStart(12, '0')).toString('base64url')
      const token = forwards.issue({ corpId: stage.corp.id, shareId: parentId, visitorId }) ?? ''
      expect(token).toHaveLength(FORWARD_LENGTH)
      await stage.rows('INSERT INTO shares (corp_id, token, parent_id, root_id, depth, forwarded_by, material_id, staff_id, context, request_id, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))',
        [stage.corp.id, token, parentId, sent.shareId, i, visitorId, material, wu.staffId, 'forward', token.slice(0, 36), 'sent'])
      const [row] = await stage.rows('SELECT id FROM shares WHERE token = ?', [token])
      parentId = Number(row?.id)
      const next = Buffer.from(String(i + 1).padStart(12, '0')).toString('base64url')
      await stage.rows('INSERT INTO views (corp_id, view_key, share_id, material_id, staff_id, visitor_id, reader, opened_at, last_seen_at, visible_ms, announced) VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 1000, 2)',
        [stage.corp.id, `deep${i}`, parentId, material, wu.staffId, next, 'forwarded'])
    }
    const found = await tree(sent.shareId)
    expect(found.nodes).toHaveLength(500)
    expect(found.more).toBe(true)
    expect(found.nodes.at(-1)?.depth).toBe(499)
  }, 60_000)
})

describe('addresses that readers pass on', () => {
  const key = Buffer.alloc(32, 5)
  const visitorId = Buffer.from('visitor-0001').toString('base64url')
  it('say whose copy it is, to nobody but us', () => {
    const tokens = createForwardTokens(key)
    const token = tokens.issue({ corpId: 7, shareId: 123_456_789, visitorId }) ?? ''
    expect(tokens.read(token)).toEqual({ corpId: 7, shareId: 123_456_789, visitorId })
    expect(tokens.issue({ corpId: 7, shareId: 123_456_789, visitorId })).toBe(token)
    expect(Buffer.from(token, 'base64url').includes(Buffer.from('visitor-0001'))).toBe(false)
    expect(createForwardTokens(Buffer.alloc(32, 6)).read(token)).toBeNull()
    for (let i = 0; i < token.length; i++) {
      const changed = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`
      expect(tokens.read(changed), `sign ${i}`).toBeNull()
    }
    expect(tokens.issue({ corpId: 7, shareId: 1, visitorId: 'past-12' })).toBeNull()
  })
})

it('a preview link shows the page as a preview, counts nowhere and ends · MAT-12', async () => {
  const { url } = stage.previews.link(stage.corp.id, material)
  const path = new URL(url).pathname
  const before = await stage.rows('SELECT COUNT(*) n FROM visitors')
  const page = await stage.device().open(path)
  expect(page.body).toContain('内部预览')
  expect(page.ticket).toBe('')
  expect((await stage.device().get(`${path}/card.jpg`)).status).toBe(200)
  expect(await stage.rows('SELECT COUNT(*) n FROM visitors')).toEqual(before)
  expect((await stage.device().get(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`)).status).toBe(404)
  stage.clock.pass(32 * 24 * 60 * 60_000)
  expect((await stage.device().get(path)).status).toBe(404)
})
