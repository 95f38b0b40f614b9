import type { CallbackEventKind } from '../../../src/protocol/console.ts'

/** What an app can have delivered, in the words of the console. */
export const CALLBACK_EVENTS: { kind: CallbackEventKind; name: string }[] = [
  { kind: 'message', name: '用户发送的普通消息' },
  { kind: 'enter_agent', name: '进入应用' },
  { kind: 'subscribe', name: '关注 / 取消关注' },
  { kind: 'change_external_contact', name: '外部联系人变更' },
  { kind: 'change_external_chat', name: '客户群变更' },
  { kind: 'change_external_tag', name: '客户标签变更' },
]

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Random letters and digits, as the console's 随机获取 gives: 43 for an EncodingAESKey. */
export function randomLetters(count: number): string {
  const bytes = crypto.getRandomValues(new Uint32Array(count))
  return [...bytes].map((number) => LETTERS[number % LETTERS.length] ?? 'A').join('')
}
