import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCustomerSync } from '../../server/src/modules/customers/sync.ts'
import { createRefresh } from '../../server/src/modules/customers/refresh-from-wecom.ts'
import { createTombstones } from '../../server/src/modules/customers/erasing/tombstones.ts'
import { createPhoneBox } from '../../server/src/modules/customers/phones.ts'
import { generateCorp } from '@zhike/sandbox/generate'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { type CustomersHouse, openCustomersHouse, playedJob } from './customers-house.ts'

const CUSTOMERS = 330
const STAFF = 3
let house: CustomersHouse
beforeAll(async () => {
  house = await openCustomersHouse({ seed: { seed: generateCorp({ staff: STAFF, customers: CUSTOMERS, groups: 7, seed: 42 }) } })
})
afterAll(() => house.close())

const wecom = () => {
  const corp = house.sandbox.control.sandbox.corps.get(DEMO_CORP.corpid)
  if (!corp) throw new Error('no demo corp')
  return corp
}
const follows = () => wecom().allStaff().flatMap((staff) => [...wecom().followsOfStaff(staff.userid)])
const syncOf = () => createCustomerSync(house.platform, {
  corps: house.corps, identity: house.identity,
  refresh: createRefresh(house.platform, { corps: house.corps, identity: house.identity, phones: createPhoneBox(house.platform.secrets), tombstones: createTombstones(house.platform) }),
})
const stored = () => house.query<{ pair: string; state: string }>(`
  SELECT CONCAT(LOWER(s.userid), ' ', c.external_user_id) AS pair, r.state FROM customer_relations r
  JOIN customers c ON c.id = r.customer_id JOIN staff s ON s.id = r.staff_id ORDER BY pair`)

describe('the first full sync', () => {
  it('killed after any page goes on where it was: no gap, nothing twice · GEN-5', async () => {
    const sync = syncOf()
    let cursor: unknown = null
    let runs = 0
    for (;;) {
      const { job, seen } = playedJob(house.corp.id, cursor, 2)
      runs++
      try {
        await sync(job)
        expect(seen).toMatchObject({ done: STAFF, total: STAFF, failures: [] })
        break
      } catch (error) {
        expect(String(error)).toContain('killed')
        cursor = seen.cursor
      }
    }
    expect(runs).toBeGreaterThan(3)
    const expected = follows().map((follow) => `${follow.userid} ${follow.personId}`).sort()
    expect((await stored()).map((row) => row.pair).sort()).toEqual(expected)
    const [added] = await house.query<{ n: number }>(`SELECT COUNT(*) AS n FROM customer_events WHERE kind = 'added'`)
    expect(Number(added?.n)).toBe(expected.length)
    const [people] = await house.query<{ n: number }>('SELECT COUNT(*) AS n FROM customers')
    expect(Number(people?.n)).toBe(CUSTOMERS)
    expect((await house.corps.byId(house.corp.id))?.proofs.customersSyncedAt).toBeGreaterThan(0)
  })

  it('again changes nothing and tells nothing', async () => {
    const [before] = await house.query<{ n: number }>('SELECT COUNT(*) AS n FROM customer_events')
    await syncOf()(playedJob(house.corp.id).job)
    const [after] = await house.query<{ n: number }>('SELECT COUNT(*) AS n FROM customer_events')
    expect(after?.n).toBe(before?.n)
  })

  it('with a cursor WeCom no longer takes (50100) reads the member anew', async () => {
    const { job, seen } = playedJob(house.corp.id, { finished: null, member: { key: 'staff1', since: house.platform.clock.now(), step: 'read', page: 'garbage', checked: 0 }, seen: 0 })
    await syncOf()(job)
    expect(seen).toMatchObject({ done: STAFF, failures: [] })
  })

  it('waits while WeCom is busy (−1, 45009) and goes on', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: -1, times: 5 }] })
    const { job, seen } = playedJob(house.corp.id)
    await syncOf()(job)
    expect(seen).toMatchObject({ done: STAFF, failures: [] })
  })
})

