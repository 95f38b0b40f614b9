import type { ErrorBody, ErrorCode } from '@zhike/shared'

const STATUS: Record<ErrorCode, number> = {
  bad_request: 400, invalid: 422, unauthorized: 401, forbidden: 403, not_found: 404, gone: 410, conflict: 409, too_large: 413, unsupported: 415, too_many: 429, wecom: 502, timeout: 504, unavailable: 503, internal: 500,
}

/** An error that people see: a machine name, a Chinese sentence they can act on, and an HTTP status. */
export class AppError extends Error {
  readonly status: number
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined
  constructor(readonly code: ErrorCode, message: string, readonly details?: ErrorBody['details'], options?: { cause?: unknown; retryAfter?: number }) {
    super(message, options)
    this.retryAfter = options?.retryAfter
    this.name = 'AppError'
    this.status = STATUS[code]
  }
}

export const badRequest = (message: string) => new AppError('bad_request', message)
/** @param fields messages by field name, shown at the field (GEN-7) */
export const invalid = (message: string, fields?: Record<string, string>) => new AppError('invalid', message, fields ? { fields } : undefined)
export const unauthorized = (message = '登录已过期，请重新进入') => new AppError('unauthorized', message)
export const forbidden = (message = '你没有权限做这件事，请联系管理员') => new AppError('forbidden', message)
/** Also for rows of other tenants and outside the data scope: whether they exist is not told. */
export const notFound = (what = '内容') => new AppError('not_found', `${what}不存在，或不在你的可见范围内`)
export const conflict = (message: string) => new AppError('conflict', message)
export const unavailable = (message = '服务暂时不可用，正在自动重试') => new AppError('unavailable', message, undefined, { retryAfter: 2 })
export const tooMany = (seconds: number) => new AppError('too_many', `操作太频繁，请 ${seconds} 秒后再试`, undefined, { retryAfter: seconds })
