import { z } from 'zod'
import type { CallError, Failure } from './call-error.ts'

/** The part of `fetch` that we use, so that tests can give their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What repeating a call does: nothing (`read`), the same again (`repeatable`), or a second effect in the world (`once`). */
export type Effect = 'read' | 'repeatable' | 'once'

/** One HTTP exchange with a service that answers as WeCom and WeChat do, without retries. */
export interface Exchange {
  baseUrl: string
  /** Path, e.g. `/cgi-bin/user/get`; the only part of the address that appears in errors and logs. */
  api: string
  query: Record<string, string | number | undefined>
  method: 'GET' | 'POST'
  body?: string | FormData
  effect: Effect
  timeoutMs: number
  fetch: Fetch
  /** Makes the service's own errors. */
  failure: Failure
}

/** A file that was answered with. */
export interface DownloadedFile {
  body: Buffer
  contentType: string
  fileName: string | null
}

const answerHead = z.looseObject({ errcode: z.coerce.number().nullish(), errmsg: z.string().nullish() })

/** Failures before a byte of the request was sent. Anything else leaves open whether it arrived. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID',
])

/**
 * Sends one request and gives the parsed JSON object of a success. A failure is an errcode ≠ 0 (successes may have none,
 * wecom-api/00 §3), a bad HTTP status, a body that is not a JSON object, or a broken connection; all become the service's error.
 */
export async function exchangeJson(exchange: Exchange): Promise<Record<string, unknown>> {
  const { response, body } = await send(exchange, (answer) => answer.text())
  return successOf(exchange, response, body)
}

/** Sends one request whose success is a file; an answer in JSON or text is the failure (wecom-api/02 §7). */
export async function exchangeFile(exchange: Exchange): Promise<DownloadedFile> {
  const { response, body } = await send(exchange, (answer) => answer.arrayBuffer())
  const contentType = response.headers.get('content-type') ?? 'application/octet-stream'
  const bytes = Buffer.from(body)
  if (/^(application\/json|text\/plain)/i.test(contentType) && bytes.length < 4096 && bytes.subarray(0, 1).toString() === '{') {
    successOf(exchange, response, bytes.toString('utf8'))
    throw badAnswer(exchange, 'a file was expected')
  }
  if (!response.ok) throw badStatus(exchange, response.status)
  return { body: bytes, contentType, fileName: fileNameOf(response.headers.get('content-disposition')) }
}

async function send<T>(exchange: Exchange, read: (response: Response) => Promise<T>): Promise<{ response: Response; body: T }> {
  try {
    const response = await exchange.fetch(addressOf(exchange), {
      method: exchange.method,
      redirect: 'error',
      signal: AbortSignal.timeout(exchange.timeoutMs),
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      ...(typeof exchange.body === 'string' ? { headers: { 'content-type': 'application/json; charset=utf-8' } } : {}),
    })
    return { response, body: await read(response) }
  } catch (error) {
    throw brokenConnection(exchange, error)
  }
}

function addressOf(exchange: Exchange): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(exchange.query)) {
    if (value !== undefined) query.set(name, String(value))
  }
  const search = query.toString()
  return `${exchange.baseUrl.replace(/\/+$/, '')}${exchange.api}${search && `?${search}`}`
}

function successOf(exchange: Exchange, response: Response, body: string): Record<string, unknown> {
  const answer = parseObject(body)
  const head = answer && answerHead.safeParse(answer)
  if (head?.success && head.data.errcode) {
    throw exchange.failure({ api: exchange.api, reason: 'errcode', errcode: head.data.errcode, errmsg: head.data.errmsg ?? '', outcome: 'refused' })
  }
  if (!response.ok) throw badStatus(exchange, response.status)
  if (!answer || !head?.success) throw badAnswer(exchange, 'the body is not a JSON object')
  return answer
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** After a 4xx nothing was done; a 5xx of a gateway may hide a request that went through. */
function badStatus(exchange: Exchange, status: number): CallError {
  const surelyNot = exchange.effect === 'read' || (status >= 400 && status < 500)
  return exchange.failure({
    api: exchange.api,
    reason: 'http',
    errmsg: `HTTP ${status}`,
    outcome: surelyNot ? 'refused' : 'unknown',
    retriable: status >= 500 && exchange.effect !== 'once',
  })
}

/** A success that we cannot read: a write has happened all the same. */
export function badAnswer(exchange: Pick<Exchange, 'api' | 'effect' | 'failure'>, errmsg: string, cause?: unknown): CallError {
  return exchange.failure({ api: exchange.api, reason: 'bad-answer', errmsg, outcome: exchange.effect === 'read' ? 'refused' : 'unknown', retriable: false, cause })
}

function brokenConnection(exchange: Exchange, error: unknown): CallError {
  const code = codeOf(error)
  if (code !== null && NEVER_SENT.has(code)) {
    return exchange.failure({ api: exchange.api, reason: 'unreachable', errmsg: code, outcome: 'refused', retriable: true })
  }
  return exchange.failure({
    api: exchange.api,
    reason: 'interrupted',
    errmsg: code ?? 'connection broke',
    outcome: exchange.effect === 'read' ? 'refused' : 'unknown',
    retriable: exchange.effect !== 'once',
  })
}

/** The system error code behind a failed fetch: undici puts it on `cause`, several tries to connect into an AggregateError. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'TimeoutError') return 'timeout'
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}

function fileNameOf(disposition: string | null): string | null {
  if (disposition === null) return null
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? null
  const encoded = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(disposition)?.[1]
  if (encoded === undefined) return plain
  try {
    return decodeURIComponent(encoded)
  } catch (error) {
    if (error instanceof URIError) return plain
    throw error
  }
}
