import { afterAll, beforeAll, expect, test } from 'vitest'
import type { VerifyAnswer } from '@zhike/sandbox/protocol/native-bridge'
import { openHouse, syncStaff, type Caller, type House } from '../run/house.ts'

/** A corp's tickets are asked for anew at most this often because of a refused signature. */
const FRESH_TICKETS_EVERY_SECONDS = 5 * 60

let house: House
let member: Caller
beforeAll(async () => {
  house = await openHouse({ worker: true })
  await syncStaff(house)
  member = await house.signIn('wuxiaoyan')
})
afterAll(() => house.close())

/** Opens a page as the client does: asks for our signature and has WeCom judge it. */
async function clientSays(): Promise<string> {
  const url = `${house.baseUrl}/sidebar?corp=${house.wecomCorpId}`
  const { corpId, agentId, timestamp, nonceStr, signature } = await member.call('GET /api/wecom/signature', { query: { url, kind: 'agent' } })
  const verdict = await fetch(`${house.sandbox.url}/sandbox/api/jsapi/verify`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'agentConfig', url, corpid: house.wecomCorpId, userid: 'wuxiaoyan',
      params: { corpid: corpId, agentid: String(agentId), timestamp: String(timestamp), nonceStr, signature, jsApiList: ['getContext'] },
    }),
  })
  const { answer }: VerifyAnswer = await verdict.json()
  return answer.err_msg
}
const tell = (error: string) => member.call('POST /api/wecom/jssdk-result', { body: { ok: false, error } })
const ticketsIssued = () => house.sandbox.control.stats().ticketsIssued

test('a ticket that WeCom ended early is replaced once a client refuses its signature · SYS-14', async () => {
  expect(await clientSays()).toBe('agentConfig:ok')
  house.sandbox.control.endTickets(house.wecomCorpId)
  expect(await clientSays()).toBe('agentConfig:invalid signature')
  await tell('agentConfig:invalid signature')
  expect(await clientSays()).toBe('agentConfig:ok')
})

test('clients that go on refusing don’t make us ask WeCom for tickets without end · SYS-14', async () => {
  const before = ticketsIssued()
  house.sandbox.control.endTickets(house.wecomCorpId)
  for (let again = 0; again < 5; again++) {
    await tell('agentConfig:invalid signature')
    expect(await clientSays()).toBe('agentConfig:invalid signature')
  }
  expect(ticketsIssued()).toBe(before)
  const [key = ''] = await house.platform.redis.keys(`${house.platform.config.redisPrefix}:tickets-dropped:*`)
  expect(await house.platform.redis.ttl(key)).toBeGreaterThan(FRESH_TICKETS_EVERY_SECONDS - 60)
  await house.platform.redis.del(key)
  await tell('agentConfig:invalid signature')
  expect(await clientSays()).toBe('agentConfig:ok')
})

test('other complaints of a client leave the tickets alone · SYS-14', async () => {
  const [key = ''] = await house.platform.redis.keys(`${house.platform.config.redisPrefix}:tickets-dropped:*`)
  await house.platform.redis.del(key)
  house.sandbox.control.endTickets(house.wecomCorpId)
  await tell('agentConfig:invalid url domain')
  expect(await clientSays()).toBe('agentConfig:invalid signature')
})
