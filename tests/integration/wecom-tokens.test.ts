import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createLog } from '../../server/src/platform/log.ts'
import { createRateLimits, createWecomGateway, jsTicket, WecomError } from '../../server/src/wecom/index.ts'
import type { WecomGateway } from '../../server/src/wecom/index.ts'
import { ownRedis } from '../run/services.ts'
import type { OwnServer } from '../run/services.ts'

const log = createLog({ level: 'silent', name: 'test' })
const cipherKey = randomBytes(32)
const app = { wecomCorpId: 'wwdemo00000000a001', agentId: 1000002, secret: 'right' }
const anything = z.looseObject({})

/** A WeCom of a few lines: tokens that can be declared dead, tickets, and a counter per API. */
const wecom = {
  asked: new Map<string, number>(),
  generation: 0,
  dead: new Set<string>(),
  next: [] as object[],
  expiresIn: 7200,
  /** While set, gettoken answers only when it settles. */
  held: null as Promise<void> | null,
  count: (api: string) => wecom.asked.get(api) ?? 0,
  issued: () => `token-${wecom.generation}`,
}

async function answerOf(url: URL): Promise<object> {
  wecom.asked.set(url.pathname, wecom.count(url.pathname) + 1)
  if (url.pathname === '/cgi-bin/gettoken') {
    if (url.searchParams.get('corpsecret') !== 'right') return { errcode: 40001, errmsg: 'invalid credential' }
    const access_token = `token-${++wecom.generation}`
    await wecom.held
    return { errcode: 0, access_token, expires_in: wecom.expiresIn }
  }
  if (wecom.dead.has(url.searchParams.get('access_token') ?? '')) return { errcode: 42001, errmsg: 'access_token expired' }
  if (url.pathname.includes('ticket')) return { errcode: 0, ticket: `ticket-${wecom.count(url.pathname)}`, expires_in: 7200 }
  return wecom.next.shift() ?? { errcode: 0 }
}

let server: Server
let baseUrl = ''
let redisServer: OwnServer
const connections: Redis[] = []
let now = 1_735_689_600_000
const clock = { now: () => now }

/** A process of the product: its own connection and memory. */
function startProcess(limits: { perMinute?: number } = {}): WecomGateway {
  const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined)
  connections.push(redis)
  return createWecomGateway({ baseUrl, redis, clock, log, cipherKey, ...limits, pause: async () => undefined })
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answerOf(new URL(request.url ?? '/', 'http://wecom')).then((answer) => response.end(JSON.stringify(answer)))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  baseUrl = address && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : ''
  redisServer = await ownRedis()
})

afterEach(async () => {
  const [first] = connections
  if (first) await first.flushall()
  for (const connection of connections.splice(0)) connection.disconnect()
  wecom.asked.clear()
  wecom.dead.clear()
  wecom.next = []
  wecom.held = null
  wecom.expiresIn = 7200
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await redisServer.drop()
})

describe('tokens are shared by all processes', () => {
  it('fetches one token for many calls at once in several processes', async () => {
    const processes = [startProcess(), startProcess(), startProcess()]
    const calls = processes.flatMap((process) => Array.from({ length: 20 }, () => process.clientFor(app).get('/cgi-bin/user/get', {}, anything)))
    await Promise.all(calls)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(1)
    expect(wecom.count('/cgi-bin/user/get')).toBe(60)
  })

  it('refreshes once when all processes find the token dead at the same time', async () => {
    const processes = [startProcess(), startProcess(), startProcess()]
    await Promise.all(processes.map((process) => process.clientFor(app).accessToken()))
    wecom.dead.add(wecom.issued())
    await Promise.all(processes.flatMap((process) => Array.from({ length: 10 }, () => process.clientFor(app).get('/cgi-bin/user/get', {}, anything))))
    expect(wecom.count('/cgi-bin/gettoken')).toBe(2)
  })

  it('keeps a token that was renewed meanwhile when an old one is reported dead', async () => {
    const process = startProcess()
    const old = await process.clientFor(app).accessToken()
    await process.tokens.invalidateAccessToken(app, old)
    const renewed = await process.clientFor(app).accessToken()
    await process.tokens.invalidateAccessToken(app, old)
    expect(await process.clientFor(app).accessToken()).toBe(renewed)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(2)
  })

  it('renews in the background from 80–90 % of the life, serving the old one meanwhile', async () => {
    const process = startProcess()
    const client = process.clientFor(app)
    const old = await client.accessToken()
    now += 7200 * 1000 * 0.79
    expect(await client.accessToken()).toBe(old)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(1)
    now += 7200 * 1000 * 0.12
    expect(await client.accessToken()).toBe(old)
    await vi.waitFor(async () => expect(await client.accessToken()).not.toBe(old))
    expect(wecom.count('/cgi-bin/gettoken')).toBe(2)
  })

  it('never serves a token past its end', async () => {
    const client = startProcess().clientFor(app)
    const old = await client.accessToken()
    now += 7200 * 1000
    expect(await client.accessToken()).not.toBe(old)
  })

  it('a holder that stalled does not overwrite the newer token', async () => {
    const [slow, quick] = [startProcess(), startProcess()]
    let release = (): void => undefined
    wecom.held = new Promise<void>((resolve) => { release = resolve })
    const stalled = slow.clientFor(app).accessToken()
    await vi.waitFor(() => expect(wecom.count('/cgi-bin/gettoken')).toBe(1))
    const inspector = new Redis(redisServer.url)
    connections.push(inspector)
    // The lock of the stalled process runs out.
    await inspector.del(await inspector.keys('*:lock'))
    const held = wecom.held
    wecom.held = null
    const newer = await quick.clientFor(app).accessToken()
    release()
    await held
    expect(await stalled).not.toBe(newer)
    expect(await startProcess().clientFor(app).accessToken()).toBe(newer)
  })

  it('asks once for a wrong secret, remembers the refusal for a moment, and asks at once with another secret', async () => {
    const process = startProcess()
    const wrong = process.clientFor({ ...app, secret: 'wrong' })
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => wrong.get('/cgi-bin/user/get', {}, anything)))
    expect(results.every((result) => result.status === 'rejected' && result.reason instanceof WecomError && result.reason.errcode === 40001)).toBe(true)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(1)
    await process.clientFor(app).accessToken()
    now += 6_000
    await expect(wrong.accessToken()).rejects.toMatchObject({ errcode: 40001 })
    expect(wecom.count('/cgi-bin/gettoken')).toBe(3)
  })

  it('rests encrypted in Redis, under one hash slot per corp', async () => {
    const client = startProcess().clientFor(app)
    const token = await client.accessToken()
    await jsTicket(client, 'corp')
    const inspector = new Redis(redisServer.url)
    connections.push(inspector)
    const keys = await inspector.keys('*')
    expect(keys.length).toBeGreaterThan(1)
    expect(keys.every((key) => key.startsWith('zk:{wecom:wwdemo00000000a001}:'))).toBe(true)
    for (const key of keys.filter((name) => /token|ticket/.test(name))) {
      const stored = await inspector.get(key)
      expect(stored).not.toContain(token)
      expect(stored).not.toContain('ticket-')
    }
  })

  it('fetches each ticket once for all processes', async () => {
    const clients = [startProcess(), startProcess()].map((process) => process.clientFor(app))
    const tickets = await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => [jsTicket(client, 'corp'), jsTicket(client, 'agent')]).flat()))
    expect(new Set(tickets).size).toBe(1)
    expect([wecom.count('/cgi-bin/get_jsapi_ticket'), wecom.count('/cgi-bin/ticket/get')]).toEqual([1, 1])
  })
})

