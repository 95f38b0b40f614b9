import { CallError } from '../platform/calls/call-error.ts'
import type { CallErrorParts, Failure } from '../platform/calls/call-error.ts'
import { unlisted, WECHAT_ERRORS, whitelistAdvice } from './error-catalogue.ts'
import type { ErrorEntry } from './error-catalogue.ts'

export const STABLE_TOKEN = '/cgi-bin/stable_token'
/** The caller's address is not on the account's list. */
const NOT_WHITELISTED = 40164
const WRONG_SECRET = 40125

/** A call to the official-account API that did not succeed. */
export class WechatError extends CallError {
  override readonly name = 'WechatError'

  constructor(parts: CallErrorParts) {
    super(parts, (errcode) => WECHAT_ERRORS.get(errcode)?.cause === 'passing')
  }
}

export const wechatFailure: Failure = (parts) => new WechatError(parts)

/** What is wrong and what to do, for the person at the screen. */
export interface WechatErrorExplanation extends ErrorEntry { errcode: number }

/** Explains a failed call. 40164 names the address to register. Takes anything that was thrown; what is not a `WechatError` is an inner fault. */
export function explainWechatError(error: unknown): WechatErrorExplanation {
  if (!(error instanceof WechatError)) return { message: '系统内部出错，未能调用微信。', advice: '请稍后重试；如反复出现，请把出错时间告诉系统管理员。', cause: 'bug', errcode: 0 }
  if (error.reason !== 'errcode') return { ...explainTransport(error), cause: 'passing', errcode: 0 }
  return explainErrcode(codeOf(error), callerIpOf(error.errmsg))
}

/** The same for a code that was kept. @param ip of ours, as WeChat saw it; null when not known */
export function explainErrcode(errcode: number, ip: string | null): WechatErrorExplanation {
  return { ...(WECHAT_ERRORS.get(errcode) ?? unlisted(errcode)), errcode, ...(errcode === NOT_WHITELISTED && ip !== null ? whitelistAdvice(ip) : {}) }
}

/** Asking for a token, “invalid credential” means the secret, not the token. */
export function codeOf(error: WechatError): number {
  return error.api === STABLE_TOKEN && error.errcode === 40001 ? WRONG_SECRET : error.errcode
}

/** Our address as WeChat saw it (`invalid ip 203.0.113.9 ipv6 …`); null when not named. */
export function callerIpOf(errmsg: string): string | null {
  return /invalid ip ([0-9a-fA-F.:]+)/.exec(errmsg)?.[1]?.replace(/[.:]+$/, '') ?? null
}

function explainTransport(error: WechatError): { message: string; advice: string } {
  switch (error.reason) {
    case 'unreachable':
      return { message: '连接不上微信服务器。', advice: '请检查服务器能否访问外网和 api.weixin.qq.com（DNS、防火墙、代理），然后再试。' }
    case 'interrupted':
    case 'paused':
      return { message: '微信应答超时。', advice: '通常是网络或微信短暂繁忙，请稍后重试。' }
    case 'http':
    case 'bad-answer':
    case 'errcode':
      return { message: '微信返回了无法识别的内容。', advice: '请检查到微信的网络中是否有代理或网关改写了应答；如反复出现，请联系系统管理员。' }
  }
}
