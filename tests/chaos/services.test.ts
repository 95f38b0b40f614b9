import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnServer, ownMariadb, ownRedis } from '../run/services.ts'
import { deliver, happens, inInbox, inLanes, type Letter, post } from './mail.ts'
import type { Answer, Person } from './people.ts'
import { makeMaterial, openPage, type Reader, sendTo, viewsHolding } from './readers.ts'
import { ADMIN, openScene, type Scene, syncCustomers, until, untilDone } from './scene.ts'

const STAFF = 8
/** How long a service stays away. */
const AWAY_MS = 7000

let mariadb: OwnServer
let redis: OwnServer
let scene: Scene
let admin: Person
let readers: Reader[]
let pids: (number | undefined)[]
beforeAll(async () => {
  ;[mariadb, redis] = await Promise.all([ownMariadb(), ownRedis()])
  scene = await openScene({ staff: STAFF, customers: STAFF * 8, databaseUrl: mariadb.url, redisUrl: redis.url })
  admin = await scene.signIn(ADMIN)
  await syncCustomers(scene, admin)
  const sent = await sendTo(scene, ['staff2', 'staff3', 'staff4'], 2, await makeMaterial(admin, '宝宝辅食添加月历'))
  readers = await Promise.all(sent.map((share) => openPage(scene, share)))
  pids = [scene.product.web.pid, scene.product.worker.pid]
})
afterAll(async () => {
  await scene?.close()
  await Promise.all([mariadb?.drop(), redis?.drop()])
})

let serial = 0
const newFriends = (count: number): Letter[] =>
  Array.from({ length: count }, () => happens(scene, { action: 'customer_adds', userid: `staff${5 + (++serial % 4)}`, name: `新朋友${serial}` }))

