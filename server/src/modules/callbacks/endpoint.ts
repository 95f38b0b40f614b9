import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { CallbackError, MAX_CALLBACK_BYTES, eventDigest, parseCallbackEnvelope } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { createInbox } from './inbox.ts'
import { summaryOf } from './message.ts'
import { createReceivers } from './receivers.ts'
import type { Receiver } from './receivers.ts'
import { SWEEP_AFTER_MS } from './sweeper.ts'

/** Where a corp's callbacks arrive (architecture §10). */
const PATH = '/wecom/callback/:wecomCorpId'
/** How often, at most, a process writes down that callbacks arrive. */
const PROOF_EVERY_MS = 60_000

type Outcome = 'accepted' | 'duplicate' | 'refused' | 'unavailable' | 'verified'

/**
 * Registers the callback address: GET proves to WeCom that we hold the keys, POST receives (wecom-api/01 §2, §3).
 * Signature before decryption, nothing answered before it is stored, no reason given to whoever is refused.
 */
export function callbackEndpoint(app: FastifyInstance, platform: Platform, needs: { corps: Corps; onKept: (callbackId: number, urgent: boolean) => void }): void {
  const { clock, log, metrics } = platform
  const receiverOf = createReceivers(needs.corps)
  const inbox = createInbox(platform, (callbackId, row) => {
    metrics.callbacks.inc({ outcome: 'accepted' satisfies Outcome })
    needs.onKept(callbackId, row.urgent)
    proveReceived(row.corpId, row.receivedAt)
  })
  const provenAt = new Map<number, number>()

  function proveReceived(corpId: number, now: number): void {
    if (now - (provenAt.get(corpId) ?? 0) < PROOF_EVERY_MS) return
    provenAt.set(corpId, now)
    prove(corpId, { callbackReceivedAt: now })
  }
  function prove(corpId: number, proof: { callbackReceivedAt: number } | { callbackVerifiedAt: number }): void {
    needs.corps.prove(corpId, proof).catch((error: unknown) => log.debug({ err: error, corpId }, 'callback proof not written'))
  }

  async function receiverFor(request: FastifyRequest): Promise<Receiver> {
    const receiver = await receiverOf(textOf(request.params, 'wecomCorpId'))
    if (!receiver) throw new AppError('not_found', '')
    if (receiver.suspended) throw new AppError('forbidden', '')
    return receiver
  }

  async function verify(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const receiver = await receiverFor(request)
    // A plus that was not encoded arrives as a blank; base64 has no blanks.
    const echo = open(receiver, request, textOf(request.query, 'echostr').replaceAll(' ', '+'))
    metrics.callbacks.inc({ outcome: 'verified' satisfies Outcome })
    prove(receiver.corpId, { callbackVerifiedAt: clock.now() })
    return reply.type('text/plain; charset=utf-8').send(echo)
  }

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const receiver = await receiverFor(request)
    const envelope = parseCallbackEnvelope(typeof request.body === 'string' ? request.body : '')
    const body = open(receiver, request, envelope.encrypt)
    if (envelope.toUserName !== receiver.wecomCorpId) throw new CallbackError('wrong-receiver', 'the envelope is for another corp')
    const receivedAt = clock.now()
    const kept = await inbox.keep({
      ...summaryOf(body, receivedAt), corpId: receiver.corpId, digest: Buffer.from(eventDigest(body), 'hex'), body, receivedAt, dueAt: receivedAt + SWEEP_AFTER_MS,
    })
    if (kept === 'duplicate') {
      metrics.callbacks.inc({ outcome: 'duplicate' satisfies Outcome })
      proveReceived(receiver.corpId, receivedAt)
    }
    return reply.type('text/plain; charset=utf-8').send('success')
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, reason } = refusalOf(error)
    metrics.callbacks.inc({ outcome: (status >= 500 ? 'unavailable' : 'refused') satisfies Outcome })
    if (status >= 500) log.error({ err: error, status }, 'a callback could not be taken')
    else log.warn({ reason, status, from: request.ip }, 'a callback was refused')
    return reply.code(status).type('text/plain; charset=utf-8').send(status >= 500 ? 'try again' : 'refused')
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_CALLBACK_BYTES }, (_request, body, done) => done(null, body))
    scope.setErrorHandler(refuse)
    scope.addHook('onClose', async () => inbox.close())
    scope.get(PATH, verify)
    scope.post(PATH, { bodyLimit: MAX_CALLBACK_BYTES }, receive)
  })
}

/** Checks the signature, then decrypts (the codec keeps that order). */
function open(receiver: Receiver, request: FastifyRequest, encrypt: string): string {
  return receiver.codec.open({
    signature: textOf(request.query, 'msg_signature'), timestamp: textOf(request.query, 'timestamp'), nonce: textOf(request.query, 'nonce'), encrypt,
  })
}

/** A parameter that was given once; anything else is as good as none. */
function textOf(parameters: unknown, name: string): string {
  if (typeof parameters !== 'object' || parameters === null) return ''
  const value: unknown = Object.entries(parameters).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : ''
}

function refusalOf(error: unknown): { status: number; reason: string } {
  if (error instanceof CallbackError) return { status: error.code === 'too-large' ? 413 : error.code === 'bad-key' ? 500 : 400, reason: error.code }
  if (error instanceof AppError) return { status: error.status, reason: error.code }
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 503
  return { status, reason: status === 413 ? 'too-large' : 'bad-request' }
}
