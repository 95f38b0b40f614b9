import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { happens } from './mail.ts'
import { type Person, personAt } from './people.ts'
import { makeMaterial, openPage, sendTo } from './readers.ts'
import { ADMIN, CORP, type Follow, openScene, type Scene, syncCustomers, until } from './scene.ts'

const STAFF = 10
const GET_CUSTOMER = '/cgi-bin/externalcontact/get'
const SEND = '/cgi-bin/message/send'

let scene: Scene
let admin: Person
beforeAll(async () => {
  scene = await openScene({ staff: STAFF, customers: STAFF * 8 })
  admin = await scene.signIn(ADMIN)
  await syncCustomers(scene, admin)
})
afterAll(() => scene?.close())

const friendsOf = (userid: string): Follow[] => [...scene.corp().followsOfStaff(userid)].filter((follow) => follow.status === 'friend' && scene.corp().followsOfPerson(follow.personId).length === 1)
const keyOf = (follow: { userid: string; personId: string }) => `${follow.userid} ${follow.personId}`
/** A friend of the administrator's of whom nothing is known here. */
const stranger = () => happens(scene, { action: 'customer_adds', userid: ADMIN }).result.personId ?? ''
const lookUp = (who: Person, externalUserId: string) => who.attempt('GET /api/customers/by-external/:externalUserId', { params: { externalUserId } })
const calls = (path: string) => scene.wecom.stats().calls[path] ?? 0

/** Remark, corp tags and state of each friendship: here, or in WeCom. */
async function here(follows: readonly { userid: string; personId: string }[]): Promise<Map<string, object>> {
  const rows = await scene.rows<{ pair: string; remark: string; state: string; tags: string | null }>(`
    SELECT CONCAT(s.userid, ' ', c.external_user_id) AS pair, r.remark, r.state,
      (SELECT GROUP_CONCAT(t.tag_key ORDER BY t.tag_key) FROM customer_relation_tags t WHERE t.corp_id = r.corp_id AND t.relation_id = r.id AND t.kind = 'wecom') AS tags
    FROM customer_relations r JOIN customers c ON c.id = r.customer_id JOIN staff s ON s.id = r.staff_id WHERE c.external_user_id IN (?)`, [follows.map((follow) => follow.personId)])
  const found = new Map(rows.map((row) => [row.pair, { remark: row.remark, state: row.state, tags: row.tags ?? '' }]))
  return new Map(follows.map((follow) => [keyOf(follow), found.get(keyOf(follow)) ?? { state: 'unknown' }]))
}
function there(follows: readonly { userid: string; personId: string }[], lost: ReadonlySet<string>): Map<string, object> {
  return new Map(follows.map(({ userid, personId }) => {
    const follow = scene.corp().follow(userid, personId)
    const key = keyOf({ userid, personId })
    if (!follow) return [key, { state: 'removed' }]
    return [key, { remark: follow.remark, state: lost.has(key) ? 'lost' : 'active', tags: [...follow.tags].sort().join(',') }]
  }))
}

