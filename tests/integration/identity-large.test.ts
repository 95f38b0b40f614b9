// A corp of 20 000 members in 500 departments: what a request costs does not grow with it.
import { performance } from 'node:perf_hooks'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { departmentLeaders, departments, staff } from '../../server/src/modules/identity/tables.ts'
import { callerFor, openHouse, type Caller, type House } from '../run/house.ts'

const CALLS = 40
/** Against a corp of a thousandth: what reads the whole corp takes dozens of times as long. Both are asked in turn, so a busy machine slows both. */
const AT_MOST = 8
const large = { members: 20_000, departments: 500, corpId: 0 }
const small = { members: 20, departments: 5, corpId: 0 }
type Size = typeof large

let house: House
beforeAll(async () => {
  house = await openHouse()
  for (const [i, size] of [large, small].entries()) {
    size.corpId = (await house.modules.corps.add({ wecomCorpId: `wwsize00000000000${i}`, name: `${size.members} 人的企业`, adminUserids: Array.from({ length: 10 }, (_, n) => `boss${n}`) })).id
    await fill(size)
  }
}, 120_000)
afterAll(() => house.close())

/** A tree with ten departments below each; everybody is in one of them and has a superior, each department has a leader. */
async function fill({ corpId, members, departments: many }: Size): Promise<void> {
  const { db, clock } = house.platform
  const now = clock.now()
  await db.insert(departments).values(Array.from({ length: many }, (_, i) => ({ corpId, departmentId: i + 1, name: `部门 ${i + 1}`, parentId: i === 0 ? null : Math.floor((i - 1) / 10) + 1, sortOrder: i })))
  for (let from = 0; from < members; from += 1000) {
    await db.insert(staff).values(Array.from({ length: Math.min(1000, members) }, (_, i) => ({
      corpId, userid: `m${from + i}`, useridKey: `m${from + i}`, name: `员工${from + i}`, directLeaders: from + i === 0 ? [] : [`m${Math.floor((from + i) / 10)}`], state: 'active' as const, seenAt: now, createdAt: now,
    })))
  }
  await db.execute(`INSERT INTO staff_departments (corp_id, staff_id, department_id) SELECT corp_id, id, 1 + MOD(id, ${many}) FROM staff WHERE corp_id = ${corpId}`)
  const leaders = await db.select({ id: staff.id }).from(staff).where(eq(staff.corpId, corpId)).orderBy(staff.id).limit(many)
  await db.insert(departmentLeaders).values(leaders.map((row, i) => ({ corpId, staffId: row.id, departmentId: i + 1 })))
}

/** Median and 95th percentile in ms of the call by somebody of the large corp, and the median of the same in the small one. */
async function timed(userid: string, call: (caller: Caller) => Promise<unknown>): Promise<{ median: number; p95: number; small: number }> {
  const callers = [await callerFor(house, large.corpId, userid), await callerFor(house, small.corpId, userid)]
  const took: number[][] = [[], []]
  for (const caller of callers) await call(caller)
  for (let i = 0; i < CALLS; i++) {
    for (const [n, caller] of callers.entries()) {
      const since = performance.now()
      await call(caller)
      took[n]?.push(performance.now() - since)
    }
  }
  const [of20000 = [], of20 = []] = took.map((times) => times.sort((a, b) => a - b))
  const at = (times: number[], part: number) => times[Math.floor(times.length * part)] ?? Infinity
  return { median: at(of20000, 0.5), p95: at(of20000, 0.95), small: at(of20, 0.5) }
}

describe(`with ${large.members} members in ${large.departments} departments`, () => {
  const looks: [string, string, (caller: Caller) => Promise<unknown>][] = [
    ['a permission check', 'boss0', (who) => who.call('GET /api/session')],
    ['a permission check of the leader of all', 'm0', (who) => who.call('GET /api/session')],
    ['the first page of the list', 'boss1', (who) => who.call('GET /api/staff')],
    ['a further page of the list', 'boss2', async (who) => who.call('GET /api/staff', { query: { after: Buffer.from('[15]').toString('base64url') } })],
    ['the members of a department and those below', 'boss3', (who) => who.call('GET /api/staff', { query: { departmentId: 3 } })],
    ['the roles and how many hold them', 'boss5', (who) => who.call('GET /api/roles')],
  ]
  test.each(looks)('%s costs about what it costs a small corp', async (name, userid, call) => {
    const { median, p95, small } = await timed(userid, call)
    expect(median, `${name}: p95 ${p95.toFixed(1)} ms`).toBeLessThan(small * AT_MOST)
  }, 60_000)

  test('a search by name reads one index and stays below a quarter of a second', async () => {
    const { median, p95 } = await timed('boss6', (who) => who.call('GET /api/staff', { query: { q: '1999' } }))
    expect(median, `p95 ${p95.toFixed(1)} ms`).toBeLessThan(250)
  }, 60_000)

  test('all departments with their sizes come in a quarter of a second', async () => {
    const { median, p95 } = await timed('boss7', (who) => who.call('GET /api/departments'))
    expect(median, `p95 ${p95.toFixed(1)} ms`).toBeLessThan(250)
  }, 60_000)
})
