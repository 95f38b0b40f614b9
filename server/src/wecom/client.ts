import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { badAnswer, exchangeFile, exchangeJson } from '../platform/calls/exchange.ts'
import type { DownloadedFile, Effect, Exchange, Fetch } from '../platform/calls/exchange.ts'
import type { FetchedCredential } from '../platform/calls/shared-credentials.ts'
import type { Log } from '../platform/log.ts'
import { WecomError, wecomFailure } from './errors.ts'
import type { RateLimits } from './rate-limits.ts'
import type { WecomApp, WecomTokens } from './tokens.ts'

type Query = Record<string, string | number | undefined>

/** Per call. `effect` says what a repetition would do; it decides whether a lost answer may be asked for again. */
export interface CallOptions {
  effect: Effect
  query?: Query
  /** Default 10 s; uploads and downloads 60 s. */
  timeoutMs?: number
}

/** A file to be uploaded; the name is what people see in WeCom. */
interface UploadFile {
  fileName: string
  contentType: string
  body: Uint8Array
}

/** WeCom as one app of one corp sees it. All methods throw `WecomError`. */
export interface WecomClient {
  readonly app: Pick<WecomApp, 'wecomCorpId' | 'agentId'>
  get<S extends z.ZodType>(api: string, query: Query, answer: S): Promise<z.output<S>>
  post<S extends z.ZodType>(api: string, body: object, answer: S, options: CallOptions): Promise<z.output<S>>
  upload<S extends z.ZodType>(api: string, file: UploadFile, answer: S, options: CallOptions): Promise<z.output<S>>
  download(api: string, query: Query): Promise<DownloadedFile>
  /** The access token itself, to check a secret. Never hand it to a browser. */
  accessToken(): Promise<string>
  /** A shared JS-SDK ticket; see `jssdk.ts`. */
  ticket(kind: 'corp' | 'agent', fetch: () => Promise<FetchedCredential>): Promise<string>
  /** Forgets the JS-SDK tickets of this app in all processes: WeCom may end them early, and only clients notice. */
  dropTickets(): Promise<void>
}

interface WecomClientDeps {
  baseUrl: string
  corp: WecomApp
  tokens: WecomTokens
  limits: RateLimits
  log: Log
  fetch?: Fetch
  /** Told of every attempt, for metrics. `errcode` null: no answer from WeCom. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
  /** How to wait between tries (ms); tests give their own. */
  pause?: (ms: number) => Promise<unknown>
}

const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 41001, 42001])
/** Growing delays, ms, per cause; their number is the number of repetitions (wecom-api/00 §3: −1 at most three). */
const BUSY_DELAYS = [300, 900, 2_500] as const
const CROWDED_DELAYS = [400, 1_000, 2_500, 5_000] as const
const NETWORK_DELAYS = [300, 1_200] as const
/** A full window of our own is waited for if it opens this soon; otherwise the caller's job comes back later. */
const LONGEST_WAIT_MS = 3_000

interface Tries {
  token: number
  busy: number
  crowded: number
  network: number
}

/**
 * The client of one app. It fetches and renews tokens, keeps to the limits, repeats what may be repeated, and never repeats
 * a `once` call that may have arrived: that one ends as `WecomError` with `outcome: 'unknown'` (architecture "Jobs").
 */
