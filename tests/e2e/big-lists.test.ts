// Lists as long as a busy company has them (50 materials, 100 groups, 10 000 readings of one material) on a slowed phone: they
// scroll on without holding the finger up, load on by themselves, and keep what is far away out of the way.
import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf } from '@zhike/shared/contract'
import { openStage, openWorkbench, PHONE, type Stage, type Tab } from './stage.ts'

const CPU_SLOWDOWN = 4
const LONG = { timeout: 30_000 }
/** A frame that comes later than this is seen as a jerk. */
const JERK_MS = 120
/** Of all frames; this machine draws without a graphics card. */
const MOST_JERKS = 0.08
const MATERIALS = 50
const GROUPS = 100
const VIEWS = 10_000

let stage: Stage
let page: Tab
let tools: CDPSession
let materialId: number

beforeAll(async () => {
  stage = await openStage({ demo: true })
  page = await openWorkbench(stage, '/', PHONE)
  const { items } = await ask<AnswerOf<'GET /api/materials'>>('/api/materials?type=pdf&limit=1')
  materialId = items[0]?.materialId ?? 0
  await manyGroupsAndMaterials()
  await manyViews(materialId)
  tools = await page.context().newCDPSession(page)
  await tools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
}, 300_000)
afterAll(() => stage.close())

const ask = <T>(url: string, body?: object): Promise<T> => page.evaluate(async ([address, text]) => {
  const answer = await fetch(address ?? '', text === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
  return await answer.json()
}, [url, body && JSON.stringify(body)] as const)

async function manyGroupsAndMaterials(): Promise<void> {
  const groupIds: number[] = []
  for (let n = 1; n <= GROUPS; n++) groupIds.push((await ask<AnswerOf<'POST /api/material-groups'>>('/api/material-groups', { scope: 'corp', name: `分组 ${n}` })).groupId)
  for (let n = 1; n <= MATERIALS; n++) {
    await ask('/api/materials', { type: 'link', groupId: groupIds[n % GROUPS], title: `第 ${n} 份资料：春夏新品选购`, summary: '客户常问的问题都在这里。', url: `https://example.com/${n}`, score: 0, tagIds: [] })
  }
}

/** Readings of one material like the one that is there, one a minute back from it, each by another device. */
async function manyViews(of: number): Promise<void> {
  const url = new URL(stage.mariadb.url)
  url.pathname = '/zhike'
  const database = await createConnection(url.href)
  const [columns] = await database.query<(RowDataPacket & { name: string })[]>("SELECT column_name name FROM information_schema.columns WHERE table_schema = 'zhike' AND table_name = 'views' AND extra = '' AND generation_expression IS NULL")
  const made: Record<string, string> = { view_key: "CONCAT('many', seq.n)", visitor_id: "CONCAT('many', seq.n)", opened_at: 'opened_at - INTERVAL seq.n MINUTE', last_seen_at: 'last_seen_at - INTERVAL seq.n MINUTE' }
  const names = columns.map(({ name }) => name)
  await database.query('SET max_recursive_iterations = 20000')
  const [{ affectedRows }] = await database.query<ResultSetHeader>(`INSERT INTO views (${names.map((name) => `\`${name}\``).join(', ')})
    WITH RECURSIVE seq AS (SELECT 1 n UNION ALL SELECT n + 1 FROM seq WHERE n < ?)
    SELECT ${names.map((name) => made[name] ?? `v.\`${name}\``).join(', ')} FROM seq, (SELECT * FROM views WHERE material_id = ? ORDER BY id LIMIT 1) v`, [VIEWS, of])
  await database.end()
  expect(affectedRows).toBe(VIEWS)
}

interface Scrolled { frames: number; slow: number; worstMs: number }

/** A list is scrolled for some seconds; how the frames came meanwhile. */
async function swipe(on: Page, selector: string, swipes: number): Promise<Scrolled> {
  await on.evaluate(() => {
    const times: number[] = []
    const look = (at: number): void => { times.push(at); requestAnimationFrame(look) }
    requestAnimationFrame(look)
    Object.assign(window, { frameTimes: times })
  })
  const box = await on.locator(`${selector}:visible`).first().boundingBox()
  const [x, y] = [Math.round((box?.x ?? 0) + (box?.width ?? 0) / 2), Math.round((box?.y ?? 0) + (box?.height ?? 0) * 0.7)]
  for (let n = 0; n < swipes; n++) await tools.send('Input.synthesizeScrollGesture', { x, y, yDistance: -1400, speed: 2400, gestureSourceType: 'mouse' })
  return await on.evaluate((jerk) => {
    const times = 'frameTimes' in window && Array.isArray(window.frameTimes) ? window.frameTimes.map(Number) : []
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at))
    return { frames: gaps.length, slow: gaps.filter((gap) => gap > jerk).length, worstMs: Math.round(Math.max(...gaps)) }
  }, JERK_MS)
}

const scrollTop = (selector: string): Promise<number> => page.locator(`${selector}:visible`).first().evaluate((area) => area.scrollTop)

test('50 materials in 100 groups scroll on, and the filter of groups opens at once · MAT-3, MAT-4', async () => {
  await page.evaluate(() => { location.hash = '#/materials' })
  await page.getByText('第 50 份资料').first().waitFor(LONG)
  const scrolled = await swipe(page, '.paged-list', 4)
  expect(await scrollTop('.paged-list')).toBeGreaterThan(2000)
  expect(scrolled.slow / scrolled.frames).toBeLessThan(MOST_JERKS)
}, 120_000)

test('10 000 readings of a material scroll on for pages and pages · MAT-22', async () => {
  await page.evaluate((id) => { location.hash = `#/materials/${id}` }, materialId)
  await page.getByTestId('material-page').waitFor(LONG)
  await page.getByText('读者', { exact: true }).first().waitFor(LONG)
  const scrolled = await swipe(page, '[data-testid=material-page] .paged-list', 16)
  const rows = await page.locator('[data-testid=material-page] .paged-list li').count()
  expect(rows).toBeGreaterThan(60)
  expect(scrolled.slow / scrolled.frames).toBeLessThan(MOST_JERKS)
  expect(page.complaints).toEqual([])
}, 180_000)
