/** Machine names of the errors our API answers with. The Chinese text travels in `message`. */
export const ERROR_CODES = [
  'bad_request', 'invalid', 'unauthorized', 'forbidden', 'not_found', 'gone', 'conflict', 'too_large', 'unsupported', 'too_many', 'wecom', 'timeout', 'unavailable', 'internal',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Body of every answer that is not a success. */
export interface ErrorBody {
  code: ErrorCode
  message: string
  requestId: string
  /** For `invalid`: messages per field; for `wecom`: errcode and advice. */
  details?: { fields?: Record<string, string>; errcode?: number; advice?: string }
}
