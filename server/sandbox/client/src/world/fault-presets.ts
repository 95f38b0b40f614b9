import type { ApiFault, CallbackFault, Faults } from '../../../src/protocol/faults.ts'

/** Faults that the desk can switch; each is recognised among the active ones by what it does. */
export interface FaultPreset {
  id: string
  name: string
  about: string
  api?: ApiFault
  callback?: CallbackFault
}

const SLOW_MS = 10_000
const CALLBACK_DELAY_MS = 30_000

export const SLOW: FaultPreset = { id: 'slow', name: '接口慢 10 秒', about: '企业微信的每个接口都晚 10 秒才回答', api: { path: '*', latencyMs: SLOW_MS } }
export const RATE_LIMIT: FaultPreset = { id: '45009', name: '频率超限 45009', about: '每个接口都回答 45009', api: { path: '/cgi-bin/*', errcode: 45009 } }

export const CALLBACK_FAULTS: FaultPreset[] = [
  { id: 'drop', name: '丢失', about: '回调不再送达', callback: { mode: 'drop' } },
  { id: 'duplicate', name: '重复', about: '每个回调送两次', callback: { mode: 'duplicate' } },
  { id: 'reorder', name: '乱序', about: '后一个回调先送到', callback: { mode: 'reorder' } },
  { id: 'delay', name: '晚到 30 秒', about: '回调晚 30 秒', callback: { mode: 'delay', delayMs: CALLBACK_DELAY_MS } },
]

export const MORE_FAULTS: FaultPreset[] = [
  { id: 'busy', name: '系统繁忙 -1', about: '每个接口都回答 -1', api: { path: '/cgi-bin/*', errcode: -1 } },
  { id: '60020', name: 'IP 不可信 60020', about: '每个接口都说调用方的 IP 不在可信名单里', api: { path: '/cgi-bin/*', errcode: 60020 } },
  { id: '48002', name: '没有权限 48002', about: '客户联系的接口都回答 48002', api: { path: '/cgi-bin/externalcontact/*', errcode: 48002 } },
  { id: '81013', name: '应用消息发不出', about: '发应用消息的接口回答 81013', api: { path: '/cgi-bin/message/send', errcode: 81013 } },
  { id: 'cut', name: '办完不回答', about: '接口做完了事就断线，调用方不知道成没成', api: { path: '/cgi-bin/*', dropConnection: 'after' } },
  { id: '502', name: 'HTTP 502', about: '网关回答 502', api: { path: '/cgi-bin/*', httpStatus: 502 } },
]

const sameApi = (a: ApiFault, b: ApiFault): boolean =>
  a.path === b.path && a.errcode === b.errcode && a.latencyMs === b.latencyMs && a.httpStatus === b.httpStatus && a.dropConnection === b.dropConnection

/** Whether this fault is in force. */
export function isActive(faults: Faults, preset: FaultPreset): boolean {
  const { api, callback } = preset
  return (api !== undefined && faults.api.some((fault) => sameApi(fault, api)))
    || (callback !== undefined && faults.callbacks.some((fault) => fault.mode === callback.mode))
}

/** The faults with this one switched; callback faults exclude each other, a callback can't be lost and late at once. */
export function withSwitched(faults: Faults, preset: FaultPreset): Faults {
  const on = !isActive(faults, preset)
  const { api, callback } = preset
  const others = api === undefined ? faults.api : faults.api.filter((fault) => !sameApi(fault, api))
  return {
    api: on && api !== undefined ? [...others, api] : others,
    callbacks: callback === undefined ? faults.callbacks : on ? [callback] : [],
  }
}