describe('callbacks', () => {
  it('doubled, turned round and delayed end in what is true in WeCom; lost ones are made good by a sync', async () => {
    const tags = scene.corp().liveTagGroups().flatMap((group) => group.tags.map((tag) => tag.id))
    const touched = ['staff2', 'staff3', 'staff4'].flatMap((userid) => friendsOf(userid).slice(0, 5)).map(({ userid, personId }) => ({ userid, personId }))
    const lost = new Set<string>()
    let change = 0
    /** Several things happen to each of them in short order. */
    const life = (follow: { userid: string; personId: string }) => {
      const doing = { corpid: CORP, ...follow }
      const key = keyOf(follow)
      change++
      scene.wecom.act({ ...doing, action: 'staff_edits', remark: `第${change}稿`, addTags: tags.slice(0, 1), removeTags: tags.slice(1) })
      scene.wecom.act({ ...doing, action: 'staff_edits', remark: `第${change}稿定`, addTags: tags.slice(1, 2 + (change % 2)) })
      if (change % 3 === 0) {
        scene.wecom.act({ ...doing, action: 'staff_deletes' })
        if (change % 2 === 0) scene.wecom.act({ ...doing, action: 'customer_adds' })
      } else if (change % 5 === 0) {
        scene.wecom.act({ ...doing, action: 'customer_deletes' })
        lost.add(key)
      }
    }
    const confusions = [
      [{ mode: 'duplicate' as const }],
      [{ mode: 'reorder' as const }, { mode: 'duplicate' as const }],
      [{ mode: 'delay' as const, delayMs: 400, times: 3 }, { mode: 'duplicate' as const }, { mode: 'reorder' as const, times: 6 }],
    ]
    for (const [i, faults] of confusions.entries()) {
      scene.wecom.setFaults({ callbacks: faults })
      touched.slice(i * 5, i * 5 + 5).forEach(life)
    }
    scene.wecom.setFaults({})
    await scene.wecom.callbacksSettled()
    await until(async () => (await scene.count(`SELECT COUNT(*) FROM callbacks WHERE state IN ('pending', 'failed')`)) === 0, 30_000)
    const truth = there(touched, lost)
    for (const [key, state] of await here(touched)) expect([key, state]).toMatchObject([key, truth.get(key)])
    expect(await scene.count(`SELECT COUNT(*) FROM callbacks WHERE state = 'dead'`)).toBe(0)

    // Handled once more, from the workbench: nothing changes.
    const events = await scene.count('SELECT COUNT(*) FROM customer_events')
    const { items } = await admin.call('GET /api/callbacks', { query: { limit: 50 } })
    for (const { callbackId } of items) await admin.call('POST /api/callbacks/:callbackId/replay', { params: { callbackId } })
    await until(async () => (await scene.count(`SELECT COUNT(*) FROM callbacks WHERE state <> 'done'`)) === 0, 30_000)
    for (const [key, state] of await here(touched)) expect([key, state]).toMatchObject([key, truth.get(key)])
    expect(await scene.count('SELECT COUNT(*) FROM customer_events')).toBe(events)

    scene.wecom.setFaults({ callbacks: [{ mode: 'drop' }] })
    const more = ['staff5', 'staff6'].flatMap((userid) => friendsOf(userid).slice(0, 3)).map(({ userid, personId }) => ({ userid, personId }))
    more.forEach((follow, i) => scene.wecom.act({ corpid: CORP, ...follow, ...(i % 2 === 0 ? { action: 'staff_edits', remark: `没人说${i}` } : { action: 'staff_deletes' }) }))
    const added = Array.from({ length: 4 }, (_, i) => ({ userid: 'staff5', personId: scene.wecom.act({ corpid: CORP, action: 'customer_adds', userid: 'staff5', name: `没人说${i}` }).personId ?? '' }))
    scene.wecom.setFaults({})
    const missed = [...more, ...added]
    const before = there(missed, lost)
    expect([...await here(missed)].filter(([key, state]) => JSON.stringify(state) === JSON.stringify(before.get(key)))).toEqual([])
    await syncCustomers(scene, admin)
    for (const [key, state] of await here(missed)) expect([key, state]).toMatchObject([key, there(missed, lost).get(key)])
  }, 120_000)
})

describe('tokens and tickets', () => {
  it('ended early, with two web processes: one refresh for all, and nobody notices', async () => {
    const second = await scene.product.secondWeb()
    const people = [admin, personAt(second.url, admin.cookie)]
    const sign = (who: Person, kind: 'config' | 'agent') => who.call('GET /api/wecom/signature', { query: { url: `${scene.product.baseUrl}/sidebar`, kind } })
    await Promise.all(people.map((who) => sign(who, 'agent')))
    for (const [round, mode] of (['expire', 'invalidate'] as const).entries()) {
      const before = { token: calls('/cgi-bin/gettoken'), errors: scene.wecom.stats().errors }
      scene.wecom.sandbox.credentials.endTokens(mode)
      const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => lookUp(people[i % 2] ?? admin, stranger())))
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
      expect(calls('/cgi-bin/gettoken') - before.token, `round ${round}`).toBe(1)
    }
    // A page keeps its signature; ours come from one ticket of each kind until WeCom would give another.
    const tickets = calls('/cgi-bin/ticket/get') + calls('/cgi-bin/get_jsapi_ticket')
    await Promise.all([...people, ...people].flatMap((who) => [sign(who, 'config'), sign(who, 'agent')]))
    expect(calls('/cgi-bin/ticket/get') + calls('/cgi-bin/get_jsapi_ticket') - tickets).toBeLessThanOrEqual(1)
    await second.stop()
  })
})

