import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract, RATES, rateOf, type Endpoint, type Method } from '@zhike/shared/contract'
import type { ErrorBody } from '@zhike/shared'
import { openHouse, syncStaff, type Caller, type House } from '../run/house.ts'
import { ownRedis } from '../run/services.ts'

let house: House
let admin: Caller
beforeAll(async () => {
  house = await openHouse({ worker: true, env: { TRUST_PROXY: '1' } })
  await syncStaff(house)
  admin = await house.signIn('linzhixia')
})
afterAll(() => house.close())

const from = (address: string) => ({ 'x-forwarded-for': address })

describe('how often people may ask', () => {
  test('every endpoint of the contract has a rate, a change never a more generous one than a look', () => {
    for (const [key, endpoint] of Object.entries<Endpoint>(contract)) {
      const rate = rateOf(key.split(' ')[0] as Method, endpoint)
      expect(rate.most, key).toBeGreaterThan(0)
      // A large file comes in many pieces, each of a bounded size.
      if (!key.startsWith('GET ')) expect(rate.most, key).toBeLessThanOrEqual(endpoint.bytes ? RATES.piece.most : RATES.change.most)
    }
  })

  test('who overdoes it is told for how many seconds to wait; colleagues and other endpoints go on', async () => {
    const { most } = RATES.sync
    for (let i = 0; i < most; i++) expect((await admin.attempt('POST /api/staff/sync')).statusCode).toBe(200)
    const refused = await admin.attempt('POST /api/staff/sync')
    expect(refused.statusCode).toBe(429)
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(RATES.sync.seconds)
    expect(refused.json<ErrorBody>()).toMatchObject({ code: 'too_many', message: `操作太频繁，请 ${seconds} 秒后再试` })
    expect((await admin.attempt('GET /api/session')).statusCode).toBe(200)
    // Another device of hers counts with her, a colleague for herself.
    expect((await (await house.signIn('linzhixia')).attempt('POST /api/staff/sync')).statusCode).toBe(429)
    expect((await (await house.signIn('zhoumin')).attempt('POST /api/staff/sync')).statusCode).toBe(403)
  })

  test('where nobody needs to be signed in, addresses are counted; a network of IPv6 is one of them', async () => {
    const guess = (address: string) => house.app.inject({ method: 'POST', url: '/api/setup/session', payload: { ticket: 'x'.repeat(32) }, headers: from(address) })
    const first = await Promise.all(Array.from({ length: RATES.guess.most }, (_, i) => guess(`2001:db8:1:2::${i.toString(16)}`)))
    expect(first.some((answer) => answer.statusCode === 200)).toBe(false)
    expect((await guess('2001:db8:1:2::ffff')).headers['retry-after']).toBeDefined()
    expect((await guess('2001:db8:1:3::1')).headers['retry-after']).toBeUndefined()
  })

  test('a whole shop behind one address reads links; beyond that a sentence is shown, not JSON', async () => {
    const read = (address: string) => house.app.inject({ url: '/r/doesnotexist00000000', headers: { ...from(address), accept: 'text/html' } })
    for (let round = 0; round < 6; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => read('198.51.100.7')))
      expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([404]))
    }
    const refused = await read('198.51.100.7')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['content-type']).toContain('text/html')
    expect(refused.body).toMatch(/请 \d+ 秒后再试/)
    expect((await read('198.51.100.8')).statusCode).toBe(404)
  })

  test('the OpenAPI document says how often', async () => {
    const document = (await house.app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, Record<string, { description: string }>> }>()
    expect(document.paths['/api/staff/sync']?.post?.description).toContain(`每人 ${RATES.sync.seconds} 秒内最多 ${RATES.sync.most} 次`)
  })
})

test('with Redis away nobody is kept from working', async () => {
  const redis = await ownRedis()
  const alone = await openHouse({ env: { REDIS_URL: redis.url } })
  const someone = await alone.signIn('linzhixia')
  await redis.kill()
  const answers = await Promise.all(Array.from({ length: 20 }, () => someone.attempt('GET /api/session')))
  expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]))
  await redis.start()
  await alone.close()
  await redis.drop()
})
