// Sums say what a count of everything would say, whatever readers, staff, the sweeper and the clock have done in between.
import { dayName } from '@zhike/shared'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDice } from '../run/dice.ts'
import { chatOf, createReading, type Person } from './radar-reading.ts'
import { openStage, type OpenPage, type Stage } from './radar-stage.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const HALF_LIFE_MS = 3 * 24 * HOUR_MS
const STEPS = 140

let stage: Stage
let reading: ReturnType<typeof createReading>
beforeAll(async () => {
  stage = await openStage({ now: Date.UTC(2026, 2, 4, 12, 0) })
  reading = createReading(stage)
})
afterAll(() => stage.close())

type Row = Record<string, unknown>
type Counted = Map<string, number[]>

/** Sums by a key, column by column; what is nothing in all columns may as well be missing. */
function summed(rows: readonly Row[], keyOf: (row: Row) => string, columns: (row: Row) => number[]): [string, number[]][] {
  const found: Counted = new Map()
  for (const row of rows) found.set(keyOf(row), columns(row).map((n, i) => n + (found.get(keyOf(row))?.[i] ?? 0)))
  return [...found].filter(([, sums]) => sums.some((n) => n !== 0)).sort(([a], [b]) => (a < b ? -1 : 1))
}
const at = (value: unknown): number => (value instanceof Date ? value.getTime() : Number.NaN)
const day = (value: unknown): string => dayName(at(value))

interface OpenReading { page: OpenPage; since: number; ms: number; pages: Record<number, number> }

/** Days of a corp in which anything may happen next. */
async function live(seed: number): Promise<void> {
  const dice = createDice(seed)
  const userids = ['wuxiaoyan', 'chensiyuan', 'zhaoyi']
  let staff: Person[] = []
  let signedInAt = 0
  const signIn = async () => {
    if (stage.clock.now() - signedInAt < 10 * HOUR_MS) return
    staff = await Promise.all(userids.map((userid) => stage.person(userid)))
    signedInAt = stage.clock.now()
  }
  await signIn()
  const materials = [await stage.pdf('价目表', 4), await stage.pdf('画册', 3), await stage.pdf('手册', 2)]
  const known = await Promise.all(staff.flatMap(({ staffId }) => ['甲', '乙'].map((name) => stage.customer(`${name}${staffId}`, [staffId]))))
  const groups = await Promise.all(staff.map(({ userid }) => stage.group('妈妈群', userid, known.map(({ externalUserId }) => ({ memberId: externalUserId, type: 2 as const })))))
  const devices = Array.from({ length: 9 }, () => stage.device())
  const links: string[] = []
  let open: OpenReading[] = []

  const send = async () => {
    await signIn()
    const who = dice.below(staff.length)
    const sender = staff[who]
    const friend = known[2 * who + dice.below(2)]
    const group = groups[who]
    if (!sender || !friend || !group) return
    links.push((await stage.send(sender, dice.pick(materials), dice.roll() < 0.25 ? { kind: 'group', chatId: group.chatId } : chatOf(friend))).link)
  }
  const openOne = async () => {
    const page = await dice.pick(devices).open(dice.pick(links))
    // A device may open so many pages a minute.
    if (page.ticket !== '') open.push({ page, since: stage.clock.now(), ms: 0, pages: {} })
  }
  const readOn = async () => {
    // A page that was left lying about for a day is not heard any more.
    open = open.filter(({ since }) => stage.clock.now() - since < 20 * HOUR_MS)
    if (open.length === 0) return
    const one = dice.pick(open)
    const more = Math.min(Math.round(dice.lasting(20_000)), stage.clock.now() - one.since - one.ms)
    if (more > 0) {
      one.ms += more
      const page = 1 + dice.below(2)
      one.pages[page] = (one.pages[page] ?? 0) + more
    }
    const sent = await one.page.beat({ ms: one.ms, page: 1, pages: one.pages, left: dice.roll() < 0.4 ? 1 : 0 })
    expect([204, 429]).toContain(sent)
  }

  await send()
  for (let step = 0; step < STEPS; step++) {
    stage.clock.pass(Math.round(dice.lasting(dice.roll() < 0.2 ? 5 * HOUR_MS : 20_000)))
    const what = dice.roll()
    if (what < 0.12) await send()
    else if (what < 0.45) await openOne()
    else if (what < 0.9) await readOn()
    if (dice.roll() < 0.7) await reading.work()
    if (dice.roll() < 0.15) await Promise.all([reading.sweep(), reading.sweep()])
  }
  await reading.work()
  stage.clock.pass(MINUTE_MS)
  await reading.sweep()
}

