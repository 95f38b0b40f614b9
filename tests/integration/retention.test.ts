// What is let go with time: rows put into the tables as they would be, and a clock that is given.
import { eq, type SQL, sql } from 'drizzle-orm'
import type { MySqlTable } from 'drizzle-orm/mysql-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLogs } from '../../server/src/modules/audit/tables.ts'
import { callbacks } from '../../server/src/modules/callbacks/tables.ts'
import { setupTickets } from '../../server/src/modules/corps/tables.ts'
import { customerEvents, customerScores } from '../../server/src/modules/customers/tables.ts'
import { sessions } from '../../server/src/modules/identity/tables.ts'
import { jobFailures, jobs } from '../../server/src/modules/jobs/tables.ts'
import { notices } from '../../server/src/modules/notices/tables.ts'
import { customerHeat, materialDays, radarSettings, viewPages, views, visitors } from '../../server/src/modules/radar/tables.ts'
import { forgetDue } from '../../server/src/platform/retention.ts'
import { openHouse, type House } from '../run/house.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const START = Date.UTC(2026, 2, 4)
/** Two tenants: nobody's rows are kept longer than another's. */
const CORPS = [7001, 7002]

let house: House
let now = START
beforeAll(async () => {
  house = await openHouse({ clock: { now: () => now } })
})
afterAll(() => house.close())
beforeEach(() => {
  now = START
})

/** Everything that is due, in pieces of two rows. */
async function forgetAll(): Promise<void> {
  for (const one of house.modules.retentions) await forgetDue(one, () => now, undefined, 2)
}
async function rowsOf(table: MySqlTable, where?: SQL): Promise<number> {
  const [row] = await house.platform.db.select({ rows: sql<number>`count(*)` }).from(table).where(where)
  return Number(row?.rows)
}
const put = async <T extends MySqlTable>(table: T, rows: T['$inferInsert'][]) => void (await house.platform.db.insert(table).values(rows))

/** Three rows in each tenant, each of them begun at `START`. */
const three = <Row>(row: (corpId: number, n: number) => Row): Row[] => CORPS.flatMap((corpId) => [1, 2, 3].map((n) => row(corpId, n)))

async function expectKept(table: MySqlTable, days: number, where?: SQL): Promise<void> {
  now = START + days * DAY_MS
  await forgetAll()
  expect(await rowsOf(table, where), 'not before').toBe(6)
  now += 1000
  await forgetAll()
  expect(await rowsOf(table, where), 'when due, of both tenants').toBe(0)
}

