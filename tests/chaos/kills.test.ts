import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deliver, happens, inInbox, inLanes, type Letter, post } from './mail.ts'
import type { Person } from './people.ts'
import { makeMaterial, openPage, type Reader, sendTo, viewsHolding } from './readers.ts'
import { ADMIN, openScene, type Scene, syncCustomers, until } from './scene.ts'

const STAFF = 13
const EACH = 3
const BEATS = 40
/** WeCom's answers take this long while a worker is killed, so that it is in the middle of something. */
const SLOW_MS = 250

let scene: Scene
let admin: Person
let materialId: number
beforeAll(async () => {
  scene = await openScene({ staff: STAFF, customers: STAFF * 12 })
  admin = await scene.signIn(ADMIN)
  await syncCustomers(scene, admin)
  materialId = await makeMaterial(admin, '婴儿车选购指南')
})
afterAll(() => scene?.close())

const staff = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `staff${from + i}`)

/** New friends of these members and new remarks on their old ones, told by nobody yet. */
function news(userids: readonly string[], adds: number, edits: number): { added: Letter[]; edited: { letter: Letter; remark: string }[]; all: Letter[] } {
  const added = userids.flatMap((userid) => Array.from({ length: adds }, (_, i) => happens(scene, { action: 'customer_adds', userid, name: `新朋友${userid}-${i}` })))
  const edited = userids.flatMap((userid) => [...scene.corp().followsOfStaff(userid)].filter((follow) => follow.status === 'friend').slice(0, edits).map((follow, i) => {
    const remark = `备注${userid}-${i}`
    return { letter: happens(scene, { action: 'staff_edits', userid, personId: follow.personId, remark }), remark }
  }))
  return { added, edited, all: [...added, ...edited.map((edit) => edit.letter)].sort((a, b) => a.digest.compare(b.digest)) }
}

async function readersOf(userids: readonly string[]): Promise<Reader[]> {
  const sent = await sendTo(scene, userids, EACH, materialId)
  const readers: Reader[] = []
  await inLanes(4, sent, async (share) => void readers.push(await openPage(scene, share)))
  return readers
}

async function read(reader: Reader, beats: number): Promise<void> {
  for (let beat = 1; beat <= beats; beat++) await reader.beat()
}