export function createWecomClient(deps: WecomClientDeps): WecomClient {
  const { corp, tokens, limits, log } = deps
  const fetch = deps.fetch ?? globalThis.fetch
  const pause = deps.pause ?? ((ms: number) => sleep(ms))

  async function attempt<T>(exchange: Exchange, perform: (exchange: Exchange) => Promise<T>): Promise<T> {
    await admit(exchange)
    const token = await tokens.accessToken(corp)
    const started = performance.now()
    let errcode: number | null = null
    try {
      const answer = await limits.within(corp.wecomCorpId, exchange.api, () => perform({ ...exchange, query: { access_token: token, ...exchange.query } }))
      errcode = 0
      return answer
    } catch (error) {
      if (!(error instanceof WecomError)) throw error
      if (error.reason === 'errcode') errcode = error.errcode
      if (error.reason === 'errcode' && TOKEN_REFUSED.has(error.errcode)) await tokens.invalidateAccessToken(corp, token)
      throw error
    } finally {
      deps.onCall?.({ api: exchange.api, errcode, ms: performance.now() - started })
    }
  }

  async function admit(exchange: Exchange): Promise<void> {
    for (;;) {
      const { waitMs, pausedByWecom } = await limits.take(corp.wecomCorpId, exchange.api)
      if (waitMs <= 0) return
      if (pausedByWecom || waitMs > LONGEST_WAIT_MS) {
        throw new WecomError({ api: exchange.api, reason: 'paused', errcode: pausedByWecom ? 45009 : 0, errmsg: 'rate limit', outcome: 'refused', retriable: true, retryAfterMs: waitMs })
      }
      await pause(waitMs)
    }
  }

  async function call<T>(exchange: Exchange, perform: (exchange: Exchange) => Promise<T>): Promise<T> {
    const tries: Tries = { token: 0, busy: 0, crowded: 0, network: 0 }
    for (;;) {
      try {
        return await attempt(exchange, perform)
      } catch (error) {
        if (!(error instanceof WecomError)) throw error
        const delay = nextDelay(exchange, error, tries)
        log[delay === null ? 'warn' : 'info'](
          { api: error.api, reason: error.reason, errcode: error.errcode, errmsg: error.errmsg, outcome: error.outcome, wecomCorpId: corp.wecomCorpId, againInMs: delay },
          'WeCom call failed',
        )
        if (delay === null) throw await afterQuota(exchange, error)
        if (delay > 0) await pause(delay * (0.75 + Math.random() * 0.5))
      }
    }
  }

  /** Milliseconds until the next try of the same call, or null to give up. */
  function nextDelay(exchange: Exchange, error: WecomError, tries: Tries): number | null {
    if (error.reason !== 'errcode') {
      return error.retriable && error.reason !== 'paused' ? (NETWORK_DELAYS[tries.network++] ?? null) : null
    }
    if (error.errcode === -1 || error.errcode === 6000) return BUSY_DELAYS[tries.busy++] ?? null
    // Whatever else gettoken refuses (a wrong secret above all) must not be asked again at once.
    if (error.api !== exchange.api) return null
    if (TOKEN_REFUSED.has(error.errcode)) return tries.token++ === 0 ? 0 : null
    if (error.errcode === 45033) {
      limits.narrow(corp.wecomCorpId, error.api)
      return CROWDED_DELAYS[tries.crowded++] ?? null
    }
    return null
  }

  /** A 45009 closes this API for this corp in all processes; the error says for how long. */
  async function afterQuota(exchange: Exchange, error: WecomError): Promise<WecomError> {
    if (error.reason !== 'errcode' || error.errcode !== 45009 || error.api !== exchange.api) return error
    const retryAfterMs = await limits.pause(corp.wecomCorpId, error.api)
    return new WecomError({ api: error.api, reason: 'errcode', errcode: 45009, errmsg: error.errmsg, outcome: 'refused', retriable: true, retryAfterMs })
  }

  function exchangeOf(api: string, method: 'GET' | 'POST', options: CallOptions, timeoutMs: number, body?: string | FormData): Exchange {
    return { baseUrl: deps.baseUrl, api, method, query: options.query ?? {}, effect: options.effect, timeoutMs: options.timeoutMs ?? timeoutMs, fetch, failure: wecomFailure, ...(body === undefined ? {} : { body }) }
  }

  async function json<S extends z.ZodType>(exchange: Exchange, answer: S): Promise<z.output<S>> {
    const parsed = answer.safeParse(await call(exchange, exchangeJson))
    if (parsed.success) return parsed.data
    const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
    throw badAnswer(exchange, `unexpected answer at: ${where}`)
  }

  return {
    app: { wecomCorpId: corp.wecomCorpId, agentId: corp.agentId },
    get: (api, query, answer) => json(exchangeOf(api, 'GET', { effect: 'read', query }, 10_000), answer),
    post: (api, body, answer, options) => json(exchangeOf(api, 'POST', options, 10_000, JSON.stringify(body)), answer),
    upload: (api, file, answer, options) => json(exchangeOf(api, 'POST', options, 60_000, formOf(file)), answer),
    download: (api, query) => call(exchangeOf(api, 'GET', { effect: 'read', query }, 60_000), exchangeFile),
    accessToken: () => tokens.accessToken(corp),
    ticket: (kind, fetchTicket) => tokens.ticket(corp, kind, fetchTicket),
    dropTickets: () => tokens.dropTickets(corp),
  }
}

function formOf(file: UploadFile): FormData {
  const form = new FormData()
  form.append('media', new Blob([Uint8Array.from(file.body)], { type: file.contentType }), file.fileName)
  return form
}
