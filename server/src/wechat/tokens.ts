import { z } from 'zod'
import { exchangeJson } from '../platform/calls/exchange.ts'
import type { Fetch } from '../platform/calls/exchange.ts'
import { secretMark } from '../platform/calls/shared-credentials.ts'
import type { FetchedCredential, SharedCredentials } from '../platform/calls/shared-credentials.ts'
import { STABLE_TOKEN, WechatError, wechatFailure } from './errors.ts'

/** An official account, as WeChat knows it. */
export interface AccountApp {
  appId: string
  secret: string
}

/** The accounts' own tokens, shared by all processes. */
export type AccountTokens = ReturnType<typeof createAccountTokens>

export interface AccountTokensDeps {
  baseUrl: string
  credentials: SharedCredentials
  timeoutMs: number
  fetch: Fetch
  /** Told of every call, for metrics. `errcode` null: no answer. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
}

const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })

/**
 * stable_token gives the same token until shortly before its end (wechat-official-account §1.1), so another installation with the
 * same account does no harm. It makes another one only when forced to, which it allows twenty times a day.
 */
export function createAccountTokens(deps: AccountTokensDeps) {
  const { credentials, onCall } = deps

  async function ask(app: AccountApp, force: boolean): Promise<FetchedCredential> {
    const started = performance.now()
    let errcode: number | null = null
    try {
      const answer = await exchangeJson({
        baseUrl: deps.baseUrl, api: STABLE_TOKEN, method: 'POST', query: {}, effect: 'repeatable', timeoutMs: deps.timeoutMs, fetch: deps.fetch, failure: wechatFailure,
        body: JSON.stringify({ grant_type: 'client_credential', appid: app.appId, secret: app.secret, force_refresh: force }),
      })
      errcode = 0
      const parsed = tokenAnswer.safeParse(answer)
      if (!parsed.success) throw new WechatError({ api: STABLE_TOKEN, reason: 'bad-answer', errmsg: 'no access_token in the answer', outcome: 'refused', retriable: true })
      return { value: parsed.data.access_token, expiresInSeconds: parsed.data.expires_in }
    } catch (error) {
      if (error instanceof WechatError && error.reason === 'errcode') errcode = error.errcode
      throw error
    } finally {
      onCall?.({ api: STABLE_TOKEN, errcode, ms: performance.now() - started })
    }
  }

  /** @param refused a token that the API did not take: when it is handed out again, another one has to be made */
  async function fetchToken(app: AccountApp, refused: string | null): Promise<FetchedCredential> {
    const usual = await ask(app, false)
    return usual.value === refused ? await ask(app, true) : usual
  }

  return {
    accessToken: (app: AccountApp): Promise<string> => credentials.get(tokenKey(app), () => fetchToken(app, null)),
    /** A token after `refused` was; one that another process renewed meanwhile is taken. */
    async renewed(app: AccountApp, refused: string): Promise<string> {
      await credentials.invalidate(tokenKey(app), refused)
      return await credentials.get(tokenKey(app), () => fetchToken(app, refused))
    },
    /** Asks WeChat now, whatever is remembered: throws when it does not take this secret from this server. */
    async check(app: AccountApp): Promise<void> {
      await credentials.drop(tokenKey(app))
      await credentials.get(tokenKey(app), () => fetchToken(app, null))
    },
  }
}

/** A changed secret has its own place, so that no stale token is served. */
function tokenKey(app: AccountApp): string {
  return `zk:{wechat:${app.appId}}:token:${secretMark(app.secret)}`
}
