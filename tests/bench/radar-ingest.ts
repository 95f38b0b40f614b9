/**
 * Accepted beacons per second of one web process (validated, in the stream, a worker running), against requests per second
 * of a bare Fastify process with one validated POST route. Alternating rounds on the same core; medians. Afterwards every
 * accepted beacon must be contained in the database's sums.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RowDataPacket } from 'mysql2/promise'
import { readConfig } from '../../server/src/config.ts'
import { freePort, until } from '../../server/launch/for-tests.mjs'
import { createPlatform } from '../../server/src/platform/platform.ts'
import { startProduct } from '../run/product.ts'
import { canPin, giveWay, pin, processorMs } from './radar-ingest/cores.ts'
import { fire, post } from './radar-ingest/load.ts'
import type { Shot } from './radar-ingest/load.ts'
import { makeReaders, PAGES } from './radar-ingest/readers.ts'
import type { Reader } from './radar-ingest/readers.ts'

const CONNECTIONS = 64
const READERS_EACH = 80
const BEATS_EACH = 20
const ROUNDS = Number(process.argv[2] ?? 5)
const SECONDS = Number(process.argv[3] ?? 4)
const GOAL = 0.6

interface Counters { ms: number; pageMs: number }

const product = await startProduct({ sandbox: false, env: { LOG_LEVEL: 'error' } })
const platform = await createPlatform(readConfig({ ...product.env, LOG_LEVEL: 'error' }))
const bareUrl = `http://127.0.0.1:${await freePort()}`
const bare = fork(new URL('./radar-ingest/bare.mjs', import.meta.url).pathname, { env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: new URL(bareUrl).port } })
try {
  await once(bare, 'message')
  await pinEverything()
  const { corpId, readers } = await makeReaders(platform, CONNECTIONS * READERS_EACH)
  const productUrl = product.baseUrl.replace('localhost', '127.0.0.1')
  const accepted = new Map<string, Counters>()
  const rates = { bare: [] as number[], product: [] as number[] }
  const backlog: number[] = []
  const cost = { bare: [] as number[], product: [] as number[] }
  await round(bareUrl, readers, 0, 2)
  await round(productUrl, readers, 0, 2, accepted)
  await drained()
  for (let i = 1; i <= ROUNDS; i++) {
    const before = { bare: processorMs(bare.pid), product: processorMs(product.web.pid) }
    rates.bare.push(await round(bareUrl, readers, i, SECONDS))
    rates.product.push(await round(productUrl, readers, i, SECONDS, accepted))
    cost.bare.push(((processorMs(bare.pid) - before.bare) * 1000) / ((rates.bare.at(-1) ?? 1) * SECONDS))
    cost.product.push(((processorMs(product.web.pid) - before.product) * 1000) / ((rates.product.at(-1) ?? 1) * SECONDS))
    backlog.push(await platform.redis.xlen('{zk:beats}:stream'))
    await drained()
  }
  const missing = await missingFromDatabase(corpId, accepted)

  console.log(`\n轮次    裸 Fastify 次/秒    知客 次/秒    比值    轮末积压(条目)`)
  rates.bare.forEach((rate, i) => console.log(`${String(i + 1).padEnd(8)}${String(Math.round(rate)).padEnd(20)}${String(Math.round(rates.product[i] ?? 0)).padEnd(14)}${((rates.product[i] ?? 0) / rate).toFixed(2).padEnd(8)}${backlog[i] ?? 0}`))
  console.log(`中位    ${String(Math.round(median(rates.bare))).padEnd(20)}${Math.round(median(rates.product))}`)
  console.log(`每次请求的处理器时间（微秒，中位）：裸 Fastify ${Math.round(median(cost.bare))}，知客 ${Math.round(median(cost.product))}`)
  console.log(`${CONNECTIONS} 个连接，${accepted.size} 个阅读，${canPin ? '被测进程独占 0 号核' : '未绑定核心'}；数据库核对：${missing === 0 ? '全部已接受的信标都在合计里' : `缺少 ${missing} 个阅读的数据`}`)
  const ratio = median(rates.product) / median(rates.bare)
  if (missing > 0 || ratio < GOAL) process.exitCode = 1
  console.log(`radar-ingest ratio=${ratio.toFixed(2)}`)
} finally {
  bare.kill()
  await platform.close()
  await product.stop()
}

/** Sends beacons for some seconds; gives how many were answered 204 per second. */
function round(url: string, all: readonly Reader[], number: number, seconds: number, accepted?: Map<string, Counters>): Promise<number> {
  const lanes = Array.from({ length: CONNECTIONS }, (_, lane) => {
    const mine = all.slice(lane * READERS_EACH, (lane + 1) * READERS_EACH)
    return Array.from({ length: BEATS_EACH }, (_, k) => mine.map((reader): Shot => shotOf(reader, number * BEATS_EACH + k + 1, accepted))).flat()
  })
  return fire(url, lanes, seconds)
}