/** Compares each table of sums with what it was made of. */
async function expectSums(): Promise<void> {
  const views = await stage.rows('SELECT * FROM views')
  expect(views.map((view) => Number(view.announced))).not.toContain(0)
  const shares = (await stage.rows("SELECT * FROM shares WHERE state = 'sent' AND sent_at IS NOT NULL")).map((share) => ({ ...share, sent: true }))
  const happened: Row[] = [...views, ...shares]
  const dayOf = (row: Row) => day('sent' in row ? row.sent_at : row.opened_at)
  const counts = (row: Row) => ('sent' in row ? [0, 1, 0, 0] : [1, 0, row.counted_ms === null ? 0 : 1, Number(row.visible_ms)])
  const kept = (row: Row) => [Number(row.views), Number(row.shares), Number(row.readings), Number(row.read_ms)]
  const table = (name: string) => stage.rows(`SELECT *${name.endsWith('_days') ? ', CAST(day AS CHAR) AS day' : ''} FROM ${name}`)

  expect(summed(await table('material_days'), (row) => `${row.material_id} ${row.day}`, kept)).toEqual(summed(happened, (row) => `${row.material_id} ${dayOf(row)}`, counts))
  expect(summed(await table('sender_days'), (row) => `${row.staff_id} ${row.day}`, kept)).toEqual(summed(happened, (row) => `${row.staff_id} ${dayOf(row)}`, counts))
  expect(summed(await table('material_sender_days'), (row) => `${row.material_id} ${row.staff_id} ${row.day}`, kept)).toEqual(summed(happened, (row) => `${row.material_id} ${row.staff_id} ${dayOf(row)}`, counts))
  expect(summed(await table('material_senders'), (row) => `${row.material_id} ${row.staff_id}`, kept)).toEqual(summed(happened, (row) => `${row.material_id} ${row.staff_id}`, counts))

  const pages = await stage.rows('SELECT v.material_id, v.staff_id, p.page, p.visible_ms FROM view_pages p JOIN views v ON v.corp_id = p.corp_id AND v.id = p.view_id')
  const keyOfPage = (row: Row) => `${row.material_id} ${row.staff_id} ${row.page}`
  expect(summed(await table('material_pages'), keyOfPage, (row) => [Number(row.views), Number(row.read_ms)])).toEqual(summed(pages, keyOfPage, (row) => [1, Number(row.visible_ms)]))

  // Whoever knows the reader sees her get warmer: the sender, else the customer's own friend.
  const friends = new Map((await stage.rows('SELECT customer_id, staff_id FROM customer_relations')).map((row) => [Number(row.customer_id), Number(row.staff_id)]))
  const now = stage.clock.now()
  const pointsOf = (view: Row) => 2 ** ((at(view.opened_at) - now) / HALF_LIFE_MS) * (1 + Number(view.visible_ms) / MINUTE_MS)
  const warm = views.filter((view) => view.customer_id !== null).map((view): Row => ({ ...view, staff_id: view.reader === 'customer' ? view.staff_id : friends.get(Number(view.customer_id)) }))
  const keyOfHeat = (row: Row) => `${row.staff_id} ${row.customer_id}`
  const rounded = (list: [string, number[]][]) => list.map(([key, sums]) => [key, sums.map((n) => n.toFixed(6))])
  expect(rounded(summed(await table('customer_heat'), keyOfHeat, (row) => [2 ** (Number(row.heat) - now / HALF_LIFE_MS)]))).toEqual(rounded(summed(warm, keyOfHeat, (row) => [pointsOf(row)])))
}

describe('sums of the radar agree with a count of all views, pages and shares · MAT-21, MAT-23', () => {
  it.each([1, 2])('after days in which anything happened (%i)', async (seed) => {
    await live(seed)
    await expectSums()
    const [row] = await stage.rows('SELECT COUNT(*) views, COUNT(DISTINCT DATE(opened_at)) days, SUM(customer_id IS NULL) strangers, SUM(reader = \'forwarded\' AND customer_id IS NOT NULL) elsewhere FROM views')
    expect(Number(row?.views)).toBeGreaterThan(20 * seed)
    expect(Number(row?.days)).toBeGreaterThan(2)
    expect([Number(row?.strangers) > 0, Number(row?.elsewhere) > 0]).toEqual([true, true])
  }, 120_000)

  it('and after a past was brought over', async () => {
    const [material, wu] = [await stage.pdf('旧画册', 4), await stage.person('wuxiaoyan')]
    const customer = await stage.customer('老客户', [wu.staffId])
    const back = (days: number) => stage.clock.now() - days * 24 * HOUR_MS
    await stage.radar.importHistory(stage.corp.id, [9, 5, 1].map((days) => ({
      materialId: material, staffId: wu.staffId, to: { customerId: customer.customerId }, sentAt: back(days),
      views: [
        { openedAt: back(days) + HOUR_MS, visibleMs: 9000, pageMs: [5000, 0, 4000], reader: 'customer' as const, customerId: customer.customerId, pages: 4 },
        { openedAt: back(days) + 20 * HOUR_MS, visibleMs: 3000, pageMs: [1000, 2000], reader: 'forwarded' as const, customerId: null, pages: 4 },
      ],
    })))
    await expectSums()
  })

  it('what a forgotten customer read stays in the sums of its days, and she is hot no more · SYS-17', async () => {
    const [row] = await stage.rows('SELECT c.id, c.external_user_id FROM customers c JOIN customer_heat h ON h.customer_id = c.id LIMIT 1')
    const sums = () => stage.rows('SELECT SUM(views) views, SUM(read_ms) ms FROM sender_days')
    const before = await sums()
    await stage.radar.forgetCustomer({ corpId: stage.corp.id, customerId: Number(row?.id), externalUserId: String(row?.external_user_id), unionId: null })
    expect(await sums()).toEqual(before)
    expect(await stage.rows('SELECT * FROM customer_heat WHERE customer_id = ?', [Number(row?.id)])).toEqual([])
  })
})
