import type { ErrorBody, ErrorCode } from '@zhike/shared'
import { NoAnswer, type HttpAnswer } from './request.ts'

/** `offline`: no answer from the server; `aborted`: the screen no longer wants the answer. */
type ApiErrorCode = ErrorCode | 'offline' | 'aborted'

interface ApiErrorParts {
  status: number
  code: ApiErrorCode
  message: string
  requestId?: string
  details?: ErrorBody['details']
}

/** Any failed request. `message` is Chinese and can be shown as it is; `requestId` is for whoever looks into the log. */
export class ApiError extends Error {
  /** HTTP status, 0 without an answer. */
  readonly status: number
  readonly code: ApiErrorCode
  readonly requestId: string | undefined
  readonly details: ErrorBody['details']

  constructor(parts: ApiErrorParts) {
    super(parts.message)
    this.name = 'ApiError'
    this.status = parts.status
    this.code = parts.code
    this.requestId = parts.requestId
    this.details = parts.details
  }

  /** Worth asking again by itself. */
  get temporary(): boolean {
    return this.code === 'offline' || this.code === 'unavailable' || this.code === 'timeout'
  }
}

/** True when an answer was given up on purpose (other filter, page left): nothing to show. */
export function isAborted(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'aborted'
}

/** The sentence to show for anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.message : '出了点问题，请重试'
}

/** Turns whatever was thrown into an ApiError. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (!(error instanceof NoAnswer)) return new ApiError({ status: 0, code: 'internal', message: '出了点问题，请重试' })
  switch (error.why) {
    case 'aborted': return new ApiError({ status: 0, code: 'aborted', message: '已取消' })
    case 'timeout': return new ApiError({ status: 0, code: 'timeout', message: '等了很久没有回应，请检查网络后重试' })
    case 'offline': return new ApiError({ status: 0, code: 'offline', message: '网络连接不上，请检查网络后重试' })
  }
}

/** The body of a success. @throws ApiError for every other status */
export function answerOrError({ status, body }: HttpAnswer): unknown {
  if (status >= 200 && status < 300) return body
  if (isErrorBody(body)) throw new ApiError({ status, ...body })
  // A proxy answered in place of our server.
  if (status === 413) throw new ApiError({ status, code: 'too_large', message: '文件太大，没有上传成功，请压缩后再试' })
  if (status === 429) throw new ApiError({ status, code: 'too_many', message: '操作太频繁了，请稍等一会儿再试' })
  if (status >= 502 && status <= 504) throw new ApiError({ status, code: 'unavailable', message: '服务暂时不可用，请稍后再试' })
  throw new ApiError({ status, code: 'internal', message: `服务出错了（${status}），请重试` })
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body && typeof body.message === 'string'
}
