import { readdirSync } from 'node:fs'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pino } from 'pino'
import { setTimeout as pause } from 'node:timers/promises'
import { connectDatabase, type Database } from '../../server/src/platform/db/connect.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { inTransaction } from '../../server/src/platform/db/transaction.ts'
import { createMetrics } from '../../server/src/platform/metrics.ts'
import { createQueues } from '../../server/src/platform/queues.ts'
import { connectRedis } from '../../server/src/platform/redis.ts'
import { createStream, type Entry } from '../../server/src/platform/streams.ts'
import { corps } from '../../server/src/modules/corps/tables.ts'
import { freshDatabase, freshRedis, type FreshDatabase, type FreshRedis } from '../run/services.ts'

const log = pino({ level: 'silent' })
const migrations = new URL('../../server/migrations', import.meta.url).pathname

let fresh: FreshDatabase
let database: Database
let redis: FreshRedis
beforeAll(async () => {
  fresh = await freshDatabase()
  redis = await freshRedis()
  database = connectDatabase(fresh.url, { connections: 10 })
})
afterAll(async () => {
  await database.close()
  await fresh.drop()
  await redis.drop()
})

describe('migrations', () => {
  test('many processes at once apply each migration once', async () => {
    const others = [1, 2, 3].map(() => connectDatabase(fresh.url, { connections: 2 }))
    await Promise.all([database, ...others].map(({ pool }) => migrate(pool, migrations, log)))
    await Promise.all(others.map((other) => other.close()))
    const [rows] = await database.pool.query('SELECT tag, finished FROM schema_migrations ORDER BY tag')
    const files = readdirSync(migrations).filter((file) => file.endsWith('.sql')).sort()
    expect(rows).toEqual(files.map((file) => ({ tag: file.replace('.sql', ''), finished: 1 })))
  })
  test('a second start finds nothing to do', async () => {
    const started = Date.now()
    await migrate(database.pool, migrations, log)
    expect(Date.now() - started).toBeLessThan(1000)
  })
})

test('a program older than its database says so, and changes nothing', async () => {
  await database.pool.query("INSERT INTO schema_migrations (tag, digest, finished, applied_at) VALUES ('9999_of_a_newer_one', '', 1, UTC_TIMESTAMP(3))")
  await expect(migrate(database.pool, migrations, log)).rejects.toThrow('这个数据库已由更新版本的知客升级过（迁移 9999_of_a_newer_one）')
  await database.pool.query("DELETE FROM schema_migrations WHERE tag = '9999_of_a_newer_one'")
})

describe('rows', () => {
  test('moments are UTC to the millisecond and JSON comes back as it went', async () => {
    const at = Date.parse('2026-03-04T15:59:59.987Z')
    await database.db.insert(corps).values({
      wecomCorpId: 'ww-rows', name: '行 😀', callbackToken: 'x', callbackAesKey: 'x', adminUserids: ['林', 'b'], proofs: { oauthAt: 5 }, createdAt: at, updatedAt: at,
    })
    const [row] = await database.db.select().from(corps).where(eq(corps.wecomCorpId, 'ww-rows'))
    expect(row).toMatchObject({ name: '行 😀', createdAt: at, adminUserids: ['林', 'b'], proofs: { oauthAt: 5 } })
    const [raw] = await database.pool.query("SELECT CAST(created_at AS CHAR) AS text FROM corps WHERE wecom_corp_id = 'ww-rows'")
    expect(raw).toEqual([{ text: '2026-03-04 15:59:59.987' }])
  })
})

test('a transaction that the server gave up for another runs again and both succeed (1213)', async () => {
  const [a, b] = ['ww-dead-a', 'ww-dead-b']
  for (const wecomCorpId of [a, b]) {
    await database.db.insert(corps).values({ wecomCorpId, name: '0', callbackToken: 'x', callbackAesKey: 'x', adminUserids: [], proofs: {}, createdAt: 0, updatedAt: 0 })
  }
  let runs = 0
  let both: () => void = () => undefined
  let holding = 0
  const bothHold = new Promise<void>((done) => { both = done })
  const crossing = (first: string, second: string) => inTransaction(database.db, async (tx) => {
    runs++
    await tx.update(corps).set({ name: sql`name + 1` }).where(eq(corps.wecomCorpId, first))
    // In the first round both hold one row each before either asks for the other's.
    if (++holding === 2) both()
    await bothHold
    await tx.update(corps).set({ name: sql`name + 1` }).where(eq(corps.wecomCorpId, second))
  })
  await Promise.all([crossing(a, b), crossing(b, a)])
  const rows = await database.db.select({ name: corps.name }).from(corps).where(sql`wecom_corp_id LIKE 'ww-dead-%'`)
  expect(rows.map((row) => row.name)).toEqual(['2', '2'])
  expect(runs).toBeGreaterThan(2)
})