/** What people see of it: every friendship told of once, remarks as they are, one view, one line and one notice per reader. */
async function expectOnce(told: ReturnType<typeof news>, readers: readonly Reader[]): Promise<void> {
  const people = told.added.map((letter) => letter.result.personId)
  const added = await scene.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM customer_events e JOIN customers c ON c.id = e.customer_id WHERE e.kind = 'added' AND c.external_user_id IN (?) GROUP BY c.id`, [people])
  expect(added.map((row) => Number(row.n))).toEqual(people.map(() => 1))
  expect(await scene.count('SELECT COUNT(*) FROM customer_relations r JOIN customers c ON c.id = r.customer_id WHERE c.external_user_id IN (?)', [people])).toBe(people.length)
  const remarks = told.edited.map((edit) => edit.remark)
  if (remarks.length > 0) expect(await scene.count('SELECT COUNT(*) FROM customer_relations WHERE remark IN (?)', [remarks])).toBe(remarks.length)

  const shares = readers.map((reader) => reader.shareId)
  if (shares.length === 0) return
  expect(await scene.count('SELECT COUNT(*) FROM views WHERE share_id IN (?)', [shares])).toBe(shares.length)
  expect(await scene.count(`SELECT COUNT(*) FROM customer_events e JOIN views v ON e.subject = CONCAT('view:', v.id) WHERE e.kind = 'material_opened' AND v.share_id IN (?)`, [shares])).toBe(shares.length)
  expect(await scene.count(`SELECT COUNT(DISTINCT n.once_key) FROM notices n JOIN views v ON n.once_key LIKE CONCAT('%', v.id, '%') AND n.staff_id = v.staff_id WHERE v.share_id IN (?)`, [shares])).toBe(shares.length)
  // Each view counts once in the material's figures.
  expect(await scene.count('SELECT SUM(views) FROM material_days WHERE material_id = ?', [materialId])).toBe(await scene.count('SELECT COUNT(*) FROM views WHERE material_id = ?', [materialId]))
}

const announced = async (readers: readonly Reader[]) => await scene.count('SELECT COUNT(*) FROM views WHERE announced > 0 AND share_id IN (?)', [readers.map((reader) => reader.shareId)])

describe('kill −9', () => {
  it('of the web process: whatever was answered success or 204 is there, once', async () => {
    const told = news(staff(1, 6), 8, 6)
    const readers = await readersOf(staff(1, 6))
    let answered = 0
    const streams = Promise.all([
      inLanes(6, told.all, async (letter) => { if ((await post(scene, letter)) === 'success') answered++ }),
      Promise.all(readers.map((reader) => read(reader, BEATS))),
    ])
    await until(() => answered >= told.all.length / 3)
    await scene.product.web.kill()
    await streams

    const heard = told.all.filter((letter) => letter.answer === 'success')
    const unheard = told.all.filter((letter) => letter.answer === 'none')
    expect(heard.length).toBeGreaterThan(0)
    expect(unheard.length).toBeGreaterThan(0)
    expect(heard.length + unheard.length).toBe(told.all.length)
    await scene.product.web.start()
    expect(await inInbox(scene, heard)).toBe(heard.length)
    await until(async () => (await inInbox(scene, heard, ['done'])) === heard.length, 30_000)
    await until(async () => (await viewsHolding(scene, readers)) === readers.length, 30_000)

    // What nobody answered to, WeCom sends again; some of it had been stored before the connection broke.
    await inLanes(6, [...unheard, ...heard.slice(0, 5)], (letter) => deliver(scene, letter))
    expect(told.all.every((letter) => letter.answer === 'success')).toBe(true)
    await until(async () => (await inInbox(scene, told.all, ['done'])) === told.all.length, 30_000)
    await until(async () => (await announced(readers)) === readers.length)
    await expectOnce(told, readers)
    // A page that was open all the while goes on counting.
    await Promise.all(readers.map((reader) => reader.beat({ left: 1 })))
    await until(async () => (await viewsHolding(scene, readers)) === readers.length)
    expect(readers.every((reader) => reader.accepted.ms === reader.sent.ms)).toBe(true)
  })

  it('of the worker in the middle of handling: all is handled by the next one, once', async () => {
    const told = news(staff(7, 12), 8, 6)
    const readers = await readersOf(staff(7, 12))
    scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/get', latencyMs: SLOW_MS }, { path: '/cgi-bin/message/send', latencyMs: 4 * SLOW_MS }] })
    const streams = Promise.all([
      inLanes(6, told.all, (letter) => deliver(scene, letter)),
      Promise.all(readers.map((reader) => read(reader, BEATS))),
    ])
    await until(async () => (await inInbox(scene, told.all, ['done'])) >= 8)
    await until(async () => (await scene.count(`SELECT COUNT(*) FROM notices WHERE state = 'sending'`)) > 0)
    await scene.product.worker.kill()
    await streams
    const done = await inInbox(scene, told.all, ['done'])
    expect(done).toBeLessThan(told.all.length)
    expect(told.all.every((letter) => letter.answer === 'success')).toBe(true)
    scene.wecom.setFaults({})

    await scene.product.worker.start()
    await until(async () => (await viewsHolding(scene, readers)) === readers.length && (await announced(readers)) === readers.length, 45_000)
    await until(async () => (await inInbox(scene, told.all, ['done'])) === told.all.length, 60_000)
    await expectOnce(told, readers)

    // Nobody is told the same twice: a message whose sender died is not sent again.
    await until(async () => (await scene.count(`SELECT COUNT(*) FROM notices WHERE state = 'waiting'`)) === 0, 30_000)
    const known = await scene.count(`SELECT COUNT(*) FROM notices WHERE state = 'sent' AND merged = 0`)
    const left = await scene.count(`SELECT COUNT(*) FROM notices WHERE state IN ('sending', 'unknown')`)
    expect(left).toBeGreaterThan(0)
    const delivered = scene.wecom.stats().appMessages.delivered
    expect(delivered).toBeGreaterThanOrEqual(known)
    expect(delivered).toBeLessThanOrEqual(known + left)
  }, 150_000)
})

describe('an orderly end (SIGTERM)', () => {
  it('of the web process: requests under way are answered, streams end, and it goes', async () => {
    const strangers = Array.from({ length: 6 }, (_, i) => happens(scene, { action: 'customer_adds', userid: ADMIN, name: `急客${i}` }))
    const live = await fetch(`${scene.url}/api/live`, { headers: { cookie: admin.cookie } })
    scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/get', latencyMs: 1500 }] })
    const before = scene.wecom.stats().calls['/cgi-bin/externalcontact/get'] ?? 0
    const asked = strangers.map((letter) => admin.attempt('GET /api/customers/by-external/:externalUserId', { params: { externalUserId: letter.result.personId ?? '' } }))
    await until(() => (scene.wecom.stats().calls['/cgi-bin/externalcontact/get'] ?? 0) >= before + strangers.length)
    const began = Date.now()
    await scene.product.web.stop()
    expect(Date.now() - began).toBeLessThan(8000)
    expect((await Promise.all(asked)).map((answer) => answer.status)).toEqual(strangers.map(() => 200))
    expect(await live.text()).toContain('retry:')
    expect(scene.product.web.output()).not.toContain('takes too long')
    scene.wecom.setFaults({})
    await scene.product.web.start()
  })

  it('of the worker: what it began is finished, what it had not begun is left to the next one', async () => {
    const told = news([ADMIN], 30, 0)
    scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/get', latencyMs: SLOW_MS }] })
    await inLanes(6, told.all, (letter) => deliver(scene, letter))
    await until(async () => (await inInbox(scene, told.all, ['done'])) >= 1)
    const began = Date.now()
    await scene.product.worker.stop()
    expect(Date.now() - began).toBeLessThan(8000)
    expect(await scene.count(`SELECT COUNT(*) FROM callbacks WHERE state = 'pending' AND attempts > 0`)).toBe(0)
    scene.wecom.setFaults({})
    await scene.product.worker.start()
    await until(async () => (await inInbox(scene, told.all, ['done'])) === told.all.length, 30_000)
    await expectOnce(told, [])
    expect(scene.product.worker.output()).not.toContain('takes too long')
  })
})