describe('reconciliation', () => {
  it('keeps personal tags, which the batch read never tells · wecom-api/03 §1.4', async () => {
    const follow = follows().find((other) => other.personalTags.length === 0)
    if (!follow) throw new Error('nobody')
    house.sandbox.control.act({ action: 'staff_edits', corpid: DEMO_CORP.corpid, userid: follow.userid, personId: follow.personId, personalTags: ['老客户'] })
    await house.edited(follow.personId)
    house.pass(1000)
    await syncOf()(playedJob(house.corp.id).job)
    expect(await house.query(`SELECT name FROM customer_relation_tags WHERE kind = 'personal' AND name = '老客户'`)).toHaveLength(1)
  })

  it('ends a friendship that WeCom no longer names only after asking for it by itself', async () => {
    const [gone] = follows().filter((follow) => wecom().followsOfPerson(follow.personId).length === 1)
    if (!gone) throw new Error('nobody')
    house.pass(1000)
    house.sandbox.control.act({ action: 'staff_deletes', corpid: DEMO_CORP.corpid, userid: gone.userid, personId: gone.personId })
    await syncOf()(playedJob(house.corp.id).job)
    expect((await stored()).filter((row) => row.state !== 'active')).toEqual([{ pair: `${gone.userid} ${gone.personId}`, state: 'removed' }])
    expect(await house.query(`SELECT 1 FROM customer_events WHERE kind = 'removed_by_staff'`)).toHaveLength(1)
  })

  it('never ends friendships on an answer that is empty by mistake', async () => {
    const before = await stored()
    house.pass(1000)
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: 84061, times: 1 }] })
    await syncOf()(playedJob(house.corp.id).job)
    expect(await stored()).toEqual(before)
  })

  it('leaves a customer who deleted the member lost, although WeCom still names her', async () => {
    const follow = follows()[20]
    if (!follow) throw new Error('nobody')
    house.pass(2000)
    house.sandbox.control.act({ action: 'customer_deletes', corpid: DEMO_CORP.corpid, userid: follow.userid, personId: follow.personId })
    await house.customers.events.staff_removed_by_customer(
      { kind: 'staff_removed_by_customer', userId: follow.userid, externalUserId: follow.personId, toUserName: DEMO_CORP.corpid, fromUserName: 'sys', createTime: house.wecomNow(), agentId: null },
      { corpId: house.corp.id, callbackId: 1 },
    )
    house.pass(2000)
    await syncOf()(playedJob(house.corp.id).job)
    expect((await stored()).find((row) => row.pair === `${follow.userid} ${follow.personId}`)?.state).toBe('lost')
  })

  it('brings the groups with their members, and can be killed as well', async () => {
    await house.sync('group_chats_sync')
    const groups = [...wecom().groups.values()]
    const [members] = await house.query<{ n: number }>('SELECT COUNT(*) AS n FROM group_chat_members')
    expect(Number(members?.n)).toBe(groups.reduce((sum, group) => sum + group.members.length, 0))
    const [first] = groups
    house.pass(1000)
    house.sandbox.control.act({ action: 'group_dismiss', corpid: DEMO_CORP.corpid, chatId: first?.id ?? '' })
    await house.sync('group_chats_sync')
    expect(await house.query<{ chat: string }>('SELECT chat_id AS chat FROM group_chats WHERE dismissed_at IS NOT NULL')).toEqual([{ chat: first?.id }])
  })
})

describe('the job', () => {
  it('started by an administrator is taken by the worker with progress to see · GEN-5', async () => {
    await house.jobs.work()
    const admin = await house.person('linzhixia')
    const { jobId } = await admin.ask('POST /api/customers/sync', '/api/customers/sync')
    await expect.poll(async () => (await house.jobs.view(house.corp.id, jobId, (corpId, ids) => house.identity.staffRefs(corpId, ids))), { timeout: 20_000 })
      .toMatchObject({ state: 'done', done: STAFF, total: STAFF, note: expect.stringContaining('段好友关系') })
    expect(await house.query(`SELECT 1 FROM audit_logs WHERE action = 'job.started'`)).toHaveLength(1)
    const staff = await house.person('staff1')
    expect(await staff.fail('POST', '/api/customers/sync')).toMatchObject({ status: 403, code: 'forbidden' })
  })
})
