import { CallError } from '../platform/calls/call-error.ts'
import type { CallErrorParts, Failure } from '../platform/calls/call-error.ts'
import { adviceFor, isListed } from './error-catalogue.ts'
import type { ErrorLevel } from './error-catalogue.ts'

/** A call to WeCom that did not succeed. */
export class WecomError extends CallError {
  override readonly name = 'WecomError'
  /** WeCom's trace id, for its support. */
  readonly hint: string | null

  constructor(parts: CallErrorParts) {
    super(parts, (errcode) => ['backoff', 'later'].includes(adviceFor(errcode).retry))
    this.hint = /hint: \[([^\]]+)\]/.exec(parts.errmsg)?.[1] ?? null
  }
}

export const wecomFailure: Failure = (parts) => new WecomError(parts)

/** What is wrong, what to do, and of what sort it is, in plain Chinese for the person at the screen. */
interface WecomErrorExplanation {
  message: string
  advice: string
  level: ErrorLevel
  errcode: number
}

/** The caller's address as WeCom saw it (errmsg `from ip: …`), the one to add to 企业可信IP; null when not named. */
export function callerIpOf(errmsg: string): string | null {
  return /from ip: ([0-9a-fA-F.:]+)/.exec(errmsg)?.[1]?.replace(/[.:]+$/, '') ?? null
}

/**
 * Explains a failed WeCom call to a person (issue "set-up page"; wecom-api/00 §3.1). 60020 names the address to register.
 * Takes anything that was thrown; what is not a `WecomError` is explained as an inner fault.
 */
export function explainWecomError(error: unknown): WecomErrorExplanation {
  if (!(error instanceof WecomError)) {
    return { message: '系统内部出错，未能完成对企业微信的调用。', advice: '请稍后重试；如反复出现，请把出错时间告诉系统管理员。', level: 'bug', errcode: 0 }
  }
  if (error.reason !== 'errcode' && error.errcode === 0) return { ...explainTransport(error), errcode: 0 }
  const entry = adviceFor(error.errcode)
  if (error.errcode === 60020) {
    const ip = callerIpOf(error.errmsg)
    if (ip !== null) {
      return {
        message: `本服务器的出口 IP ${ip} 不在应用的「企业可信IP」中，企业微信拒绝了请求。`,
        advice: `企业微信管理后台 → 应用管理 → 打开本应用 → 企业可信IP → 配置，添加 ${ip}，保存约 1 分钟后生效。`,
        level: entry.level,
        errcode: 60020,
      }
    }
  }
  const message = isListed(error.errcode) ? entry.message : `企业微信拒绝了这次操作（错误码 ${error.errcode}）。`
  return { message, advice: entry.advice, level: entry.level, errcode: error.errcode }
}

function explainTransport(error: WecomError): { message: string; advice: string; level: ErrorLevel } {
  switch (error.reason) {
    case 'unreachable':
      return { message: '连接不上企业微信服务器。', advice: '请检查服务器能否访问外网和 qyapi.weixin.qq.com（DNS、防火墙、代理），系统会自动重试。', level: 'temporary' }
    case 'interrupted':
      return error.outcome === 'unknown' && !error.retriable
        ? { message: '企业微信没有及时应答，这次操作是否成功还不确定。', advice: '请先在企业微信里核对结果，不要马上重复操作，以免重复发送。', level: 'temporary' }
        : { message: '企业微信应答超时。', advice: '通常是网络或企业微信短暂繁忙，请稍后重试。', level: 'temporary' }
    case 'paused':
      return { message: '调用企业微信的次数已到上限，正在排队等待。', advice: '无需操作，稍后会自动继续。', level: 'quota' }
    case 'http':
    case 'bad-answer':
    case 'errcode':
      return { message: '企业微信返回了无法识别的内容。', advice: '请检查到企业微信的网络中是否有代理或网关改写了应答；如反复出现，请联系系统管理员。', level: 'temporary' }
  }
}
