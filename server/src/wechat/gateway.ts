import type { Fetch } from '../platform/calls/exchange.ts'
import { createSharedCredentials } from '../platform/calls/shared-credentials.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { RedisLike } from '../platform/redis-guard.ts'
import { createWechatClient } from './client.ts'
import type { WechatClient } from './client.ts'
import { wechatFailure } from './errors.ts'
import { createAccountTokens } from './tokens.ts'
import type { AccountApp } from './tokens.ts'

interface WechatGatewayDeps {
  /** `WECHAT_API_BASE`, e.g. https://api.weixin.qq.com */
  baseUrl: string
  redis: RedisLike
  clock: Clock
  log: Log
  /** 32 bytes; tokens then rest encrypted in Redis. */
  cipherKey?: Buffer
  fetch?: Fetch
  /** Every call, for metrics; `errcode` null: no answer. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
}

/** A reader waits for her page behind these calls. */
const TIMEOUT_MS = 4_000

/** The way to the official-account API of one process: tokens in common, a client per account. Make one per process. */
export function createWechatGateway(deps: WechatGatewayDeps): { clientFor(app: AccountApp): WechatClient } {
  const { baseUrl, log, onCall, fetch = globalThis.fetch } = deps
  const credentials = createSharedCredentials({ ...deps, failure: wechatFailure })
  const tokens = createAccountTokens({ baseUrl, credentials, fetch, onCall, timeoutMs: TIMEOUT_MS })
  return { clientFor: (app) => createWechatClient({ baseUrl, app, tokens, log, fetch, onCall, timeoutMs: TIMEOUT_MS }) }
}
