import type { z } from 'zod'
import { badAnswer, exchangeJson } from '../platform/calls/exchange.ts'
import type { Exchange, Fetch } from '../platform/calls/exchange.ts'
import type { Log } from '../platform/log.ts'
import { WechatError, wechatFailure } from './errors.ts'
import type { AccountApp, AccountTokens } from './tokens.ts'

type Query = Record<string, string>

/** The official-account API as one account sees it. All methods throw `WechatError`. */
export interface WechatClient {
  readonly appId: string
  /** With the account's token; once more with another one when WeChat does not take it. */
  get<S extends z.ZodType>(api: string, query: Query, answer: S): Promise<z.output<S>>
  /** With the account's secret, for the code of somebody on the web. Never asked twice: a code works once. */
  redeem<S extends z.ZodType>(api: string, query: Query, answer: S): Promise<z.output<S>>
  /** With that person's own token, which is in the query. */
  getForPerson<S extends z.ZodType>(api: string, query: Query, answer: S): Promise<z.output<S>>
  /** Asks WeChat now whether it takes the secret from this server. */
  check(): Promise<void>
}

interface WechatClientDeps {
  baseUrl: string
  app: AccountApp
  tokens: AccountTokens
  timeoutMs: number
  log: Log
  fetch: Fetch
  /** Told of every call, for metrics. `errcode` null: no answer. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
}

const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 42001])

/** Nothing is repeated but what a fresh token mends: a reader waits for her page meanwhile, and is asked again another time. */
export function createWechatClient({ baseUrl, app, tokens, timeoutMs, log, fetch, onCall }: WechatClientDeps): WechatClient {
  async function perform<S extends z.ZodType>(api: string, query: Query, answer: S): Promise<z.output<S>> {
    const exchange: Exchange = { baseUrl, api, method: 'GET', query, effect: 'read', timeoutMs, fetch, failure: wechatFailure }
    const started = performance.now()
    let errcode: number | null = null
    try {
      const parsed = answer.safeParse(await exchangeJson(exchange))
      errcode = 0
      if (parsed.success) return parsed.data
      throw badAnswer(exchange, `unexpected answer at: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`)
    } catch (error) {
      if (error instanceof WechatError && error.reason === 'errcode') errcode = error.errcode
      throw error
    } finally {
      onCall?.({ api, errcode, ms: performance.now() - started })
    }
  }

  return {
    appId: app.appId,
    async get(api, query, answer) {
      const token = await tokens.accessToken(app)
      try {
        return await perform(api, { access_token: token, ...query }, answer)
      } catch (error) {
        if (!(error instanceof WechatError) || error.reason !== 'errcode' || !TOKEN_REFUSED.has(error.errcode)) throw error
        log.info({ api, errcode: error.errcode, appId: app.appId }, 'WeChat did not take the token of an official account')
        return await perform(api, { access_token: await tokens.renewed(app, token), ...query }, answer)
      }
    },
    redeem: (api, query, answer) => perform(api, { appid: app.appId, secret: app.secret, ...query }, answer),
    getForPerson: perform,
    check: () => tokens.check(app),
  }
}
