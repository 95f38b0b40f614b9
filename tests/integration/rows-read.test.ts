// How many rows the database reads to answer: what is asked on every request or round must not grow with all that was ever written.
import { fileURLToPath } from 'node:url'
import type { RowDataPacket } from 'mysql2'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { noticesOf } from '../../server/src/modules/notices/store.ts'
import { notices } from '../../server/src/modules/notices/tables.ts'
import { forwardsOf } from '../../server/src/modules/radar/forwards/store.ts'
import { shares } from '../../server/src/modules/radar/tables.ts'
import { connectDatabase, type Database } from '../../server/src/platform/db/connect.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { freshDatabase, type FreshDatabase } from '../run/services.ts'

const CORP = 1
const NOW = Date.UTC(2026, 2, 4, 4, 0)
const MANY = 4000

let made: FreshDatabase
/** Of one connection: it counts what its own queries have read. */
let database: Database
beforeAll(async () => {
  made = await freshDatabase()
  database = connectDatabase(made.url, { connections: 1 })
  await migrate(database.pool, fileURLToPath(new URL('../../server/migrations', import.meta.url)), pino({ level: 'silent' }))
})
afterAll(async () => {
  await database.close()
  await made.drop()
})

/** Rows of tables and entries of indexes that are read while it runs. */
async function readBy(ask: () => Promise<unknown>): Promise<number> {
  await database.pool.query('FLUSH STATUS')
  await ask()
  const [rows] = await database.pool.query<(RowDataPacket & { Variable_name: string; Value: string })[]>("SHOW SESSION STATUS LIKE 'Handler_read%'")
  return rows.filter((row) => !['Handler_read_rnd_deleted', 'Handler_read_retry'].includes(row.Variable_name)).reduce((sum, row) => sum + Number(row.Value), 0)
}

/** Rows by the thousand, numbered from `first`. */
async function fill<T>(count: number, row: (n: number) => T, write: (rows: T[]) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 1000) await write(Array.from({ length: Math.min(1000, count - n) }, (_, i) => row(n + i)))
}

it('forwards of a material are listed without reading its other links, or the forwards of others', async () => {
  const link = (n: number, of: { materialId: number; rootId?: number }) => ({
    corpId: CORP, token: `${of.materialId}-${n}`, requestId: `${of.materialId}-${n}`, staffId: 1, context: of.rootId === undefined ? 'single_chat' as const : 'forward' as const,
    depth: of.rootId === undefined ? 0 : 1, parentId: of.rootId ?? null, state: 'sent' as const, createdAt: NOW, sentAt: of.rootId === undefined ? NOW : null, rootId: of.rootId ?? null, materialId: of.materialId,
  })
  const write = (rows: ReturnType<typeof link>[]) => database.db.insert(shares).values(rows)
  await fill(MANY, (n) => link(n, { materialId: 1 }), write)
  await fill(MANY, (n) => link(n, { materialId: 2, rootId: n }), write)
  await fill(20, (n) => link(MANY + n, { materialId: 1, rootId: 1 + (n % 4) }), write)
  await database.pool.query('ANALYZE TABLE shares')
  const store = forwardsOf(database.db, CORP)
  const found = await store.chains(1, undefined, { limit: 10 })
  expect(found.map(({ rootId, copies, depth }) => [rootId, copies, depth])).toEqual([[4, 5, 1], [3, 5, 1], [2, 5, 1], [1, 5, 1]])
  expect(await readBy(() => store.chains(1, undefined, { limit: 10 }))).toBeLessThan(100)
})

it('what went out to a receiver in the last minute is found without reading half a year', async () => {
  const notice = (n: number, sentAt: number) => ({ corpId: CORP, staffId: 1, kind: 'note', onceKey: `${sentAt}-${n}`, card: { title: '', lines: [], url: '', button: '' }, state: 'sent' as const, dueAt: sentAt, createdAt: sentAt, sentAt })
  const write = (rows: ReturnType<typeof notice>[]) => database.db.insert(notices).values(rows)
  await fill(MANY, (n) => notice(n, NOW - (n + 2) * 60_000), write)
  await fill(2, (n) => notice(n, NOW - (n + 1) * 1000), write)
  await database.pool.query('ANALYZE TABLE notices')
  const store = noticesOf(database.db, CORP)
  expect(await store.lastSent(1, NOW - 60_000, 5)).toEqual([NOW - 1000, NOW - 2000])
  expect(await readBy(() => store.lastSent(1, NOW - 60_000, 5))).toBeLessThan(20)
})