/** All stored, handled and told of once. */
async function expectHandled(letters: readonly Letter[], limitMs: number): Promise<void> {
  await until(async () => (await inInbox(scene, letters, ['done'])) === letters.length, limitMs)
  const people = letters.map((letter) => letter.result.personId)
  const told = await scene.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM customer_events e JOIN customers c ON c.id = e.customer_id WHERE e.kind = 'added' AND c.external_user_id IN (?) GROUP BY c.id`, [people])
  expect(told.map((row) => Number(row.n))).toEqual(people.map(() => 1))
}

/** Nobody had to start our processes again. */
function expectSameProcesses(): void {
  expect([scene.product.web.pid, scene.product.worker.pid]).toEqual(pids)
}

async function emptyRedis(): Promise<void> {
  const client = new Redis(redis.url)
  await client.flushall()
  await client.quit()
}

describe('Redis', () => {
  it('emptied while callbacks, a job and notices wait: all are handled, and the H5 goes on', async () => {
    await scene.product.worker.stop()
    const letters = newFriends(30)
    await inLanes(6, letters, (letter) => deliver(scene, letter))
    expect(letters.every((letter) => letter.answer === 'success')).toBe(true)
    const { jobId } = await admin.call('POST /api/customers/sync')
    await Promise.all(readers.map((reader) => reader.beat()))
    await emptyRedis()
    for (const key of ['GET /api/session', 'GET /api/customers', 'GET /api/radar/today', 'GET /api/materials'] as const) expect((await admin.attempt(key)).status).toBe(200)
    // Beacons that Redis forgot are contained in the next ones: counters are cumulative.
    await Promise.all(readers.map((reader) => reader.beat()))
    await scene.product.worker.start()
    pids = [scene.product.web.pid, scene.product.worker.pid]
    await expectHandled(letters, 30_000)
    await until(async () => (await viewsHolding(scene, readers)) === readers.length, 20_000)
    await until(async () => (await scene.count(`SELECT COUNT(*) FROM notices WHERE kind = 'material_opened' AND state = 'sent'`)) === readers.length, 20_000)
    await untilDone(admin, jobId, 45_000)
  }, 120_000)

  it('emptied and then restarted under running processes: callbacks are taken, pages answer, nothing is forgotten', async () => {
    await emptyRedis()
    const letters = newFriends(30)
    await inLanes(6, letters.slice(0, 10), (letter) => deliver(scene, letter))
    await redis.kill()
    await inLanes(6, letters.slice(10, 20), (letter) => deliver(scene, letter))
    expect(letters.slice(0, 20).every((letter) => letter.answer === 'success')).toBe(true)
    for (const key of ['GET /api/session', 'GET /api/customers', 'GET /api/materials'] as const) expect((await admin.attempt(key)).status).toBe(200)
    const { jobId } = await admin.call('POST /api/customers/sync')
    expect((await Promise.all(readers.map((reader) => reader.beat()))).every((status) => status === 503)).toBe(true)
    expect((await fetch(`${scene.url}/readyz`)).status).toBe(503)
    await redis.start()
    await until(async () => (await fetch(`${scene.url}/readyz`)).status === 200)
    await inLanes(6, letters.slice(20), (letter) => deliver(scene, letter))
    await until(async () => (await Promise.all(readers.map((reader) => reader.beat()))).every((status) => status === 204))
    await expectHandled(letters, 45_000)
    await until(async () => (await viewsHolding(scene, readers)) === readers.length, 20_000)
    await untilDone(admin, jobId, 60_000)
    expectSameProcesses()
  }, 150_000)
})

describe('MariaDB', () => {
  /** Callbacks as WeCom sends them, beacons and a person's clicks, until told to end. */
  function traffic(letters: readonly Letter[]) {
    const answers: Answer[] = []
    let going = true
    const clicks = (async () => {
      while (going) {
        answers.push(await admin.attempt('GET /api/customers'))
        await new Promise((done) => setTimeout(done, 200))
      }
    })()
    const beats = Promise.all(readers.map(async (reader) => {
      const statuses: number[] = []
      while (going) {
        statuses.push(await reader.beat())
        await new Promise((done) => setTimeout(done, 500))
      }
      return statuses
    }))
    const mail = inLanes(4, letters, async (letter) => {
      await deliver(scene, letter)
      await new Promise((done) => setTimeout(done, 100))
    })
    return {
      answers,
      async end(): Promise<number[]> {
        await mail
        going = false
        await clicks
        return (await beats).flat()
      },
    }
  }

  it('stopped for some seconds: screens are told so, WeCom is held off, beacons are kept, all recovers by itself', async () => {
    const letters = newFriends(60)
    const patient = newFriends(1)
    const stream = traffic(letters)
    await until(() => stream.answers.length > 2)
    await mariadb.stop()
    const stoppedAt = Date.now()
    const seen = stream.answers.length
    // Whoever waits longer than WeCom does is told to come again; it is stored all the same.
    const told = Promise.all(patient.map((letter) => post(scene, letter, 15_000)))
    await until(() => stream.answers.length > seen + 2)
    const away = stream.answers.slice(seen + 1).filter((answer) => answer.status !== 200)
    expect(away.length).toBeGreaterThan(0)
    for (const answer of away) {
      expect(answer).toMatchObject({ status: 503, error: { code: 'unavailable', message: expect.stringMatching(/[一-龥]/), requestId: expect.any(String) } })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.ms).toBeLessThan(5000)
    }
    const page = await fetch(`${scene.url}/r/${'a'.repeat(22)}`)
    expect(page.status).toBe(503)
    expect(await page.text()).toMatch(/[一-龥]/)
    expect((await fetch(`${scene.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${scene.url}/readyz`)).status).toBe(503)
    await until(() => Date.now() > stoppedAt + AWAY_MS, AWAY_MS + 1000)
    await mariadb.start()
    await until(async () => (await admin.attempt('GET /api/customers')).status === 200)
    expect(await told).toEqual([503])
    const beats = await stream.end()
    expect(new Set(beats)).toEqual(new Set([204]))
    await expectHandled([...letters, ...patient], 60_000)
    await until(async () => (await viewsHolding(scene, readers)) === readers.length, 20_000)
    expectSameProcesses()
  }, 120_000)

  it('killed and started again at once: what was answered is there, and work goes on', async () => {
    const letters = newFriends(60)
    const stream = traffic(letters)
    await until(async () => letters.filter((letter) => letter.answer === 'success').length >= 15)
    await mariadb.kill()
    await mariadb.start()
    await stream.end()
    expect(letters.filter((letter) => letter.answer !== 'success' && letter.answer !== 503)).toEqual([])
    await expectHandled(letters, 60_000)
    await until(async () => (await viewsHolding(scene, readers)) === readers.length, 20_000)
    const { jobId } = await admin.call('POST /api/customers/sync')
    await untilDone(admin, jobId, 60_000)
    expectSameProcesses()
  }, 120_000)
})

it('Redis away: our processes still end when they are asked to', async () => {
  await redis.kill()
  const began = Date.now()
  await Promise.all([scene.product.web.stop(), scene.product.worker.stop()])
  expect(Date.now() - began).toBeLessThan(10_000)
})
