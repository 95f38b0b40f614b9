import type { AnswerOf, BodyIn, ContractKey, ParamsIn, QueryIn } from '@zhike/shared/contract'
import { answerOrError, asApiError, type ApiError } from './api-error.ts'
import { connectionLost, connectionWorks, pauseBefore } from './connection.ts'
import { request } from './request.ts'

/** A reading request is repeated this long while the server can't be reached; then the screen shows the error. */
const REPEAT_FOR_MS = 60_000
const TIME_LIMIT_MS = 15_000

interface CallSettings {
  signal?: AbortSignal
  headers?: Record<string, string>
  /** Body of endpoints that take bytes. */
  bytes?: Blob
  /** Milliseconds to wait for the answer, where it takes longer than usual. */
  limitMs?: number
  /** 0…1 while bytes are being uploaded. */
  onUpload?: (part: number) => void
  /** Fail at once instead of repeating while the server is away. */
  once?: boolean
}

/** A part of the request: must be given when the contract asks for it, may be left out when all of it is optional. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { [N in Name]?: undefined }
  : object extends Value
    ? { [N in Name]?: Value }
    : { [N in Name]: Value }

type CallOf<K extends ContractKey> = CallSettings &
  Part<'params', ParamsIn<K>> & Part<'query', QueryIn<K>> & Part<'body', BodyIn<K>>

type CallArguments<K extends ContractKey> = object extends CallOf<K> ? [call?: CallOf<K>] : [call: CallOf<K>]

interface AnyCall extends CallSettings {
  params?: object
  query?: object
  body?: unknown
}

let signedOut: (() => void) | undefined

/** Says what happens when the server answers that nobody is signed in (401). */
export function whenSignedOut(then: () => void): void {
  signedOut = then
}

/**
 * Calls an endpoint of the contract: `api('GET /api/customers/:customerId', { params: { customerId } })`.
 * Reading requests are repeated while the server is away (issue: screens recover without reload); writing ones never.
 * @throws ApiError
 */
export async function api<K extends ContractKey>(key: K, ...call: CallArguments<K>): Promise<AnswerOf<K>>
export async function api(key: string, call: AnyCall = {}): Promise<unknown> {
  const [method = 'GET', path = ''] = key.split(' ')
  const repeatUntil = method === 'GET' && !call.once ? Date.now() + REPEAT_FOR_MS : 0
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = answerOrError(await request({
        method,
        url: filledPath(path, call.params),
        query: call.query,
        body: call.bytes ?? call.body,
        headers: call.headers,
        signal: call.signal,
        limitMs: call.limitMs ?? TIME_LIMIT_MS,
        onUpload: call.onUpload,
      }))
      connectionWorks()
      return answer
    } catch (thrown) {
      const error = asApiError(thrown)
      noticed(error)
      if (!error.temporary || Date.now() > repeatUntil || call.signal?.aborted) throw error
      await pauseBefore(attempt, call.signal)
    }
  }
}

function noticed(error: ApiError): void {
  if (error.code === 'unavailable') connectionLost('unavailable')
  else if (error.code === 'offline' || error.code === 'timeout') connectionLost('offline')
  else if (error.code !== 'aborted') connectionWorks()
  if (error.status === 401) signedOut?.()
}

function filledPath(path: string, params: object | undefined): string {
  if (!params) return path
  const values = new Map<string, unknown>(Object.entries(params))
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
}
