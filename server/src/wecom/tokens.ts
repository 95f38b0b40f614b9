import { z } from 'zod'
import { exchangeJson } from '../platform/calls/exchange.ts'
import type { Fetch } from '../platform/calls/exchange.ts'
import { secretMark } from '../platform/calls/shared-credentials.ts'
import type { FetchedCredential, SharedCredentials } from '../platform/calls/shared-credentials.ts'
import { WecomError, wecomFailure } from './errors.ts'

/** One app of one corp, as WeCom knows it. A token belongs to the pair of corp and secret (wecom-api/00 §2). */
export interface WecomApp {
  wecomCorpId: string
  agentId: number
  secret: string
}

/** Access tokens and JS-SDK tickets of apps, shared by all processes. */
export interface WecomTokens {
  accessToken(app: WecomApp): Promise<string>
  /** Call with the token that WeCom refused; a token renewed meanwhile stays. */
  invalidateAccessToken(app: WecomApp, failed: string): Promise<void>
  /** 企业 ticket (`corp`, for `wx.config`) or 应用 ticket (`agent`, for agentConfig); `fetch` asks WeCom with that app's token. */
  ticket(app: WecomApp, kind: 'corp' | 'agent', fetch: () => Promise<FetchedCredential>): Promise<string>
  /** Forgets both tickets, so that the next signature is made with fresh ones. */
  dropTickets(app: WecomApp): Promise<void>
}

interface WecomTokensDeps {
  baseUrl: string
  credentials: SharedCredentials
  fetch?: Fetch
  timeoutMs?: number
  /** Told of every gettoken call, for metrics. `errcode` null: no answer. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
}

const GET_TOKEN = '/cgi-bin/gettoken'
const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })

/** Tokens and tickets on top of shared credentials. A changed secret has its own place, so that no stale token is served. */
export function createWecomTokens(deps: WecomTokensDeps): WecomTokens {
  const fetch = deps.fetch ?? globalThis.fetch

  async function fetchToken(app: WecomApp): Promise<FetchedCredential> {
    const started = performance.now()
    let errcode: number | null = null
    try {
      const answer = await exchangeJson({
        baseUrl: deps.baseUrl,
        api: GET_TOKEN,
        query: { corpid: app.wecomCorpId, corpsecret: app.secret },
        method: 'GET',
        effect: 'read',
        timeoutMs: deps.timeoutMs ?? 10_000,
        fetch,
        failure: wecomFailure,
      })
      errcode = 0
      const parsed = tokenAnswer.safeParse(answer)
      if (!parsed.success) throw new WecomError({ api: GET_TOKEN, reason: 'bad-answer', errmsg: 'no access_token in the answer', outcome: 'refused', retriable: true })
      return { value: parsed.data.access_token, expiresInSeconds: parsed.data.expires_in }
    } catch (error) {
      if (error instanceof WecomError && error.reason === 'errcode') errcode = error.errcode
      throw error
    } finally {
      deps.onCall?.({ api: GET_TOKEN, errcode, ms: performance.now() - started })
    }
  }

  return {
    accessToken: (app) => deps.credentials.get(tokenKey(app), () => fetchToken(app)),
    invalidateAccessToken: (app, failed) => deps.credentials.invalidate(tokenKey(app), failed),
    ticket: (app, kind, fetchTicket) => deps.credentials.get(ticketKey(app, kind), fetchTicket),
    dropTickets: async (app) => {
      await Promise.all([deps.credentials.drop(ticketKey(app, 'corp')), deps.credentials.drop(ticketKey(app, 'agent'))])
    },
  }
}

function tokenKey(app: WecomApp): string {
  return `${keyOf(app)}:token:${app.agentId}:${secretMark(app.secret)}`
}

function ticketKey(app: WecomApp, kind: 'corp' | 'agent'): string {
  return `${keyOf(app)}:${kind}-ticket:${app.agentId}:${secretMark(app.secret)}`
}

/** The hash tag keeps everything of one corp in one slot of a Redis Cluster. */
function keyOf(app: WecomApp): string {
  return `zk:{wecom:${app.wecomCorpId}}`
}
