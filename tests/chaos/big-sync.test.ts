import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Person } from './people.ts'
import { ADMIN, openScene, type Scene, until, untilDone } from './scene.ts'

const STAFF = 12
const CUSTOMERS = 3000

let scene: Scene
let admin: Person
beforeAll(async () => {
  scene = await openScene({ staff: STAFF, customers: CUSTOMERS, roles: ['web'] })
  admin = await scene.signIn(ADMIN)
})
afterAll(() => scene?.close())

const stored = () => scene.count('SELECT COUNT(*) FROM customer_relations')

it(`the first sync of ${CUSTOMERS} customers, killed twice and ended once in the middle, goes on where it was: no gap, nothing twice · GEN-5`, async () => {
  const all = scene.follows()
  // Slow enough to be interrupted.
  scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', latencyMs: 60 }] })
  const { jobId } = await admin.call('POST /api/customers/sync')
  for (const [part, end] of [[0.15, 'kill'], [0.4, 'kill'], [0.65, 'stop']] as const) {
    await scene.product.worker.start()
    await until(async () => (await stored()) >= all.length * part, 90_000)
    const began = Date.now()
    await scene.product.worker[end]()
    expect(Date.now() - began).toBeLessThan(8000)
    expect(await stored()).toBeLessThan(all.length)
    expect(await scene.count('SELECT done FROM jobs WHERE id = ?', [jobId])).toBeLessThan(STAFF)
  }
  // Ended in order, it was given back: nobody has to wait until it counts as left behind.
  expect(await scene.rows('SELECT state FROM jobs WHERE id = ?', [jobId])).toEqual([{ state: 'waiting' }])
  await scene.product.worker.start()
  const asked = Date.now()
  await until(async () => (await scene.count(`SELECT COUNT(*) FROM jobs WHERE id = ? AND state <> 'waiting'`, [jobId])) === 1)
  expect(Date.now() - asked).toBeLessThan(15_000)
  await untilDone(admin, jobId, 90_000)

  const rows = await scene.rows<{ pair: string; state: string }>(`SELECT CONCAT(s.userid, ' ', c.external_user_id) AS pair, r.state FROM customer_relations r JOIN customers c ON c.id = r.customer_id JOIN staff s ON s.id = r.staff_id`)
  expect(rows.map((row) => row.pair).sort()).toEqual(all.map((follow) => `${follow.userid} ${follow.personId}`).sort())
  expect(rows.filter((row) => row.state !== 'active')).toEqual([])
  expect(await scene.count('SELECT COUNT(*) FROM customers')).toBe(CUSTOMERS)
  expect(await scene.count(`SELECT COUNT(*) FROM customer_events WHERE kind = 'added'`)).toBe(all.length)
  expect((await admin.call('GET /api/jobs/:jobId', { params: { jobId } }))).toMatchObject({ state: 'done', done: STAFF, total: STAFF, failed: 0 })
}, 300_000)
