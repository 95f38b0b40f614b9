/** Why something outside is not read, for programs. */
export type OutsideReason = 'address' | 'scheme' | 'port' | 'redirects' | 'timeout' | 'too_large' | 'unreachable' | 'status' | 'type' | 'name'

const MESSAGES: Record<OutsideReason, string> = {
  address: '这个网址指向内部网络，不能读取',
  scheme: '只能读取以 http:// 或 https:// 开头的网址',
  port: '这个网址用了不常见的端口，不能读取',
  redirects: '这个网址不停地跳转，没有打开任何内容',
  timeout: '对方网站太久没有回应，请稍后再试',
  too_large: '这个网址的内容太大，不能读取',
  unreachable: '打不开这个网址，请检查网址是否正确，或稍后再试',
  status: '对方网站没有给出内容',
  type: '这个网址打开的不是网页',
  name: '找不到这个网址对应的网站，请检查网址有没有写错',
}

/** Something outside is not read. The message is for the person who typed the address; it never repeats the address. */
export class OutsideRefused extends Error {
  constructor(readonly reason: OutsideReason, message: string = MESSAGES[reason], options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'OutsideRefused'
  }
}

/** An answer other than 2xx. */
export function refusedStatus(status: number): OutsideRefused {
  if (status === 404 || status === 410) return new OutsideRefused('status', `这个网页不存在或已被删除（${status}）`)
  if (status === 401 || status === 403) return new OutsideRefused('status', `这个网页要登录后才能看，或不允许读取（${status}）`)
  if (status >= 500) return new OutsideRefused('status', `对方网站出错了（${status}），请稍后再试`)
  return new OutsideRefused('status', `${MESSAGES.status}（${status}）`)
}
