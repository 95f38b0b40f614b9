import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adviceFor, ERROR_CATALOGUE, explainWecomError, WecomError } from '../../server/src/wecom/index.ts'
import { fixtureJson } from '../fixtures/wecom/fixture.ts'

const api = '/cgi-bin/user/get'

function refused(errcode: number, errmsg = 'x'): WecomError {
  return new WecomError({ api, reason: 'errcode', errcode, errmsg, outcome: 'refused' })
}

describe('error catalogue (wecom-api/00 §3.1)', () => {
  it('names the address to register for 60020 and where to register it', () => {
    const { errmsg } = z.object({ errmsg: z.string() }).parse(fixtureJson('error-60020.response.json'))
    const explained = explainWecomError(refused(60020, errmsg))
    expect(explained.message).toContain('203.0.113.7')
    expect(explained.advice).toContain('企业可信IP')
    expect(explained.advice).toContain('203.0.113.7')
    expect(explained.level).toBe('config')
  })

  it('explains 60020 also when the address is missing, and finds IPv6 addresses', () => {
    expect(explainWecomError(refused(60020, 'no address')).advice).toContain('企业可信IP')
    expect(explainWecomError(refused(60020, 'x, from ip: 2001:db8::7, more info')).message).toContain('2001:db8::7')
  })

  it('keeps the hint of WeCom for its support', () => {
    const { errmsg } = z.object({ errmsg: z.string() }).parse(fixtureJson('error-84061.response.json'))
    expect(refused(84061, errmsg).hint).toBe('1735689600123456789012345')
  })

  it('lists the codes that stop the main job, each with what to do, in Chinese', () => {
    for (const code of [-1, 40001, 40013, 40014, 40029, 40056, 40096, 41050, 41051, 42001, 45009, 45033, 48002, 50001, 50003, 60011, 60020, 60111, 81013, 84061, 84074, 85005, 301002]) {
      expect(ERROR_CATALOGUE.has(code), String(code)).toBe(true)
    }
    for (const [code, entry] of ERROR_CATALOGUE) {
      expect(`${entry.message}${entry.advice}`, String(code)).toMatch(/^[^]*[\u4e00-\u9fff][^]*$/)
      expect(entry.advice.length, String(code)).toBeGreaterThan(3)
    }
  })

  it('names each code once', () => {
    const codes = [...ERROR_CATALOGUE.keys()]
    expect(new Set(codes).size).toBe(codes.length)
    expect(adviceFor(40014).retry).toBe('refresh-token')
    expect(adviceFor(45009)).toMatchObject({ retry: 'later', level: 'quota' })
  })

  it('shows the number of a code that it does not know', () => {
    expect(explainWecomError(refused(999999)).message).toContain('999999')
    expect(refused(999999).retriable).toBe(false)
  })

  it('warns against repeating a send whose outcome is unknown', () => {
    const lost = new WecomError({ api: '/cgi-bin/message/send', reason: 'interrupted', errmsg: 'timeout', outcome: 'unknown', retriable: false })
    expect(explainWecomError(lost).advice).toContain('重复')
  })

  it('explains anything that was thrown', () => {
    expect(explainWecomError(new TypeError('boom'))).toMatchObject({ level: 'bug', errcode: 0 })
    expect(explainWecomError(new WecomError({ api, reason: 'unreachable', errmsg: 'ENOTFOUND', outcome: 'refused' })).advice).toContain('qyapi.weixin.qq.com')
  })
})