/** Cumulative counters, within the twenty minutes since the page was opened. */
function shotOf(reader: Reader, seq: number, accepted?: Map<string, Counters>): Shot {
  const page = 2 + (seq % (PAGES - 1))
  const counters = { ms: seq * 1000, pageMs: seq * 100 }
  return {
    bytes: post(reader.path, JSON.stringify({ v: reader.ticket, seq, ms: counters.ms, pages: { 1: counters.pageMs, [page]: 100 }, page, depth: 50, left: 0 })),
    accepted: () => {
      const known = accepted?.get(reader.viewKey)
      if (!known || known.ms < counters.ms) accepted?.set(reader.viewKey, counters)
    },
  }
}

/** Waits until the worker has written everything. */
async function drained(): Promise<void> {
  if (await until(async () => (await platform.redis.xlen('{zk:beats}:stream')) === 0, 60_000)) return
  throw new Error(`the worker did not keep up: ${await platform.redis.xlen('{zk:beats}:stream')} entries left\n${product.worker.output().slice(-2000)}`)
}

/** How many views hold less than was accepted for them. */
async function missingFromDatabase(corpId: number, accepted: ReadonlyMap<string, Counters>): Promise<number> {
  await drained()
  const [rows] = await platform.database.pool.query('SELECT v.view_key k, v.visible_ms ms, p.visible_ms page_ms FROM views v LEFT JOIN view_pages p ON p.corp_id = v.corp_id AND p.view_id = v.id AND p.page = 1 WHERE v.corp_id = ?', [corpId])
  const stored = new Map((Array.isArray(rows) ? rows : []).flatMap((row) => ('k' in row ? [[String(row.k), { ms: Number(row.ms), pageMs: Number(row.page_ms) }] as const] : [])))
  return [...accepted].filter(([viewKey, counters]) => {
    const found = stored.get(viewKey)
    return !found || found.ms < counters.ms || found.pageMs < counters.pageMs
  }).length
}

/**
 * The measured process has the first core to itself; load, Redis, worker and MariaDB share the others. Where that is one core,
 * worker and MariaDB let the load go first: a load that waits for its turn would measure how busy the worker is.
 */
async function pinEverything(): Promise<void> {
  pin(product.web.pid, 'first')
  pin(bare.pid, 'first')
  pin(product.worker.pid, 'others')
  pin(process.pid, 'others')
  pin(Number(/process_id:(\d+)/.exec(await platform.redis.info('server'))?.[1]), 'others')
  const [rows] = await platform.database.pool.query<(RowDataPacket & { file: string })[]>('SELECT @@pid_file AS file')
  const mariadb = Number(readFileSync(rows[0]?.file ?? '', 'utf8'))
  pin(mariadb, 'others')
  giveWay(mariadb)
  giveWay(product.worker.pid)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
