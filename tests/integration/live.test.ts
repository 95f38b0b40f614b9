// The stream that open pages listen to: who stays on it, and who is put off it.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { callerFor, openHouse, type Caller, type House } from '../run/house.ts'

/** Longer than the time between two looks at who is listening. */
const NEXT_LOOK_MS = 21_000

let ahead = 0
let house: House
let address: string
let wu: Caller
let chen: Caller

beforeAll(async () => {
  house = await openHouse({ clock: { now: () => Date.now() + ahead } })
  wu = await callerFor(house, house.corpId, 'wuxiaoyan')
  chen = await callerFor(house, house.corpId, 'chensiyuan')
  address = await house.app.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(() => vi.useRealTimers())
afterAll(() => house.close())

interface Listener { heard: string; ended: boolean; stop(): void }

/** Opens a stream, and is heard of on it. */
async function listen(who: Caller): Promise<Listener> {
  const closing = new AbortController()
  const listener: Listener = { heard: '', ended: false, stop: () => closing.abort() }
  const answer = await fetch(`${address}/api/live`, { headers: { cookie: who.cookie }, signal: closing.signal })
  expect(answer.status).toBe(200)
  const text = answer.body?.pipeThrough(new TextDecoderStream())
  void (async () => {
    if (text) for await (const part of text) listener.heard += part
    listener.ended = true
  })().catch(() => { listener.ended = true }) // stop() ends it this way
  await expect.poll(() => listener.heard).toContain('retry')
  return listener
}

const tellAll = (materialId: number) => house.platform.live.publish(house.corpId, { owners: [], event: { kind: 'material', materialId } })

/** Opens streams of both, lets something happen, and lets the server look at who is listening. */
async function lookAfter(happens: () => Promise<unknown>): Promise<{ hers: Listener; other: Listener }> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const [hers, other] = await Promise.all([listen(wu), listen(chen)])
  await happens()
  ahead += NEXT_LOOK_MS
  vi.advanceTimersByTime(NEXT_LOOK_MS)
  return { hers, other }
}

describe('a live stream', () => {
  it('ends for a member who has signed out, and goes on for the others', async () => {
    const { hers, other } = await lookAfter(() => wu.attempt('DELETE /api/session'))
    await expect.poll(() => hers.ended).toBe(true)
    await tellAll(71)
    await expect.poll(() => other.heard).toContain('"materialId":71')
    expect(hers.heard).not.toContain('71')
    other.stop()
    wu = await callerFor(house, house.corpId, 'wuxiaoyan')
  })

  it('ends for a member who has left the corp · SYS-10', async () => {
    const { hers, other } = await lookAfter(() => house.platform.database.pool.query("UPDATE staff SET state = 'left' WHERE userid_key = 'wuxiaoyan'"))
    await expect.poll(() => hers.ended).toBe(true)
    expect(other.ended).toBe(false)
    other.stop()
    await house.platform.database.pool.query("UPDATE staff SET state = 'active' WHERE userid_key = 'wuxiaoyan'")
  })

  it('tells a leaver nothing more, also before the next look at who is listening · SYS-10, GEN-9', async () => {
    const [hers, other] = await Promise.all([listen(wu), listen(chen)])
    await house.platform.database.pool.query("UPDATE staff SET state = 'left' WHERE userid_key = 'wuxiaoyan'")
    ahead += 2_000
    const ids = await Promise.all(['wuxiaoyan', 'chensiyuan'].map(async (userid) => (await house.modules.identity.ensureStaff(house.corpId, userid)).staffId))
    await house.platform.live.publish(house.corpId, { owners: ids, event: { kind: 'customer', customerId: 74 } })
    await expect.poll(() => other.heard).toContain('"customerId":74')
    await expect.poll(() => hers.ended).toBe(true)
    expect(hers.heard).not.toContain('74')
    other.stop()
    await house.platform.database.pool.query("UPDATE staff SET state = 'active' WHERE userid_key = 'wuxiaoyan'")
  })

  it('that is given up before it began takes no place · SYS-3', async () => {
    await Promise.all(Array.from({ length: 40 }, async (_, i) => {
      const closing = new AbortController()
      setTimeout(() => closing.abort(), i % 8)
      await fetch(`${address}/api/live`, { headers: { cookie: wu.cookie }, signal: closing.signal }).then((answer) => answer.body?.cancel(), () => undefined)
    }))
    const hers = await listen(wu)
    hers.stop()
  })

  it('looks once for all pages of a session', async () => {
    const pages = await Promise.all(Array.from({ length: 10 }, () => listen(chen)))
    ahead += 2_000
    const asked = vi.spyOn(house.platform.database.pool, 'query')
    const { staffId } = await house.modules.identity.ensureStaff(house.corpId, 'chensiyuan')
    const before = asked.mock.calls.length
    await house.platform.live.publish(house.corpId, { owners: [staffId], event: { kind: 'customer', customerId: 75 } })
    for (const page of pages) await expect.poll(() => page.heard).toContain('"customerId":75')
    expect(asked.mock.calls.length - before).toBeLessThan(5)
    vi.restoreAllMocks()
    for (const page of pages) page.stop()
  })

  it('ends for everybody of a corp that was suspended: nobody may come in · SYS-2', async () => {
    const { hers, other } = await lookAfter(() => house.modules.corps.suspend(house.corpId, true))
    await expect.poll(() => hers.ended && other.ended).toBe(true)
    expect((await wu.attempt('GET /api/live')).statusCode).toBe(403)
    await house.modules.corps.suspend(house.corpId, false)
  })

  it('goes on while the database is away: nobody is put out for that', async () => {
    const asked = vi.spyOn(house.platform.database.pool, 'query')
    const { hers, other } = await lookAfter(async () => asked.mockReset().mockRejectedValue(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })))
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(1)
    vi.restoreAllMocks()
    await tellAll(72)
    await expect.poll(() => hers.heard).toContain('"materialId":72')
    hers.stop()
    other.stop()
  })

  it('passes on nothing that is not one of our messages', async () => {
    const hers = await listen(wu)
    const channel = `${house.platform.config.redisPrefix}:live:${house.corpId}`
    await house.platform.redis.publish(channel, 'not json')
    await house.platform.redis.publish(channel, JSON.stringify({ owners: [], event: { kind: 'material', materialId: 'seventy' } }))
    await tellAll(73)
    await expect.poll(() => hers.heard).toContain('"materialId":73')
    expect(hers.heard.match(/data:/g)).toHaveLength(1)
    hers.stop()
  })

  it('is known to whoever tells news that come again soon: nobody there, nothing told', async () => {
    await expect.poll(() => house.platform.live.isHeard(house.corpId), { timeout: 3000 }).toBe(false)
    const hers = await listen(wu)
    await expect.poll(() => house.platform.live.isHeard(house.corpId), { timeout: 3000 }).toBe(true)
    hers.stop()
    await expect.poll(() => house.platform.live.isHeard(house.corpId), { timeout: 3000 }).toBe(false)
  })
})
