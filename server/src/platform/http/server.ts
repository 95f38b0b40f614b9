import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorBody, ErrorCode } from '@zhike/shared'
import { ZodError } from 'zod'
import { isDatabaseAway } from '../db/connect.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { isRedisAway } from '../redis.ts'
import type { RedisClient } from '../redis.ts'
import { randomToken } from '../crypto/secret-box.ts'
import { compressAnswers } from './compression.ts'
import { AppError, forbidden, unavailable } from './errors.ts'
import { noticePage } from './notice-page.ts'
import { trustsProxies } from './proxies.ts'
import type { Proxies } from './proxies.ts'
import { rateLimits } from './rate-limits.ts'

export interface ServerOptions { baseUrl: string; secure: boolean; proxies: Proxies; log: Log; metrics: Metrics; redis: RedisClient; redisPrefix: string; pieceBytes: number }

/** The bare HTTP server: security headers, cookies, uploads, rate limits, request ids, error answers. Knows no area. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    trustProxy: trustsProxies(options.proxies),
    bodyLimit: 1024 * 1024,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  })
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply))
  app.setNotFoundHandler((request, reply) => answerError(new AppError('not_found', '没有这个页面'), request, reply))
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    // A stream of live news lasts as long as its page; that says nothing about speed.
    if (route !== '/api/live') measured(request, reply, route)
    done()
  })
  function measured(request: FastifyRequest, reply: FastifyReply, route: string): void {
    const ms = reply.elapsedTime
    options.metrics.httpSeconds.labels(request.method, route, String(reply.statusCode)).observe(ms / 1000)
    if (reply.statusCode >= 500 || ms > 1000) request.log.warn({ method: request.method, route, status: reply.statusCode, ms: Math.round(ms) }, 'slow or failed request')
  }
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"], 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'img-src': ["'self'", 'data:', 'blob:', 'https:'], 'media-src': ["'self'", 'blob:'],
        'connect-src': ["'self'"], 'font-src': ["'self'"], 'object-src': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'self'"], 'frame-ancestors': ["'self'"],
      },
    },
    hsts: options.secure ? { maxAge: 15_552_000 } : false,
    frameguard: { action: 'sameorigin' },
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  })
  await app.register(cookie)
  // Pieces of uploads; everything else is JSON.
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: options.pieceBytes }, (_request, body, done) => done(null, body))
  compressAnswers(app)
  rateLimits(app, { redis: options.redis, prefix: options.redisPrefix, log: options.log })
  // Browsers name the origin of every request that changes something: one from elsewhere is refused (CSRF).
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const changes = request.method !== 'GET' && request.method !== 'HEAD'
    if (changes && request.routeOptions.url?.startsWith('/api/') && isFromElsewhere(request, options.baseUrl)) done(forbidden('请求来自别的网站，已拒绝'))
    else done()
  })
  // A connection whose last request is answered while we close would be kept for a next one, and hold up the end.
  app.addHook('preClose', async () => {
    const closing = setInterval(() => app.server.closeIdleConnections(), 100)
    app.server.once('close', () => clearInterval(closing))
  })
  return app
}

/** Ids that no other process gives: random per process, then counted. A random draw per request would cost a tenth of a beacon. */
function requestIds(): () => string {
  const process = randomToken(6)
  let number = 0
  return () => `${process}-${(number++).toString(36)}`
}

/** By what the browser says of the page that asks; programs that say nothing have no cookies of people to abuse. */
function isFromElsewhere(request: FastifyRequest, baseUrl: string): boolean {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  return origin !== undefined && origin !== baseUrl && hostOf(origin) !== request.host
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}

/** Turns any error into the one shape that callers know; what went wrong inside stays in the log. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toAppError(error)
  if (known.status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, known.code)
  if (known.retryAfter !== undefined) reply.header('retry-after', String(known.retryAfter))
  if (isForEyes(request)) return noticePage(reply, known.status, NOTICE_TITLES[known.code] ?? '暂时打不开', known.message)
  const body: ErrorBody = { code: known.code, message: known.message, requestId: request.id, details: known.details }
  return reply.code(known.status).header('cache-control', 'no-store').send(body)
}

const NOTICE_TITLES: Partial<Record<ErrorCode, string>> = { not_found: '没有这个页面', too_many: '请稍等一下', forbidden: '不能打开' }

/** Somebody opened an address in a browser and should read a sentence, not JSON. */
function isForEyes(request: FastifyRequest): boolean {
  return request.method === 'GET' && request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/api/')
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isDatabaseAway(error) || isRedisAway(error)) return unavailable()
  if (error instanceof ZodError) return new AppError('bad_request', '请求的格式不正确')
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  if (status === 413) return new AppError('too_large', '内容太大，请压缩后再上传')
  if (status === 415) return new AppError('unsupported', '不支持这种内容格式')
  if (status >= 400 && status < 500) return new AppError('bad_request', '请求的格式不正确')
  return new AppError('internal', '服务器出错了，请稍后再试；若一直如此，请把请求编号告诉管理员')
}
