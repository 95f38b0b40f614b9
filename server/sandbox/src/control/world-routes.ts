import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { faultsSchema } from '../faults.ts'
import { sendFromPage, verifyPage } from '../jsapi-host.ts'
import type { ClockView, Settings } from '../protocol/settings.ts'
import { act } from '../world/actions.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { worldAction } from './action-schema.ts'

const settingsPatch: z.ZodType<Partial<Settings>> = z.object({
  sendOutcome: z.enum(['ok', 'ask', 'cancel', 'fail']), linkPrefetch: z.boolean(), oauthConsent: z.enum(['ask', 'auto']),
}).partial()

const params = z.record(z.string(), z.unknown())
const verifyRequest = z.object({ name: z.enum(['agentConfig', 'preVerifyJSAPI']), params, url: z.string(), corpid: z.string(), userid: z.string() })
const sendRequest = z.object({ corpid: z.string(), userid: z.string(), chatId: z.string(), params })
const corpFilter = z.object({ corpid: z.string().optional(), mode: z.enum(['expire', 'invalidate']).default('expire') })
const HEARTBEAT_MS = 15_000

function clockView(sandbox: Sandbox): ClockView {
  return { now: sandbox.clock.now(), shiftMs: sandbox.clock.shiftMs }
}

/** Moves the sandbox's time; everything that expires by the clock does. */
export function shiftClock(sandbox: Sandbox, ms: number): ClockView {
  sandbox.clock.shiftMs += ms
  sandbox.feed.emit({ type: 'clock', clock: clockView(sandbox) })
  return clockView(sandbox)
}

/** Actions, JS-SDK host side, faults, clock, counters, settings and the live feed. */
export async function worldRoutes(app: FastifyInstance, options: { sandbox: Sandbox; reset: () => void }): Promise<void> {
  const { sandbox, reset } = options

  app.post('/actions', (request) => act(sandbox, worldAction.parse(request.body)))
  app.post('/jsapi/verify', (request) => verifyPage(sandbox, verifyRequest.parse(request.body)))
  app.post('/jsapi/send', (request) => sendFromPage(sandbox, sendRequest.parse(request.body)))

  app.get('/settings', () => sandbox.settings)
  app.put('/settings', (request) => {
    sandbox.settings = { ...sandbox.settings, ...settingsPatch.parse(request.body) }
    sandbox.feed.emit({ type: 'settings', settings: sandbox.settings })
    return sandbox.settings
  })

  app.get('/clock', () => clockView(sandbox))
  app.post('/clock', (request) => shiftClock(sandbox, z.object({ shiftMs: z.number().int() }).parse(request.body).shiftMs))

  app.get('/faults', () => sandbox.faults.faults)
  app.put('/faults', (request) => {
    sandbox.faults.replace(faultsSchema.parse(request.body))
    sandbox.feed.emit({ type: 'faults', faults: sandbox.faults.faults })
    return sandbox.faults.faults
  })
  app.delete('/faults', () => {
    sandbox.faults.clear()
    sandbox.feed.emit({ type: 'faults', faults: sandbox.faults.faults })
    return sandbox.faults.faults
  })
  app.post('/faults/tokens', (request) => {
    const { mode, corpid } = corpFilter.parse(request.body ?? {})
    sandbox.endTokens(mode, corpid)
    sandbox.onChange()
    return { ok: true }
  })
  app.post('/faults/tickets', (request) => {
    sandbox.endTickets(corpFilter.parse(request.body ?? {}).corpid)
    sandbox.onChange()
    return { ok: true }
  })

  app.get('/stats', () => sandbox.counters.snapshot())
  app.delete('/stats', () => {
    sandbox.counters.reset()
    return sandbox.counters.snapshot()
  })
  app.post('/reset', () => {
    reset()
    return { ok: true }
  })

  app.get('/events', (request, reply) => {
    const { corpid } = z.object({ corpid: z.string().optional() }).parse(request.query)
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
    const write = (event: unknown): void => void raw.write(`data: ${JSON.stringify(event)}\n\n`)
    write({ type: 'hello', now: sandbox.clock.now() })
    const stop = sandbox.feed.subscribe((event) => {
      if (corpid === undefined || !('corpid' in event) || event.corpid === corpid) write(event)
    })
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS)
    raw.on('close', () => {
      clearInterval(heartbeat)
      stop()
    })
  })
}
