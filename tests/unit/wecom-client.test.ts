import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLog } from '../../server/src/platform/log.ts'
import { createWecomClient, WecomError } from '../../server/src/wecom/index.ts'
import type { Fetch, RateLimits, WecomClient, WecomTokens } from '../../server/src/wecom/index.ts'
import { fixtureText } from '../fixtures/wecom/fixture.ts'

const corp = { wecomCorpId: 'ww3f9a1c27d5e8b640', agentId: 1000002, secret: 'very-secret' }
const log = createLog({ level: 'silent', name: 'test' })
const servers: Server[] = []
const okAnswer = z.looseObject({ value: z.number() })

interface Bench {
  client: WecomClient
  tokensUsed: string[]
  invalidated: string[]
  pauses: number[]
  narrowed: string[]
  wecomPaused: string[]
  calls: { api: string; errcode: number | null }[]
}

/** A client with tokens and limits in memory; the token becomes `token-2`, `token-3` … each time it is invalidated. */
function bench(setup: { baseUrl?: string; fetch?: Fetch; full?: { waitMs: number; pausedByWecom: boolean }[] }): Bench {
  const seen: Omit<Bench, 'client'> = { tokensUsed: [], invalidated: [], pauses: [], narrowed: [], wecomPaused: [], calls: [] }
  let generation = 1
  const tokens: WecomTokens = {
    accessToken: async () => {
      seen.tokensUsed.push(`token-${generation}`)
      return `token-${generation}`
    },
    invalidateAccessToken: async (_app, failed) => {
      seen.invalidated.push(failed)
      if (failed === `token-${generation}`) generation++
    },
    ticket: async () => 'ticket',
    dropTickets: async () => undefined,
  }
  const limits: RateLimits = {
    take: async () => setup.full?.shift() ?? { waitMs: 0, pausedByWecom: false },
    pause: async (_corp, api) => {
      seen.wecomPaused.push(api)
      return 60_000
    },
    within: (_corp, _api, call) => call(),
    narrow: (_corp, api) => seen.narrowed.push(api),
  }
  const client = createWecomClient({
    baseUrl: setup.baseUrl ?? 'http://wecom.invalid',
    corp,
    tokens,
    limits,
    log,
    fetch: setup.fetch,
    onCall: ({ api, errcode }) => seen.calls.push({ api, errcode }),
    pause: async (ms) => seen.pauses.push(ms),
  })
  return { client, ...seen }
}

/** Answers the bodies one after another, then `{"value":1}` for ever. */
function answers(...bodies: (object | string | Error | Response)[]): { fetch: Fetch; urls: string[] } {
  const urls: string[] = []
  return {
    urls,
    fetch: async (url) => {
      urls.push(url)
      const next = bodies.shift() ?? { value: 1 }
      if (next instanceof Error) throw next
      if (next instanceof Response) return next
      return new Response(typeof next === 'string' ? next : JSON.stringify(next))
    },
  }
}

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

async function failureOf(work: Promise<unknown>): Promise<WecomError> {
  const error: unknown = await work.then(() => new Error('it succeeded'), (thrown: unknown) => thrown)
  if (error instanceof WecomError) return error
  throw error
}

