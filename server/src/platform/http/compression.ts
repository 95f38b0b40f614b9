import type { FastifyInstance } from 'fastify'
import { gzip, gzipSync } from 'node:zlib'

/** What fits into one packet arrives no sooner when it is smaller. */
const FROM_CHARACTERS = 1200
/** Up to here it takes a tenth of a millisecond, and handing it to another thread and back three times that. */
const AT_ONCE_CHARACTERS = 32 * 1024
/** A page of 100 KB takes a millisecond; higher levels take several times as long for a few percent. */
const SETTINGS = { level: 4, memLevel: 6, windowBits: 13 }
const TEXT = /^(text\/|application\/json|image\/svg)/

/**
 * Sends pages and JSON compressed to browsers that take it: a phone on a slow network waits for every packet. Files and streams
 * pass as they are, the assets of the H5 lie compressed on the disk. What an answer contains can't be guessed from its length:
 * our cookies stay at home when another site has a browser ask (SameSite), so it never sees an answer that contains secrets.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < FROM_CHARACTERS || reply.hasHeader('content-encoding') || !TEXT.test(String(reply.getHeader('content-type')))) return done(null, payload)
    reply.header('vary', 'accept-encoding')
    if (!takesGzip(request.headers['accept-encoding'])) return done(null, payload)
    const send = (bytes: Buffer): void => {
      reply.header('content-encoding', 'gzip').header('content-length', bytes.length)
      done(null, bytes)
    }
    if (payload.length <= AT_ONCE_CHARACTERS) return send(gzipSync(payload, SETTINGS))
    gzip(payload, SETTINGS, (error, bytes) => (error ? done(error) : send(bytes)))
  })
}

/** By the header `accept-encoding` (RFC 9110 §12.5.3): named, or by `*`, and not with weight 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const weights = new Map(String(header ?? '').split(',').map((part) => {
    const [coding = '', ...parameters] = part.trim().toLowerCase().split(';')
    const weight = parameters.find((parameter) => parameter.trim().startsWith('q='))
    return [coding.trim(), weight === undefined ? 1 : Number(weight.trim().slice(2))]
  }))
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}
