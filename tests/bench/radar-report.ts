/**
 * How long the lists and figures of the radar home take in a corp with five million views of a year, asked through the API by an
 * administrator, a manager and a member; and by which indexes the database answers. Last line: the worst 95th percentile over
 * the 150 ms aimed at.
 */
import type { RowDataPacket } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import { readConfig } from '../../server/src/config.ts'
import { createModules } from '../../server/src/modules.ts'
import { createPlatform } from '../../server/src/platform/platform.ts'
import { startProduct } from '../run/product.ts'
import { freshRedis } from '../run/services.ts'
import { DATABASE, yearOf } from './radar-report/kept.ts'
import { planOf, queriesDuring } from './radar-report/plans.ts'
import { questionsOf } from './radar-report/questions.ts'
import type { Question } from './radar-report/questions.ts'

const VIEWS = Number(process.argv[2] ?? 5_000_000)
const ROUNDS = Number(process.argv[3] ?? 40)
const WARM_ROUNDS = 2
const AIM_MS = 150
/** Figures of the day are kept for two seconds: no round begins sooner after the one before. */
const ROUND_MS = 2100
const LATER_PAGE = 5
const READING_NOW = 40

interface Asked extends Question { who: string; cookie: string; took: number[]; plan: string; whole: boolean }

const redis = await freshRedis()
const { url, corp } = await yearOf({ days: 365, views: VIEWS }, redis.url, (text) => console.log(text))
const product = await startProduct({ sandbox: false, roles: ['web'], databaseUrl: url, redisUrl: redis.url, env: { LOG_LEVEL: 'error' } })
const platform = await createPlatform(readConfig({ ...product.env, LOG_LEVEL: 'error' }))
const admin = await createConnection(url)
try {
  const asked = await questions()
  const latest = await latestViews()
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) await askAll(asked, latest, round >= WARM_ROUNDS)
  for (const one of asked) await explain(one)
  console.log(`\n${'谁'.padEnd(5)}${'问什么'.padEnd(20)}  p50 ms  p95 ms  索引`)
  for (const one of asked) console.log(`${one.who.padEnd(5)}${one.name.padEnd(20)}  ${at(one.took, 0.5).toFixed(0).padStart(6)}  ${at(one.took, 0.95).toFixed(0).padStart(6)}  ${one.plan}`)
  const whole = asked.filter((one) => one.whole)
  const worst = Math.max(...asked.map((one) => at(one.took, 0.95)))
  console.log(`${ROUNDS} 轮；${whole.length === 0 ? '没有整表扫描' : `整表扫描：${whole.map((one) => `${one.who} ${one.name}`).join('、')}`}`)
  if (worst > AIM_MS || whole.length > 0) process.exitCode = 1
  console.log(`radar-report ratio=${(worst / AIM_MS).toFixed(2)}`)
} finally {
  await admin.end()
  await platform.close()
  await product.stop()
  await redis.drop()
}

async function questions(): Promise<Asked[]> {
  const { access } = createModules(platform).identity
  const people = [['管理员', corp.adminId], ['经理', corp.managerId], ['成员', corp.memberId]] as const
  const found: Asked[] = []
  for (const [who, staffId] of people) {
    let cookie = ''
    await access.begin({ setCookie: (name, value) => { cookie = `${name}=${value}` } }, corp.corpId, staffId)
    for (const question of questionsOf(corp, corp.memberId, Date.now())) {
      const later = question.laterPage ? await laterPage(question.url, cookie) : question.url
      found.push({ ...question, url: later, who, cookie, took: [], plan: '', whole: false })
    }
  }
  return found
}

async function laterPage(of: string, cookie: string): Promise<string> {
  let next = of
  for (let page = 1; page < LATER_PAGE; page++) {
    const answer = await ask(next, cookie)
    if (answer.next === null || answer.next === undefined) break
    next = `${of}${of.includes('?') ? '&' : '?'}after=${encodeURIComponent(answer.next)}`
  }
  return next
}

/** One answer, and how long it took. Who has asked as often as a person may in a minute waits first. */
async function ask(path: string, cookie: string): Promise<{ next?: string | null; ms: number }> {
  const began = performance.now()
  const answer = await fetch(product.baseUrl.replace('localhost', '127.0.0.1') + path, { headers: { cookie, host: new URL(product.baseUrl).host } })
  const body = await answer.text()
  const ms = performance.now() - began
  if (answer.status === 429) {
    await new Promise((done) => setTimeout(done, Number(answer.headers.get('retry-after')) * 1000))
    return await ask(path, cookie)
  }
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${body.slice(0, 300)}`)
  return { ...JSON.parse(body), ms }
}

/** Every question once, while some people read. */
async function askAll(all: readonly Asked[], reading: readonly number[], counts: boolean): Promise<void> {
  const began = performance.now()
  await admin.query('UPDATE views SET last_seen_at = UTC_TIMESTAMP(3), has_left = 0 WHERE id IN (?)', [reading])
  for (const one of all) {
    const { ms } = await ask(one.url, one.cookie)
    if (counts) one.took.push(ms)
  }
  const rest = ROUND_MS - (performance.now() - began)
  if (rest > 0) await new Promise((done) => setTimeout(done, rest))
}

/** Of the last links that were opened: their readers are still at it. */
async function latestViews(): Promise<number[]> {
  const [rows] = await admin.query<(RowDataPacket & { id: number })[]>('SELECT id FROM views WHERE corp_id = ? ORDER BY opened_at DESC LIMIT ?', [corp.corpId, READING_NOW])
  return rows.map((row) => row.id)
}

async function explain(one: Asked): Promise<void> {
  await new Promise((done) => setTimeout(done, one.name === '今日数据' ? ROUND_MS : 0))
  const queries = await queriesDuring(admin, DATABASE, async () => void (await ask(one.url, one.cookie)))
  const steps = (await Promise.all(queries.map((query) => planOf(admin, query)))).flat()
  one.whole = steps.some((step) => step.whole)
  one.plan = [...new Set(steps.map((step) => `${step.table}.${step.key ?? '无索引'}`))].join(' ')
}

function at(values: readonly number[], part: number): number {
  const inOrder = [...values].sort((a, b) => a - b)
  return inOrder[Math.min(inOrder.length - 1, Math.ceil(inOrder.length * part) - 1)] ?? 0
}
