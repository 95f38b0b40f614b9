import type { Fetch } from '../platform/calls/exchange.ts'
import { createSharedCredentials } from '../platform/calls/shared-credentials.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { RedisLike } from '../platform/redis-guard.ts'
import { createWecomClient } from './client.ts'
import type { WecomClient } from './client.ts'
import { wecomFailure } from './errors.ts'
import { createRateLimits } from './rate-limits.ts'
import type { RateLimits } from './rate-limits.ts'
import { createWecomTokens } from './tokens.ts'
import type { WecomApp, WecomTokens } from './tokens.ts'

interface WecomGatewayDeps {
  /** `WECOM_API_BASE`, e.g. https://qyapi.weixin.qq.com */
  baseUrl: string
  redis: RedisLike
  clock: Clock
  log: Log
  /** 32 bytes; tokens then rest encrypted in Redis. */
  cipherKey?: Buffer
  fetch?: Fetch
  /** Every call to WeCom, for metrics; `errcode` null: no answer. */
  onCall?: (call: { api: string; errcode: number | null; ms: number }) => void
  perMinute?: number
  perHour?: number
  concurrency?: number
  pause?: (ms: number) => Promise<unknown>
}

/** The way to WeCom of one process: tokens and limits in common, a client per app. */
export interface WecomGateway {
  clientFor(app: WecomApp): WecomClient
  readonly tokens: WecomTokens
  readonly limits: RateLimits
}

/** Makes the gateway; make one per process, because the lanes that bound concurrency live in it. */
export function createWecomGateway(deps: WecomGatewayDeps): WecomGateway {
  const credentials = createSharedCredentials({ ...deps, failure: wecomFailure })
  const tokens = createWecomTokens({ baseUrl: deps.baseUrl, credentials, fetch: deps.fetch, onCall: deps.onCall })
  const limits = createRateLimits(deps)
  return {
    tokens,
    limits,
    clientFor: (corp) => createWecomClient({ baseUrl: deps.baseUrl, corp, tokens, limits, log: deps.log, fetch: deps.fetch, onCall: deps.onCall, pause: deps.pause }),
  }
}
