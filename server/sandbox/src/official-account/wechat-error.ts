import { randomBytes } from 'node:crypto'

const TEXTS = {
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40029: 'invalid code',
  40097: 'invalid args',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41009: 'missing openid',
  42001: 'access_token expired',
  43002: 'require POST method',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  48001: 'api unauthorized',
} as const

/** A refusal of an official account's API; the answer is still HTTP 200 (wechat-official-account §9). */
export class WechatError extends Error {
  readonly errcode: number

  constructor(errcode: keyof typeof TEXTS, text: string = TEXTS[errcode]) {
    super(text)
    this.errcode = errcode
  }
}

/** errmsg in the real shape: the text, and the id of the request to keep in logs. */
export function withRid(text: string): string {
  const part = (): string => randomBytes(4).toString('hex')
  return `${text} rid: ${part()}-${part()}-${part()}`
}
