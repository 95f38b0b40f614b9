import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiFault } from '../protocol/faults.ts'
import type { Sandbox } from '../world/sandbox.ts'
import type { ApiAnswer } from './route.ts'

export interface ApiVisit {
  request: FastifyRequest
  reply: FastifyReply
  path: string
  /** '' when nobody can be told who calls */
  corpid: string
}

/**
 * Answers one call of a server API, with what goes wrong on purpose: counted, told to the feed, always HTTP 200 unless a fault says
 * otherwise.
 * @param outcome makes the body; is given the fault that forces an errcode, if there is one
 */
export async function answerApi(sandbox: Sandbox, { request, reply, path, corpid }: ApiVisit, outcome: (forced: ApiFault | undefined) => Promise<ApiAnswer>): Promise<void> {
  sandbox.counters.call(path)
  const startedAt = Date.now()
  const tell = (errcode: number | null): void => sandbox.feed.emit({ type: 'api', corpid, path, errcode, tookMs: Date.now() - startedAt })
  const faults = sandbox.faults.takeApi(path, corpid)
  if (faults.length > 0) sandbox.feed.emit({ type: 'faults', faults: sandbox.faults.faults })
  for (const fault of faults) if (fault.latencyMs !== undefined) await pause(fault.latencyMs)
  if (faults.some((fault) => fault.dropConnection === 'before')) {
    tell(null)
    return cutConnection(request, reply)
  }
  const status = withEffect(faults, 'httpStatus')?.httpStatus
  if (status !== undefined) {
    tell(null)
    return void reply.code(status).send({ error: 'sandbox fault' })
  }
  const body = await outcome(withEffect(faults, 'errcode'))
  const errcode = 'errcode' in body && typeof body.errcode === 'number' ? body.errcode : 0
  if (errcode !== 0) sandbox.counters.error(path, errcode)
  tell(errcode)
  if (faults.some((fault) => fault.dropConnection === 'after')) return cutConnection(request, reply)
  send(reply, body)
}

export function plainIp(request: FastifyRequest): string {
  return request.ip.replace(/^::ffff:/, '')
}

export function queryOf(request: FastifyRequest): Record<string, string> {
  const { searchParams } = new URL(request.url, 'http://sandbox')
  return Object.fromEntries(searchParams)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The first fault with this effect. */
function withEffect<Key extends keyof ApiFault>(faults: ApiFault[], key: Key): ApiFault | undefined {
  return faults.find((fault) => fault[key] !== undefined)
}

function cutConnection(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

function send(reply: FastifyReply, body: ApiAnswer): void {
  if (!isBinary(body)) {
    void reply.code(200).header('content-type', 'application/json; charset=UTF-8').send(JSON.stringify(body))
    return
  }
  const { bytes, mime, name, range } = body.binary
  void reply.code(range === null ? 200 : 206).header('content-type', mime).header('accept-ranges', 'bytes')
    .header('content-disposition', `attachment; filename="${encodeURIComponent(name)}"`)
  if (range !== null) void reply.header('content-range', `bytes ${range.start}-${range.end}/${range.total}`)
  void reply.send(bytes)
}

function isBinary(body: ApiAnswer): body is Extract<ApiAnswer, { binary: unknown }> {
  return 'binary' in body && typeof body.binary === 'object'
}
