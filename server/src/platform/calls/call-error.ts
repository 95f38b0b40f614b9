/** What went wrong, as far as we can know. */
type CallErrorReason =
  /** The service answered with an errcode. */
  | 'errcode'
  /** We did not call because the service told us to pause, or because our own rate limit is used up. */
  | 'paused'
  /** The connection could not be made: the request certainly never arrived. */
  | 'unreachable'
  /** The connection broke or timed out after the request may have arrived. */
  | 'interrupted'
  /** An HTTP status other than 2xx. */
  | 'http'
  /** 2xx, but the body is not what the API gives. */
  | 'bad-answer'

export interface CallErrorParts {
  /** Path of the API, e.g. `/cgi-bin/user/get`. Never with a query string. */
  api: string
  reason: CallErrorReason
  /** The service's errcode; 0 when there was none. */
  errcode?: number
  errmsg: string
  /** `refused`: certainly nothing happened there. `unknown`: it may have happened; ask, never repeat blindly. */
  outcome: 'refused' | 'unknown'
  /** May the same call succeed later without anybody changing anything? */
  retriable?: boolean
  /** Wait at least this long (ms) before the next try. */
  retryAfterMs?: number
  cause?: unknown
}

/** Makes the error of one service: its catalogue knows which of its errcodes pass by themselves. */
export type Failure = (parts: CallErrorParts) => CallError

/**
 * A call to WeCom or WeChat that did not succeed; both answer with errcode and errmsg. Carries no token, secret or request body,
 * so that it can be logged whole.
 */
export class CallError extends Error {
  readonly api: string
  readonly reason: CallErrorReason
  readonly errcode: number
  readonly errmsg: string
  readonly outcome: 'refused' | 'unknown'
  readonly retriable: boolean
  readonly retryAfterMs: number | null

  /** @param passes whether an errcode passes by itself, soon or later */
  constructor(parts: CallErrorParts, passes: (errcode: number) => boolean) {
    super(`${parts.api}: ${parts.reason === 'errcode' ? `${parts.errcode ?? 0} ` : `${parts.reason} `}${parts.errmsg}`, { cause: parts.cause })
    this.api = parts.api
    this.reason = parts.reason
    this.errcode = parts.errcode ?? 0
    this.errmsg = parts.errmsg
    this.outcome = parts.outcome
    this.retriable = parts.retriable ?? (parts.outcome === 'refused' && (parts.reason !== 'errcode' || passes(this.errcode)))
    this.retryAfterMs = parts.retryAfterMs ?? null
  }
}
