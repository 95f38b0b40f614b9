import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Platform } from '../../../platform/platform.ts'
import { isRedisAway } from '../../../platform/redis.ts'
import type { Stream } from '../../../platform/streams.ts'
import { readBeat } from './beat.ts'
import { beatLine } from './line.ts'
import type { KnownTicket, ViewTickets } from '../pages/view-ticket.ts'

/** A beacon is a few hundred bytes; one with 300 pages about 3.5 KB. */
const BODY_BYTES = 4 * 1024
/** Our page sends one every four seconds, and one whenever it is hidden. */
const WINDOW_MS = 10_000
const PER_WINDOW = 60
/** Beacons that travel in one stream entry. */
const PER_ENTRY = 200

/**
 * `POST /r/:token/beat`: a beacon is checked against its signed ticket and stands in the Redis stream when 204 is answered.
 * No database on this path. Redis away: 503; the page sends its cumulative counters again.
 */
export function beatRoute(app: FastifyInstance, platform: Platform, tickets: ViewTickets): void {
  const { clock, metrics } = platform
  const add = createGatheringWriter(platform.stream('beats'))
  const counted = {
    accepted: metrics.beacons.labels('accepted'), refused: metrics.beacons.labels('refused'), crowded: metrics.beacons.labels('crowded'), away: metrics.beacons.labels('away'),
  }

  function hear(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): FastifyReply {
    const now = clock.now()
    const body = parsed(request.body)
    if (!body || typeof body.v !== 'string') return refuse(reply, 400)
    const ticket = tickets.read(request.params.token, body.v, now)
    if (!ticket) return refuse(reply, 404)
    if (isCrowded(ticket, now)) {
      counted.crowded.inc()
      return reply.code(429).send()
    }
    const beat = readBeat(body, ticket, now)
    if (!beat) return refuse(reply, 400)
    add(beatLine(ticket, beat, now)).then(() => {
      counted.accepted.inc()
      reply.code(204).send()
    }, (error: unknown) => {
      if (!isRedisAway(error)) return reply.send(error)
      counted.away.inc()
      reply.code(503).header('retry-after', '2').send()
    })
    return reply
  }

  function refuse(reply: FastifyReply, status: 400 | 404): FastifyReply {
    counted.refused.inc()
    return reply.code(status).send()
  }

  // A scope of its own: sendBeacon posts text/plain, and nothing else than text is read here.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(['text/plain', 'application/json'], { parseAs: 'string', bodyLimit: BODY_BYTES }, (_request, body, done) => done(null, body))
    scope.setChildLoggerFactory((logger) => logger)
    scope.post<{ Params: { token: string } }>('/r/:token/beat', { helmet: false, bodyLimit: BODY_BYTES }, hear)
  })
}

/** Null when it is no JSON object: such a beacon is refused. */
function parsed(text: unknown): Record<string, unknown> | null {
  if (typeof text !== 'string') return null
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) ? body : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCrowded(ticket: KnownTicket, now: number): boolean {
  if (now - ticket.windowStart > WINDOW_MS) {
    ticket.windowStart = now
    ticket.inWindow = 0
  }
  ticket.inWindow += 1
  return ticket.inWindow > PER_WINDOW
}

/**
 * Gathers the beacons of one turn of the event loop into one stream entry. Each caller waits until its entry is in Redis:
 * what was answered with 204 is in the stream.
 */
export function createGatheringWriter(stream: Pick<Stream, 'append'>): (line: string) => Promise<void> {
  let lines: string[] = []
  let written: Promise<void> | null = null
  return (line) => {
    if (!written || lines.length >= PER_ENTRY) {
      const mine: string[] = []
      lines = mine
      const promise = new Promise<void>((done) => setImmediate(done)).then(() => {
        if (lines === mine) written = null
        return stream.append(mine.join('\n'))
      })
      written = promise
    }
    lines.push(line)
    return written
  }
}