describe('WeCom', () => {
  it('slow: who needs it waits, everybody else does not', async () => {
    scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/*', latencyMs: 4000 }] })
    const waiting = lookUp(admin, stranger())
    const others = await Promise.all((['GET /api/customers', 'GET /api/materials', 'GET /api/radar/today'] as const).map((key) => admin.attempt(key)))
    for (const answer of others) expect(answer).toMatchObject({ status: 200, ms: expect.toSatisfy((ms: number) => ms < 3000) })
    expect(await waiting).toMatchObject({ status: 200, ms: expect.toSatisfy((ms: number) => ms >= 4000) })
    scene.wecom.setFaults({})
  })

  it('answering −1, 45009 and 60020: the person reads in Chinese what is wrong and what to do', async () => {
    const saw = async (errcode: number) => {
      scene.wecom.setFaults({ api: [{ path: GET_CUSTOMER, errcode }] })
      const answer = await lookUp(admin, stranger())
      scene.wecom.setFaults({})
      expect(answer).toMatchObject({ status: 502, error: { code: 'wecom', message: expect.stringMatching(/[一-龥]/), details: { errcode, advice: expect.stringMatching(/[一-龥]/) } } })
      return answer
    }
    await saw(-1)
    const { error } = await saw(60020)
    expect(error.message).toContain('127.0.0.1')
    expect(error.message).toContain('企业可信IP')
    // Last: for a minute nobody calls this API any more, and what comes meanwhile is told the same.
    await saw(45009)
    const asked = calls(GET_CUSTOMER)
    expect((await lookUp(admin, stranger())).error).toMatchObject({ code: 'wecom', details: { errcode: 45009 } })
    expect(calls(GET_CUSTOMER)).toBe(asked)
    expect((await admin.attempt('GET /api/customers')).status).toBe(200)
  })

  it('busy during a sync: the job says so, waits and goes on', async () => {
    scene.wecom.setFaults({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: -1, times: 6 }, { path: '/cgi-bin/externalcontact/get_follow_user_list', latencyMs: 12_000, times: 1 }] })
    await syncCustomers(scene, admin, 60_000)
    scene.wecom.setFaults({})
  }, 90_000)
})

describe('notices', () => {
  const stateOf = async (shareId: number) => (await scene.rows<{ state: string; error: string | null; attempts: number }>(`SELECT n.state, n.error, n.attempts FROM notices n JOIN views v ON n.once_key LIKE CONCAT('%', v.id, '%') AND n.staff_id = v.staff_id WHERE v.share_id = ?`, [shareId]))[0]

  it('refused for now are sent later (GEN-10); one whose connection drops after WeCom took it is never sent twice', async () => {
    const materialId = await makeMaterial(admin, '待产包清单')
    const [refused, busy, dropped, after] = await sendTo(scene, ['staff7', 'staff8', 'staff9', 'staff10'], 1, materialId)
    if (!refused || !busy || !dropped || !after) throw new Error('nothing was sent')
    const inbox = (userid: string) => (scene.corp().appMessages.get(userid) ?? []).length
    const opened = async (share: typeof refused) => {
      const reader = await openPage(scene, share)
      expect(await reader.beat()).toBe(204)
    }
    scene.wecom.setFaults({ api: [{ path: SEND, errcode: 60020 }] })
    await opened(refused)
    await until(async () => {
      const row = await stateOf(refused.shareId)
      return row?.state === 'waiting' && row.error !== null
    })
    expect((await stateOf(refused.shareId))?.error).toContain('企业可信IP')
    scene.wecom.setFaults({ api: [{ path: SEND, errcode: -1, times: 4 }] })
    await opened(busy)
    await until(() => scene.wecom.sandbox.faults.faults.api.length === 0)
    // Whichever of them is sent next: WeCom takes it, and its answer is lost.
    scene.wecom.setFaults({ api: [{ path: SEND, dropConnection: 'after', times: 1 }] })
    await opened(dropped)
    await until(() => scene.wecom.sandbox.faults.faults.api.length === 0, 30_000)
    await opened(after)
    const all = [refused, busy, dropped, after]
    await until(async () => (await Promise.all(all.map((share) => stateOf(share.shareId)))).every((row) => row?.state === 'sent' || row?.state === 'unknown'), 45_000)
    const states = await Promise.all(all.map((share) => stateOf(share.shareId)))
    expect(states.filter((row) => row?.state === 'unknown')).toHaveLength(1)
    // Each got its message exactly once, also the one of which WeCom's answer was lost.
    expect(['staff7', 'staff8', 'staff9', 'staff10'].map(inbox)).toEqual([1, 1, 1, 1])
    expect(states.find((row) => row?.state === 'unknown')?.error).toMatch(/[一-龥]/)
  }, 120_000)
})