describe('streams', () => {
  const connect = (patient: boolean) => connectRedis(redis.url, log, { patient, name: 'test' })
  const options = { batch: 10, lingerMs: 0, claimAfterMs: 300 }
  const until = async (done: () => boolean) => {
    for (const end = Date.now() + 10_000; !done(); await pause(20)) if (Date.now() > end) throw new Error('did not happen')
  }

  test('every entry is handed over; what a dead consumer took is handed to another', async () => {
    const requests = connect(true)
    const stream = createStream('{t:dead}:stream', requests, () => connect(true), { log, metrics: createMetrics() })
    for (let i = 0; i < 25; i++) await stream.append(String(i))
    // A consumer that takes a batch and dies: it reads, and never says that it is done.
    const dead = connect(true)
    await dead.xgroup('CREATE', '{t:dead}:stream', 'workers', '0', 'MKSTREAM')
    await dead.xreadgroup('GROUP', 'workers', 'dead', 'COUNT', 10, 'STREAMS', '{t:dead}:stream', '>')
    dead.disconnect()
    const seen = new Set<string>()
    const consumer = stream.consume(async (batch) => batch.forEach((entry) => seen.add(entry.text)), options)
    await until(() => seen.size === 25)
    await consumer.stop()
    expect(await requests.xlen('{t:dead}:stream')).toBe(0)
    requests.disconnect()
  })

  test('a batch that fails is handed over again', async () => {
    const requests = connect(true)
    const stream = createStream('{t:fails}:stream', requests, () => connect(true), { log, metrics: createMetrics() })
    const seen: Entry[][] = []
    const consumer = stream.consume(async (batch) => {
      seen.push(batch)
      if (seen.length === 1) throw new Error('the database is away')
    }, options)
    await stream.append('once')
    await until(() => seen.length >= 2)
    await consumer.stop()
    expect(seen[1]?.map((entry) => entry.text)).toEqual(['once'])
    requests.disconnect()
  })

  test('goes on after Redis was emptied', async () => {
    const requests = connect(true)
    const stream = createStream('{t:empty}:stream', requests, () => connect(true), { log, metrics: createMetrics() })
    const seen: string[] = []
    const consumer = stream.consume(async (batch) => void seen.push(...batch.map((entry) => entry.text)), options)
    await stream.append('before')
    await until(() => seen.includes('before'))
    await requests.flushdb()
    await stream.append('after')
    await until(() => seen.includes('after'))
    await consumer.stop()
    requests.disconnect()
  })

  test('that nobody reads is told of half way up, and loses its oldest entries at the ceiling', async () => {
    const requests = connect(true)
    const told: { level: number; msg: string }[] = []
    const heard = pino({ level: 'error' }, { write: (line: string) => void told.push(JSON.parse(line)) })
    const metrics = createMetrics()
    const stream = createStream('{t:full}:stream', requests, () => connect(true), { log: heard, metrics }, { bytes: 400_000, entries: 100_000, lookMs: 0 })
    const appended = async (count: number) => {
      for (let i = 0; i < count; i++) await stream.append(`${i}`.padEnd(500))
    }
    await appended(500)
    await until(() => told.length > 0)
    expect(told.map(({ msg }) => msg)).toEqual([expect.stringContaining('half full')])
    expect(await requests.xlen('{t:full}:stream')).toBe(500)
    await appended(2000)
    await until(() => told.length > 1)
    expect(told[1]?.msg).toContain('dropped unread')
    expect(await requests.xlen('{t:full}:stream')).toBeLessThan(1000)
    expect((await requests.xrevrange('{t:full}:stream', '+', '-', 'COUNT', 1))[0]?.[1]).toEqual(['d', '1999'.padEnd(500)])
    expect(await metrics.registry.getSingleMetricAsString('zhike_stream_dropped_total')).toMatch(/stream="\{t:full\}:stream"\} [1-9]/)
    requests.disconnect()
  })
})

test('work that failed for good is done when it is asked for again by the same id', async () => {
  const connection = connectRedis(redis.url, log, { patient: true, name: 'test' })
  const queues = createQueues(connection, { log, metrics: createMetrics(), prefix: 't' })
  const queue = queues.define<{ n: number }>('named', { attempts: 1 })
  const ran: number[] = []
  queue.work(async ({ n }) => {
    ran.push(n)
    if (n < 3) throw new Error('not this time')
  })
  for (const n of [1, 2, 3]) {
    await expect.poll(async () => {
      await (n === 2 ? queue.addMany([{ payload: { n }, id: 'same' }]) : queue.add({ n }, { id: 'same' }))
      return ran
    }, { timeout: 5000, interval: 50 }).toContain(n)
  }
  await queues.close()
  connection.disconnect()
})
