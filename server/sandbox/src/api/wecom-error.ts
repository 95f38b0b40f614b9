import { randomBytes } from 'node:crypto'

/** A refusal of the simulated WeCom; the answer is still HTTP 200 (wecom-api/00 §3). */
export class WecomError extends Error {
  readonly errcode: number
  /** Documented fields that come back empty, or invaliduser and the like. */
  readonly fields: Record<string, unknown>

  constructor(errcode: number, text?: string, fields: Record<string, unknown> = {}) {
    super(text ?? TEXTS[errcode] ?? 'invalid parameter')
    this.errcode = errcode
    this.fields = fields
  }
}

/** errmsg in the real shape, with hint, caller's address and the query link. */
export function errmsgOf(text: string, errcode: number, ip: string, seconds: number): string {
  const hint = `${seconds}_${errcode < 0 ? 1 : errcode % 90}_${randomBytes(16).toString('hex')}`
  return `${text}, hint: [${hint}], from ip: ${ip}, more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`
}

const TEXTS: Readonly<Record<number, string>> = {
  [-1]: 'system busy',
  40001: 'invalid credential',
  40003: 'invalid userid',
  40004: 'invalid media type',
  40005: 'invalid type',
  40006: 'invalid file size',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40011: 'invalid video size',
  40013: 'invalid corpid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40031: 'invalid user list',
  40032: 'invalid user list size',
  40035: 'invalid parameter',
  40056: 'invalid agentid',
  40058: 'invalid Request Parameter',
  40063: 'some parameters are empty',
  40068: 'invalid tagid',
  40071: 'tag name already exist',
  40072: 'invalid tag name size',
  40096: 'invalid external userid',
  40123: 'invalid image',
  40126: 'corp tag count reach limit',
  41001: 'access_token missing',
  41002: 'corpid missing',
  41004: 'corpsecret missing',
  41006: 'media_id missing',
  41009: 'userid missing',
  41010: 'url missing',
  41011: 'agentid missing',
  41035: 'external userid missing',
  41037: 'contact way type missing',
  41038: 'contact way scene missing',
  41039: 'invalid contact way type',
  41040: 'invalid contact way scene',
  41041: 'contact way user exceed limit',
  41042: 'invalid contact way style',
  41043: 'config_id missing',
  41044: 'invalid config_id',
  41045: 'contact way count reach limit',
  41049: 'welcome code missing',
  41050: 'invalid welcome code',
  41051: 'externaluser has started chatting',
  41054: 'user not activated',
  41064: 'too many attachments',
  41065: 'invalid attachment type',
  41096: 'welcome msg is being distributed',
  42001: 'access_token expired',
  42003: 'oauth code expired',
  42052: 'msgid expired',
  44001: 'empty media data',
  44004: 'empty content',
  45002: 'content size out of limit',
  45009: 'api freq out of limit',
  45033: 'api concurrent out of limit',
  48002: 'api forbidden',
  49008: 'group chat dismissed',
  50001: 'redirect_uri is not a trusted domain',
  50002: 'user not in range of app',
  50003: 'app is disabled',
  50100: 'invalid cursor',
  60003: 'department not found',
  60011: 'no privilege to access/modify contact/party/agent',
  60020: 'not allow to access from your ip',
  60111: 'userid not found',
  81011: 'no permission to modify tag of another app',
  81013: 'user & party & tag all invalid',
  81017: 'owner filter is required for a large visible range',
  82001: 'touser & toparty & totag all empty',
  82002: 'party list out of limit',
  82003: 'tag list out of limit',
  84014: 'user_ticket expired',
  84015: 'invalid user_ticket',
  84061: 'not external contact',
  84074: 'no external contact permission',
  86003: 'invalid chatid',
  91040: 'invalid ticket type',
  301002: 'not allow operate another agent with this accesstoken',
}
