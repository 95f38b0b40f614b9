/** Who can mend it: `appId` and `secret` in our form, `console` the administrator at WeChat, `reader` nobody but the person who reads, `passing` time. */
export type ErrorCause = 'appId' | 'secret' | 'console' | 'reader' | 'passing' | 'bug'

/** One errcode of the official-account API in plain Chinese: what is wrong and what to do or click. */
export interface ErrorEntry {
  message: string
  advice: string
  cause: ErrorCause
}

type Row = readonly [codes: readonly number[], message: string, advice: string]

/** Where things are in the accounts' console, as a person clicks. Older consoles call the first one 基本配置. */
const CREDENTIALS = '公众平台 mp.weixin.qq.com → 设置与开发 → 开发接口管理'
const WHITELIST = `${CREDENTIALS} → IP白名单`
const PERMISSIONS = '公众平台 mp.weixin.qq.com → 设置与开发 → 接口权限，确认账号是已认证的服务号，并且有「网页授权」权限。'
const RELOGIN = '请关闭页面后重新打开。'
const WAIT = '请过一分钟再试一次。'
const REPORT = '这是程序的问题，请把出错时间告诉系统管理员。'

const APP_ID: readonly Row[] = [
  [[40013, 41002], 'AppID 不正确，或者不是公众号的 AppID。', `${CREDENTIALS}，复制「开发者ID(AppID)」。`],
]

const SECRET: readonly Row[] = [
  [[40125, 41004], 'AppSecret 不正确，或者已被重置。', `${CREDENTIALS}，重置「开发者密码(AppSecret)」，把新的填到这里。`],
]

const CONSOLE: readonly Row[] = [
  [[40164], '本服务器的出口 IP 不在公众号的 IP 白名单中，微信拒绝了请求。', `${WHITELIST}，添加本服务器的出口 IP。`],
  [[89503, 89505, 89506, 89507], '公众号的管理员还没有确认由本服务器调用接口。', '请公众号的管理员在微信「公众平台安全助手」中点开确认消息，同意后再试。'],
  [[48001], '公众号没有调用这个接口的权限。', PERMISSIONS],
  [[48004], '公众号的这个接口已被微信封禁。', '公众平台 mp.weixin.qq.com → 通知中心，查看原因并按提示处理。'],
  [[50002], '公众号已被限制使用。', '公众平台 mp.weixin.qq.com → 通知中心，查看原因并按提示处理。'],
]

const READER: readonly Row[] = [
  [[40029, 40163, 41008, 42003], '微信的授权已失效或已经用过。', RELOGIN],
  [[40003], '微信不认识这位读者的 openid。', '请核对 AppID 是不是这个公众号的。'],
  [[43004], '这位读者没有关注公众号。', '无需操作。'],
]

const PASSING: readonly Row[] = [
  [[-1], '微信系统繁忙。', WAIT],
  [[40001, 40014, 41001, 42001], '公众号的访问凭证已过期。', WAIT],
  [[45009], '今天调用公众号接口的次数已用完。', '明天会自动恢复。'],
  [[45011], '调用公众号接口太频繁。', WAIT],
]

const BUG: readonly Row[] = [
  [[40002, 41009, 43002, 47001], '发给微信的内容不符合接口要求。', REPORT],
]

const entriesOf = (cause: ErrorCause, rows: readonly Row[]): [number, ErrorEntry][] =>
  rows.flatMap(([codes, message, advice]) => codes.map((code): [number, ErrorEntry] => [code, { message, advice, cause }]))

/** errcode → explanation, for the codes that this product can meet (wechat-official-account §9, wechat-pay §6). */
export const WECHAT_ERRORS: ReadonlyMap<number, ErrorEntry> = new Map([
  ...entriesOf('appId', APP_ID), ...entriesOf('secret', SECRET), ...entriesOf('console', CONSOLE), ...entriesOf('reader', READER), ...entriesOf('passing', PASSING), ...entriesOf('bug', BUG),
])

/** The explanation of an errcode that is not listed. */
export const unlisted = (errcode: number): ErrorEntry => ({
  message: `微信拒绝了这次操作（错误码 ${errcode}）。`, advice: '请稍后重试；如反复出现，请把错误码告诉系统管理员。', cause: 'bug',
})

/** For 40164: which address to add. */
export const whitelistAdvice = (ip: string): Pick<ErrorEntry, 'message' | 'advice'> => ({
  message: `本服务器的出口 IP ${ip} 不在公众号的 IP 白名单中，微信拒绝了请求。`, advice: `${WHITELIST}，添加 ${ip}，保存后几分钟内生效。`,
})
