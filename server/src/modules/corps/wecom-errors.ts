import { AppError } from '../../platform/http/errors.ts'
import { WecomError, explainWecomError } from '../../wecom/index.ts'

/** What people see when WeCom refused or did not answer (GEN-13). Errors of other kinds are given back as they are. */
export function asAppError(error: unknown): unknown {
  if (!(error instanceof WecomError)) return error
  const { message, advice, errcode } = explainWecomError(error)
  return new AppError('wecom', message, { errcode, advice }, { cause: error })
}
