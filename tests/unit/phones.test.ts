import { isMobile, mobileDigits, mobilesIn, spacedMobile } from '@zhike/shared'
import { describe, expect, it } from 'vitest'

describe('numbers as people paste them · CUS-36', () => {
  it.each([
    ['138 0013 8000'], ['138-0013-8000'], ['+86 13800138000'], ['0086-13800138000'], ['86 138 0013 8000'], ['１３８００１３８０００'], ['\u202a13800138000\u202c'], ['138\u200b0013\u00a08000'],
    ['手机：13800138000'], ['(138)00138000'],
  ])('%j is one', (text) => {
    expect(mobileDigits(text)).toBe('13800138000')
    expect(mobilesIn(text)).toEqual(['13800138000'])
  })

  it.each(['', '1380013800', '23800138000', '138001380001', '021-6888 8888'])('%j is none', (text) => expect(isMobile(mobileDigits(text))).toBe(false))

  it('are found below each other and in lists, each once; what may be a slip is shown', () => {
    expect(mobilesIn('13800138000\n 139 0013 9000\r\n13800138000')).toEqual(['13800138000', '13900139000'])
    expect(mobilesIn('13800138000、13900139000，13700137000；1360013600')).toEqual(['13800138000', '13900139000', '13700137000', '1360013600'])
    expect(mobilesIn('没有号码')).toEqual([])
  })

  it('are read in groups', () => expect([spacedMobile('13800138000'), spacedMobile('1380013')]).toEqual(['138 0013 8000', '1380013']))
})
