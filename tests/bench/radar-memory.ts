/**
 * Whether web and worker keep what they no longer need: 300 readers open tracked pages one after another, read and report for
 * ten minutes (`--minutes 3` for a try), at the pace of real ones. Every ten seconds the memory of both is taken. Last line:
 * what both hold at the end over what they held after two minutes, when everything is warm.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readConfig } from '../../server/src/config.ts'
import { until } from '../../server/launch/for-tests.mjs'
import { createPlatform } from '../../server/src/platform/platform.ts'
import { startProduct, type Role } from '../run/product.ts'
import { slope } from './measuring/figures.ts'
import { makeReaders, PAGES } from './radar-ingest/readers.ts'
import { readOn, type Counts } from './radar-memory/reader.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const MINUTES = Math.max(3, Number(values.minutes))
const READERS = 300
const LINKS = 3000
const SAMPLE_MS = 10_000
const WARM_MINUTES = 2
const GOAL = 1.15
const ROLES = ['web', 'worker'] as const
const MB = 1024 * 1024

interface Memory { rss: number; heapUsed: number }
type Sample = Record<Role, Memory> & { minute: number }

const reporter = new URL('./radar-memory/report.mjs', import.meta.url).href
const product = await startProduct({ sandbox: false, env: { LOG_LEVEL: 'error', TRUST_PROXY: '1', NODE_OPTIONS: `--import=${reporter}` } })
const platform = await createPlatform(readConfig({ ...product.env, LOG_LEVEL: 'error' }))
try {
  const { corpId, links } = await makeLinks()
  const counts: Counts = { opened: 0, beacons: 0, refused: 0, example: '' }
  const began = Date.now()
  const end = began + MINUTES * 60_000
  const reading = Promise.all(Array.from({ length: READERS }, (_, place) => readOn({ url: product.baseUrl, links, place: place * Math.floor(LINKS / READERS), until: end, counts, pages: PAGES })))
  const samples: Sample[] = []
  while (Date.now() < end) {
    await new Promise((done) => { setTimeout(done, SAMPLE_MS) })
    samples.push({ minute: (Date.now() - began) / 60_000, web: memoryOf('web'), worker: memoryOf('worker') })
  }
  const atEnd = mean(samples.slice(-3))
  await reading
  const written = await until(async () => (await viewsOf(corpId)) >= counts.opened, 30_000)

  console.log('\n分钟    web RSS   web 堆    worker RSS   worker 堆（MB，每分钟的平均）')
  for (let minute = 0; minute < MINUTES; minute++) {
    const [web, worker] = ROLES.map((role) => mean(samples.filter((sample) => Math.floor(sample.minute - 0.01) === minute), role))
    console.log(`${String(minute + 1).padEnd(8)}${mb(web?.rss).padEnd(10)}${mb(web?.heapUsed).padEnd(10)}${mb(worker?.rss).padEnd(13)}${mb(worker?.heapUsed)}`)
  }
  const warm = samples.filter((sample) => sample.minute >= WARM_MINUTES)
  const growth = (of: (sample: Sample) => number) => (slope(warm.map((sample) => [sample.minute, of(sample)])) / MB).toFixed(2)
  console.log(`第 ${WARM_MINUTES} 分钟之后每分钟增长（MB）：web RSS ${growth((sample) => sample.web.rss)}、堆 ${growth((sample) => sample.web.heapUsed)}；worker RSS ${growth((sample) => sample.worker.rss)}、堆 ${growth((sample) => sample.worker.heapUsed)}`)
  console.log(`${READERS} 个读者，打开 ${counts.opened} 次，信标 ${counts.beacons} 个，被拒 ${counts.refused} 个${counts.refused > 0 ? `（${counts.example}）` : ''}，数据库核对：${written ? '所有阅读都在' : `只有 ${await viewsOf(corpId)} 个阅读`}`)
  const ratio = atEnd.rss / mean(warm.slice(0, 3)).rss
  if (counts.refused > 0 || !written || ratio > GOAL) process.exitCode = 1
  console.log(`radar-memory ratio=${ratio.toFixed(2)}`)
} finally {
  await platform.close()
  await product.stop()
}

async function makeLinks(): Promise<{ corpId: number; links: string[] }> {
  const { corpId, readers } = await makeReaders(platform, LINKS)
  return { corpId, links: readers.map(({ path }) => path.replace(/\/beat$/, '')) }
}

async function viewsOf(corpId: number): Promise<number> {
  const [rows] = await platform.database.pool.query('SELECT COUNT(*) n FROM views WHERE corp_id = ?', [corpId])
  const [row] = Array.isArray(rows) ? rows : []
  return row && 'n' in row ? Number(row.n) : 0
}

/** As the process told it last (see report.mjs). */
function memoryOf(role: Role): Memory {
  const told: unknown = JSON.parse(readFileSync(`${product.dataDir}/memory-${role}.json`, 'utf8'))
  if (typeof told !== 'object' || told === null || !('rss' in told) || !('heapUsed' in told)) throw new Error(`${role} tells nothing of its memory`)
  return { rss: Number(told.rss), heapUsed: Number(told.heapUsed) }
}

/** On average, of one process or of both together. */
function mean(some: readonly Sample[], role?: Role): Memory {
  const roles: readonly Role[] = role === undefined ? ROLES : [role]
  const sum = (of: keyof Memory) => some.reduce((all, sample) => all + roles.reduce((both, one) => both + sample[one][of], 0), 0) / Math.max(1, some.length)
  return { rss: sum('rss'), heapUsed: sum('heapUsed') }
}

function mb(bytes = 0): string {
  return (bytes / MB).toFixed(1)
}
