import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { CallbackError, MAX_CALLBACK_BYTES, eventDigest, parseCallbackEnvelope } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { createInbox } from './inbox.ts'
import type { CallbackJob } from './lanes.ts'
import { summaryOf } from './message.ts'
import { createReceivers } from './receivers.ts'
import type { Receiver } from './receivers.ts'
import { insertCallbacks, storedCallbacks } from './store.ts'
import type { NewCallback } from './store.ts'
import { SWEEP_AFTER_MS } from './sweeper.ts'
import { createWriter } from './writer.ts'

/** Where a corp's callbacks arrive (architecture §10). */
const PATH = '/wecom/callback/:wecomCorpId'
/** How often, at most, a process writes down that callbacks arrive. */
const PROOF_EVERY_MS = 60_000

type CallbackRequest = FastifyRequest<{ Params: Record<string, unknown>; Querystring: Record<string, unknown> }>
type Outcome = 'accepted' | 'duplicate' | 'refused' | 'unavailable' | 'verified'

/**
 * Registers the callback address: GET proves to WeCom that we hold the keys, POST receives (wecom-api/01 §2, §3).
 * Signature before decryption, nothing answered before it is stored, no reason given to whoever is refused.
 */
export function callbackEndpoint(app: FastifyInstance, platform: Platform, needs: { corps: Corps; offer: (job: CallbackJob, urgent: boolean) => void }): void {
  const { clock, log, metrics } = platform
  const { pool } = platform.database
  const receiverOf = createReceivers(needs.corps)
  const writer = createWriter({ insert: (rows) => insertCallbacks(pool, rows), stored, log })
  const inbox = createInbox(writer, log)
  const provenAt = new Map<number, number>()

  /** New rows go to the workers; what was a repetition has been there before. */
  async function stored(rows: readonly NewCallback[]): Promise<void> {
    const byDigest = new Map(rows.map((row) => [row.digest.toString('hex'), row]))
    for (const corpId of new Set(rows.map((row) => row.corpId))) {
      proveReceived(corpId)
      for (const found of await storedCallbacks(pool, corpId, rows.filter((row) => row.corpId === corpId).map((row) => row.digest))) {
        const row = byDigest.get(found.digest.toString('hex'))
        const fresh = row?.receivedAt === found.received_at.getTime()
        count(fresh ? 'accepted' : 'duplicate')
        if (fresh) needs.offer({ callbackId: found.id, turn: 0 }, row.urgent)
      }
    }
  }

  const count = (outcome: Outcome) => metrics.callbacks.inc({ outcome })
  function proveReceived(corpId: number): void {
    const now = clock.now()
    if (now - (provenAt.get(corpId) ?? 0) < PROOF_EVERY_MS) return
    provenAt.set(corpId, now)
    prove(corpId, { callbackReceivedAt: now })
  }
  function prove(corpId: number, proof: { callbackReceivedAt: number } | { callbackVerifiedAt: number }): void {
    needs.corps.prove(corpId, proof).catch((error: unknown) => log.debug({ err: error, corpId }, 'callback proof not written'))
  }

  async function receiverFor(request: CallbackRequest): Promise<Receiver> {
    const receiver = await receiverOf(textOf(request.params.wecomCorpId))
    if (!receiver) throw new AppError('not_found', '')
    if (receiver.suspended) throw new AppError('forbidden', '')
    return receiver
  }

  async function verify(request: CallbackRequest, reply: FastifyReply): Promise<FastifyReply> {
    const receiver = await receiverFor(request)
    // A plus that was not encoded arrives as a blank; base64 has no blanks.
    const echo = open(receiver, request, textOf(request.query.echostr).replaceAll(' ', '+'))
    count('verified')
    prove(receiver.corpId, { callbackVerifiedAt: clock.now() })
    return reply.type('text/plain; charset=utf-8').send(echo)
  }

  async function receive(request: CallbackRequest, reply: FastifyReply): Promise<FastifyReply> {
    const receiver = await receiverFor(request)
    const envelope = parseCallbackEnvelope(typeof request.body === 'string' ? request.body : '')
    const body = open(receiver, request, envelope.encrypt)
    if (envelope.toUserName !== receiver.wecomCorpId) throw new CallbackError('wrong-receiver', 'the envelope is for another corp')
    const receivedAt = clock.now()
    await inbox.keep({
      ...summaryOf(body, receivedAt), corpId: receiver.corpId, digest: Buffer.from(eventDigest(body), 'hex'), body, receivedAt, dueAt: receivedAt + SWEEP_AFTER_MS,
    })
    return reply.type('text/plain; charset=utf-8').send('success')
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, reason } = refusalOf(error)
    count(status >= 500 ? 'unavailable' : 'refused')
    if (status >= 500) log.error({ err: error, status }, 'a callback could not be taken')
    else log.warn({ reason, status, from: request.ip }, 'a callback was refused')
    return reply.code(status).type('text/plain; charset=utf-8').send(status >= 500 ? 'try again' : 'refused')
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // WeCom is no browser and needs no headers for one; a logger for each request would cost as much as its signature check.
    scope.setChildLoggerFactory((logger) => logger)
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_CALLBACK_BYTES }, (_request, body, done) => done(null, body))
    scope.setErrorHandler(refuse)
    scope.addHook('onClose', async () => inbox.close())
    scope.get(PATH, { helmet: false }, verify)
    scope.post(PATH, { bodyLimit: MAX_CALLBACK_BYTES, helmet: false }, receive)
  })
}

/** Checks the signature, then decrypts (the codec keeps that order). */
function open(receiver: Receiver, request: CallbackRequest, encrypt: string): string {
  return receiver.codec.open({
    signature: textOf(request.query.msg_signature), timestamp: textOf(request.query.timestamp), nonce: textOf(request.query.nonce), encrypt,
  })
}

/** A parameter that was given once; anything else is as good as none. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function refusalOf(error: unknown): { status: number; reason: string } {
  if (error instanceof CallbackError) return { status: error.code === 'too-large' ? 413 : error.code === 'bad-key' ? 500 : 400, reason: error.code }
  if (error instanceof AppError) return { status: error.status, reason: error.code }
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 503
  return { status, reason: status === 413 ? 'too-large' : 'bad-request' }
}