describe('limits are shared by all processes', () => {
  it('counts the calls of all processes to one API of one corp', async () => {
    const [first, second] = [startProcess({ perMinute: 3 }), startProcess({ perMinute: 3 })]
    for (const process of [first, second, first]) expect(await process.limits.take('ww1', '/a')).toMatchObject({ waitMs: 0 })
    const full = await second.limits.take('ww1', '/a')
    expect(full.waitMs).toBeGreaterThan(0)
    expect(full.pausedByWecom).toBe(false)
    expect(await second.limits.take('ww1', '/b')).toMatchObject({ waitMs: 0 })
    expect(await second.limits.take('ww2', '/a')).toMatchObject({ waitMs: 0 })
  })

  it('a 45009 in one process keeps all others from calling, and pauses longer when it comes again', async () => {
    const [first, second] = [startProcess(), startProcess()]
    wecom.next = [{ errcode: 45009, errmsg: 'api freq out of limit' }]
    await expect(first.clientFor(app).get('/cgi-bin/user/get', {}, anything)).rejects.toMatchObject({ errcode: 45009, retryAfterMs: 60_000 })
    await expect(second.clientFor(app).get('/cgi-bin/user/get', {}, anything)).rejects.toMatchObject({ errcode: 45009, reason: 'paused', retriable: true })
    expect(wecom.count('/cgi-bin/user/get')).toBe(1)
    await second.clientFor(app).get('/cgi-bin/department/list', {}, anything)
    expect([await first.limits.pause('wwx', '/a'), await first.limits.pause('wwx', '/a'), await first.limits.pause('wwx', '/a')]).toEqual([60_000, 60_000, 300_000])
  })

  it('runs at most eight calls at once, half as many after a 45033, and all of them again a minute later', async () => {
    const limits = createRateLimits({ redis: new Redis({ lazyConnect: true }), clock, log })
    let running = 0
    let most = 0
    const burst = async (): Promise<number> => {
      most = 0
      await Promise.all(Array.from({ length: 40 }, () => limits.within('ww1', '/a', async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
      })))
      return most
    }
    expect(await burst()).toBe(8)
    limits.narrow('ww1', '/a')
    expect(await burst()).toBe(4)
    now += 60_000
    expect(await burst()).toBe(8)
  })
})

describe('Redis away', () => {
  it('serves the known token, fetches one of its own when there is none, and shares again afterwards', async () => {
    const process = startProcess()
    const client = process.clientFor(app)
    const known = await client.accessToken()
    await redisServer.stop()
    expect(await client.accessToken()).toBe(known)
    await client.get('/cgi-bin/user/get', {}, anything)
    wecom.dead.add(known)
    await client.get('/cgi-bin/user/get', {}, anything)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(2)
    await redisServer.start()
    now += 10_000
    await vi.waitFor(async () => {
      now += 3_000
      const other = startProcess()
      const [ours, theirs] = await Promise.all([client.accessToken(), other.clientFor(app).accessToken()])
      expect(ours).toBe(theirs)
    }, { timeout: 10_000, interval: 100 })
  })

  it('fetches a new token after Redis was emptied', async () => {
    const client = startProcess().clientFor(app)
    await client.accessToken()
    await connections[0]?.flushall()
    await client.get('/cgi-bin/user/get', {}, anything)
    expect(wecom.count('/cgi-bin/gettoken')).toBe(2)
  })
})