describe('with time are let go', () => {
  test('entries of the audit log after two years · SYS-9', async () => {
    await put(auditLogs, three((corpId) => ({ corpId, action: 'material.created' as const, subject: '素材', at: START })))
    await expectKept(auditLogs, 2 * 366, sql`corp_id > 7000`)
  })
  test('views with their pages after three years, readers with their last view; sums stay · SYS-17', async () => {
    const old = three((corpId, n) => ({ corpId, viewKey: `v${n}`, shareId: 1, materialId: 1, staffId: 1, visitorId: `reader${n}`, openedAt: START, lastSeenAt: START, announced: n - 1 }))
    await put(views, old)
    // The third reader has read again since.
    await put(views, CORPS.map((corpId) => ({ corpId, viewKey: 'again', shareId: 1, materialId: 1, staffId: 1, visitorId: 'reader3', openedAt: START + 30 * DAY_MS, lastSeenAt: START, announced: 2 })))
    await put(visitors, three((corpId, n) => ({ corpId, visitorId: `reader${n}`, createdAt: START })))
    for (const view of await house.platform.db.select().from(views)) await put(viewPages, [{ corpId: view.corpId, viewId: view.id, page: 1, visibleMs: 10 }, { corpId: view.corpId, viewId: view.id, page: 2, visibleMs: 10 }])
    await put(materialDays, CORPS.map((corpId) => ({ corpId, materialId: 1, day: '2026-03-04', views: 3 })))
    now = START + 3 * 366 * DAY_MS
    await forgetAll()
    expect([await rowsOf(views), await rowsOf(viewPages), await rowsOf(visitors)]).toEqual([8, 16, 6])
    now += 1000
    await forgetAll()
    expect([await rowsOf(views), await rowsOf(viewPages), await rowsOf(visitors)]).toEqual([2, 4, 2])
    now += 31 * DAY_MS
    await forgetAll()
    expect([await rowsOf(views), await rowsOf(viewPages), await rowsOf(visitors)]).toEqual([0, 0, 0])
    expect(await rowsOf(materialDays)).toBe(2)
  })
  test('views when their own corp says so; one that shortens its time is cleaned in small pieces, readers and all, and is in nobody’s way · SYS-17', async () => {
    const [long, usual, short] = [7101, 7102, 7103]
    const { db } = house.platform
    const keep = (corpId: number, days: number) => db.insert(radarSettings).values({ corpId, consentLine: 1, tellReading: 1, tellSummary: 1, keepViewsDays: days, updatedAt: START }).onDuplicateKeyUpdate({ set: { keepViewsDays: days } })
    const ages = [10, 40, 400, 1200]
    const read = [long, usual, short].flatMap((corpId) => ages.flatMap((age) => [1, 2].map((n) => ({ corpId, viewKey: `${age}:${n}`, shareId: 1, materialId: 1, staffId: 1, visitorId: `reader${age}`, openedAt: START - age * DAY_MS, lastSeenAt: START, announced: 2 }))))
    await put(views, read)
    await put(visitors, [long, usual, short].flatMap((corpId) => ages.map((age) => ({ corpId, visitorId: `reader${age}`, createdAt: START - age * DAY_MS + 5000 }))))
    for (const view of await db.select().from(views).where(sql`corp_id > 7100`)) await put(viewPages, [{ corpId: view.corpId, viewId: view.id, page: 1, visibleMs: 10 }])
    await put(materialDays, [{ corpId: short, materialId: 1, day: '2022-01-01', views: 3 }])
    await keep(long, 3660)
    await keep(short, 30)
    const left = async (corpId: number) => [await rowsOf(views, eq(views.corpId, corpId)), await rowsOf(viewPages, eq(viewPages.corpId, corpId)), await rowsOf(visitors, eq(visitors.corpId, corpId))]
    await forgetAll()
    expect([await left(long), await left(usual), await left(short)]).toEqual([[8, 8, 4], [6, 6, 3], [2, 2, 1]])
    await keep(long, 30)
    now += 3000
    const [viewsGo] = house.modules.radar.retentions
    const pieces: number[] = []
    if (viewsGo) await forgetDue({ ...viewsGo, forget: async (at, piece) => {
      const gone = await viewsGo.forget(at, piece)
      pieces.push(gone.gone)
      return gone
    } }, () => now, undefined, 2)
    expect(Math.max(...pieces)).toBe(2)
    expect(pieces.reduce((sum, gone) => sum + gone, 0)).toBe(6)
    expect([await left(long), await left(usual), await left(short)]).toEqual([[2, 2, 1], [6, 6, 3], [2, 2, 1]])
    expect(await rowsOf(materialDays, eq(materialDays.corpId, short))).toBe(1)
    await db.delete(radarSettings)
    await db.delete(views)
  })
  test('the heat of customers when it has long been cold', async () => {
    await put(customerHeat, three((corpId, n) => ({ corpId, staffId: 1, customerId: n, heat: 1, lastAt: START })))
    await expectKept(customerHeat, 60)
  })
  test('what points were given for after three years; the score stays · MAT-9', async () => {
    await put(customerScores, three((corpId, n) => ({ corpId, customerId: n, source: 'material:1', day: '2026-03-04', points: 3, at: START })))
    await expectKept(customerScores, 3 * 366)
  })
  test('the customer log after three years, but for when friendships began and ended', async () => {
    await put(customerEvents, three((corpId, n) => ({ corpId, customerId: n, kind: 'material_opened' as const, subject: 'view:1', data: {}, at: START })))
    await put(customerEvents, three((corpId, n) => ({ corpId, customerId: n, kind: 'added' as const, subject: 'staff:1', data: {}, at: START })))
    await expectKept(customerEvents, 3 * 366, eq(customerEvents.kind, 'material_opened'))
    expect(await rowsOf(customerEvents)).toBe(6)
  })
  test('notices after half a year', async () => {
    await put(notices, three((corpId, n) => ({ corpId, staffId: 1, kind: 'opened', onceKey: `k${n}`, card: { title: '', lines: [], url: '', button: '' }, state: 'sent' as const, dueAt: START, createdAt: START })))
    await expectKept(notices, 180)
  })
  test('callbacks that were handled after a month, dead letters after half a year', async () => {
    await put(callbacks, three((corpId, n) => ({ corpId, digest: Buffer.alloc(32, n), event: 'e', body: '', state: 'done' as const, createdAt: START, receivedAt: START, dueAt: START })))
    await put(callbacks, three((corpId, n) => ({ corpId, digest: Buffer.alloc(32, n + 10), event: 'e', body: '', state: 'dead' as const, createdAt: START, receivedAt: START, dueAt: START })))
    await expectKept(callbacks, 30, eq(callbacks.state, 'done'))
    await expectKept(callbacks, 180, eq(callbacks.state, 'dead'))
  })
  test('sessions and set-up links when they have ended · SYS-3, SYS-14', async () => {
    await put(sessions, three((corpId, n) => ({ tokenHash: `s${corpId}${n}`, corpId, staffId: 1, kind: 'staff' as const, createdAt: START, expiresAt: START + 2 * DAY_MS })))
    await put(setupTickets, three((corpId, n) => ({ ticketHash: `t${corpId}${n}`, corpId, createdAt: START, expiresAt: START + 2 * DAY_MS })))
    await expectKept(sessions, 2, sql`corp_id > 7000`)
    now = START
    await put(setupTickets, three((corpId, n) => ({ ticketHash: `u${corpId}${n}`, corpId, createdAt: START, expiresAt: START + 2 * DAY_MS })))
    await expectKept(setupTickets, 2, sql`corp_id > 7000`)
  })
})