function brokenConnection(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('answers (wecom-api/00 §3)', () => {
  it('takes a success with errcode 0 and one without errcode', async () => {
    const { fetch, urls } = answers({ errcode: 0, errmsg: 'ok', value: 7 }, { value: 8 })
    const { client } = bench({ fetch })
    expect(await client.get('/cgi-bin/x', { id: 3, cursor: undefined }, okAnswer)).toMatchObject({ value: 7 })
    expect(await client.get('/cgi-bin/x', {}, okAnswer)).toMatchObject({ value: 8 })
    expect(urls[0]).toBe('http://wecom.invalid/cgi-bin/x?access_token=token-1&id=3')
  })

  it('makes an errcode a WecomError that names the API and carries no token', async () => {
    const { fetch } = answers(fixtureText('error-60020.response.json'))
    const error = await failureOf(bench({ fetch }).client.get('/cgi-bin/user/get', { userid: 'a' }, okAnswer))
    expect(error).toMatchObject({ errcode: 60020, api: '/cgi-bin/user/get', outcome: 'refused', retriable: false })
    expect(`${error.message} ${error.stack ?? ''}`).not.toContain('token-1')
  })

  it.each([
    ['a page of a proxy', new Response('<html>502</html>', { status: 502 }), 'http', 3],
    ['HTTP 404', new Response('gone', { status: 404 }), 'http', 1],
    ['a body that is not JSON', '<html></html>', 'bad-answer', 1],
    ['a JSON list', '[]', 'bad-answer', 1],
    ['a success of another shape', { errcode: 0, value: 'text' }, 'bad-answer', 1],
  ])('refuses %s', async (_name, body, reason, attempts) => {
    const { fetch, urls } = answers(body, body instanceof Response ? body.clone() : body, body instanceof Response ? body.clone() : body)
    expect(await failureOf(bench({ fetch }).client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ reason, errcode: 0 })
    expect(urls).toHaveLength(attempts)
  })

  it('reads an errcode that came with a bad HTTP status', async () => {
    const { fetch } = answers(new Response('{"errcode":48002,"errmsg":"no"}', { status: 403 }))
    expect(await failureOf(bench({ fetch }).client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ errcode: 48002 })
  })
})

describe('repeating (wecom-api/00 §3)', () => {
  it.each([40001, 40014, 41001, 42001])('%i: drops the token and repeats once, also a send', async (errcode) => {
    const { fetch, urls } = answers({ errcode, errmsg: 'x' }, { errcode: 0, value: 1 })
    const { client, invalidated } = bench({ fetch })
    await client.post('/cgi-bin/message/send', {}, okAnswer, { effect: 'once' })
    expect(invalidated).toEqual(['token-1'])
    expect(urls.map((url) => new URL(url).searchParams.get('access_token'))).toEqual(['token-1', 'token-2'])
  })

  it('gives up when the new token is refused too', async () => {
    const { fetch, urls } = answers({ errcode: 42001 }, { errcode: 42001 })
    expect(await failureOf(bench({ fetch }).client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ errcode: 42001 })
    expect(urls).toHaveLength(2)
  })

  it.each([-1, 6000])('%i: repeats at most three times with growing delay', async (errcode) => {
    const { fetch, urls } = answers(...Array.from({ length: 5 }, () => ({ errcode, errmsg: 'busy' })))
    const { client, pauses } = bench({ fetch })
    expect(await failureOf(client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ errcode, retriable: true })
    expect(urls).toHaveLength(4)
    expect(pauses).toHaveLength(3)
    expect([...pauses].sort((a, b) => a - b)).toEqual(pauses)
  })

  it('45033: lowers the concurrency and repeats', async () => {
    const { fetch } = answers({ errcode: 45033 }, { errcode: 0, value: 1 })
    const { client, narrowed } = bench({ fetch })
    await client.get('/cgi-bin/x', {}, okAnswer)
    expect(narrowed).toEqual(['/cgi-bin/x'])
  })

  it('45009: pauses the API for the corp and says when to come back, without repeating', async () => {
    const { fetch, urls } = answers(fixtureText('error-45009.response.json'))
    const { client, wecomPaused } = bench({ fetch })
    expect(await failureOf(client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ errcode: 45009, retriable: true, retryAfterMs: 60_000 })
    expect(wecomPaused).toEqual(['/cgi-bin/x'])
    expect(urls).toHaveLength(1)
  })

  it('does not call while WeCom has paused the API, and waits out a short window of our own', async () => {
    const paused = answers()
    expect(await failureOf(bench({ fetch: paused.fetch, full: [{ waitMs: 500, pausedByWecom: true }] }).client.get('/cgi-bin/x', {}, okAnswer)))
      .toMatchObject({ reason: 'paused', errcode: 45009, retriable: true, retryAfterMs: 500 })
    expect(paused.urls).toHaveLength(0)
    const waiting = bench({ fetch: answers().fetch, full: [{ waitMs: 800, pausedByWecom: false }] })
    await waiting.client.get('/cgi-bin/x', {}, okAnswer)
    expect(waiting.pauses).toEqual([800])
  })

  it.each([84061, 60020, 40096, 999999])('%i is not repeated', async (errcode) => {
    const { fetch, urls } = answers({ errcode, errmsg: 'x' })
    expect(await failureOf(bench({ fetch }).client.get('/cgi-bin/x', {}, okAnswer))).toMatchObject({ errcode })
    expect(urls).toHaveLength(1)
  })

  it('reports every attempt to the metrics', async () => {
    const { fetch } = answers({ errcode: -1 }, brokenConnection('ECONNRESET'), { value: 1 })
    const { client, calls } = bench({ fetch })
    await client.get('/cgi-bin/x', {}, okAnswer)
    expect(calls.map((call) => call.errcode)).toEqual([-1, null, 0])
  })
})

describe('lost answers (architecture "Jobs": never repeated blindly)', () => {
  it('repeats a read whose connection broke', async () => {
    const { fetch, urls } = answers(brokenConnection('ECONNRESET'), brokenConnection('UND_ERR_SOCKET'), { value: 5 })
    expect(await bench({ fetch }).client.get('/cgi-bin/x', {}, okAnswer)).toMatchObject({ value: 5 })
    expect(urls).toHaveLength(3)
  })

  it('repeats a send that certainly never left', async () => {
    const { fetch, urls } = answers(brokenConnection('ECONNREFUSED'), { value: 5 })
    await bench({ fetch }).client.post('/cgi-bin/message/send', {}, okAnswer, { effect: 'once' })
    expect(urls).toHaveLength(2)
  })

  it('ends a send with an unknown outcome when the server took it and hung up', async () => {
    let taken = 0
    const baseUrl = await serve((request) => {
      taken++
      request.on('data', () => undefined).on('end', () => request.socket.destroy())
    })
    const error = await failureOf(bench({ baseUrl }).client.post('/cgi-bin/message/send', { touser: 'a' }, okAnswer, { effect: 'once' }))
    expect(error).toMatchObject({ reason: 'interrupted', outcome: 'unknown', retriable: false })
    expect(taken).toBe(1)
  })

  it('ends a send with an unknown outcome when the answer does not come in time', async () => {
    let taken = 0
    const baseUrl = await serve(() => { taken++ })
    const error = await failureOf(bench({ baseUrl }).client.post('/cgi-bin/message/send', {}, okAnswer, { effect: 'once', timeoutMs: 60 }))
    expect(error).toMatchObject({ reason: 'interrupted', errmsg: 'timeout', outcome: 'unknown', retriable: false })
    expect(taken).toBe(1)
  })

  it('ends a send with an unknown outcome on a gateway error or an unreadable success', async () => {
    for (const body of [new Response('bad gateway', { status: 502 }), '<html>ok</html>', { errcode: 0, value: 'text' }]) {
      const { fetch, urls } = answers(body)
      expect(await failureOf(bench({ fetch }).client.post('/cgi-bin/message/send', {}, okAnswer, { effect: 'once' }))).toMatchObject({ outcome: 'unknown', retriable: false })
      expect(urls).toHaveLength(1)
    }
  })
})

describe('files (wecom-api/02 §7)', () => {
  it('uploads as multipart field media with the file name', async () => {
    let received = ''
    const baseUrl = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => { received += chunk.toString() }).on('end', () => response.end('{"errcode":0,"value":1}'))
    })
    await bench({ baseUrl }).client.upload('/cgi-bin/media/upload', { fileName: '价目表.pdf', contentType: 'application/pdf', body: Buffer.from('hello') }, okAnswer, { effect: 'repeatable', query: { type: 'file' } })
    expect(received).toContain('name="media"; filename="价目表.pdf"')
    expect(received).toContain('Content-Type: application/pdf')
    expect(received).toContain('hello')
  })

  it('tells a file from an error by its content type', async () => {
    const { fetch } = answers(
      new Response('PNG', { headers: { 'content-type': 'image/png', 'content-disposition': 'attachment; filename="a.png"' } }),
      new Response(fixtureText('media.get.error-40007.response.json'), { headers: { 'content-type': 'application/json' } }),
    )
    const { client } = bench({ fetch })
    expect(await client.download('/cgi-bin/media/get', { media_id: 'm' })).toMatchObject({ contentType: 'image/png', fileName: 'a.png' })
    expect(await failureOf(client.download('/cgi-bin/media/get', { media_id: 'm' }))).toMatchObject({ errcode: 40007 })
  })
})