describe('of jobs', () => {
  const job = (corpId: number, more: Partial<typeof jobs.$inferInsert>): typeof jobs.$inferInsert =>
    ({ corpId, kind: 'contacts_sync', title: '同步通讯录', state: 'done', movedAt: START, createdAt: START, finishedAt: START, ...more })
  beforeEach(async () => {
    await house.platform.db.delete(jobs)
    await house.platform.db.delete(jobFailures)
  })

  test('the newest ten quiet syncs of a kind stay, those with failures and those somebody asked for half a year', async () => {
    for (const corpId of CORPS) {
      await put(jobs, [job(corpId, { failed: 2 }), job(corpId, { requestedBy: 5 }), job(corpId, { state: 'failed' })])
      await put(jobs, Array.from({ length: 14 }, () => job(corpId, {})))
      await put(jobs, [job(corpId, { kind: 'tags_sync' })])
    }
    await forgetAll()
    expect(await rowsOf(jobs, eq(jobs.corpId, 7001))).toBe(3 + 10 + 1)
    expect(await rowsOf(jobs)).toBe(2 * (3 + 10 + 1))
    now = START + 180 * DAY_MS + 1000
    await forgetAll()
    expect(await rowsOf(jobs)).toBe(0)
  })
  test('failures go with their job · GEN-5', async () => {
    await put(jobs, CORPS.map((corpId, i) => job(corpId, { id: 900 + i, requestedBy: 5, failed: 5 })))
    await put(jobFailures, CORPS.flatMap((corpId, i) => Array.from({ length: 5 }, (_each, n) => ({ corpId, jobId: 900 + i, item: String(n), reason: '' }))))
    now = START + 180 * DAY_MS
    await forgetAll()
    expect([await rowsOf(jobs), await rowsOf(jobFailures)]).toEqual([2, 10])
    now += 1000
    await forgetAll()
    expect([await rowsOf(jobs), await rowsOf(jobFailures)]).toEqual([0, 0])
  })
  test('a result file goes after its seven days, the job that made it stays · GEN-6', async () => {
    const { files, db } = house.platform
    for (const corpId of CORPS) {
      await files.put(`c${corpId}/jobs/1`, Buffer.from('x'), 'text/plain')
      await put(jobs, [job(corpId, { kind: 'audit_export', requestedBy: 5, fileName: '名单.xlsx', fileKey: `c${corpId}/jobs/1`, fileUntil: START + 7 * DAY_MS })])
    }
    now = START + 7 * DAY_MS
    await forgetAll()
    expect(await Promise.all(CORPS.map((corpId) => files.get(`c${corpId}/jobs/1`)))).not.toContain(null)
    now += 1000
    await forgetAll()
    expect(await Promise.all(CORPS.map((corpId) => files.get(`c${corpId}/jobs/1`)))).toEqual([null, null])
    expect(await db.select({ name: jobs.fileName, key: jobs.fileKey, until: jobs.fileUntil }).from(jobs)).toEqual([{ name: '名单.xlsx', key: null, until: null }, { name: '名单.xlsx', key: null, until: null }])
  })
  test('one that has not ended stays, however old', async () => {
    await put(jobs, [job(7001, { state: 'running', finishedAt: null, requestedBy: 5 })])
    now = START + 400 * DAY_MS
    await forgetAll()
    expect(await rowsOf(jobs)).toBe(1)
  })
})
