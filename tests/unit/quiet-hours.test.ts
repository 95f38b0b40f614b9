import { describe, expect, test } from 'vitest'
import { endsNextDay, quietMinutes, quietUntil, quietWords } from '@zhike/shared'

const NIGHT = { from: '22:00', until: '08:00' }
const NOON = { from: '12:00', until: '13:30' }
const end = (hours: typeof NIGHT, at: string, zone = 'Asia/Shanghai') => {
  const until = quietUntil(hours, Date.parse(at), zone)
  return until === null ? null : new Date(until).toISOString()
}

describe('quiet hours · GEN-10, GEN-11', () => {
  test.each([
    // 21:59, 22:00, 23:59, 00:00, 07:59 and 08:00 in Shanghai
    [NIGHT, '2026-03-04T13:59:59.999Z', null], [NIGHT, '2026-03-04T14:00:00.000Z', '2026-03-05T00:00:00.000Z'], [NIGHT, '2026-03-04T15:59:59.999Z', '2026-03-05T00:00:00.000Z'],
    [NIGHT, '2026-03-04T16:00:00.000Z', '2026-03-05T00:00:00.000Z'], [NIGHT, '2026-03-04T23:59:59.999Z', '2026-03-05T00:00:00.000Z'], [NIGHT, '2026-03-05T00:00:00.000Z', null],
    [NOON, '2026-03-04T03:59:00.000Z', null], [NOON, '2026-03-04T04:00:00.000Z', '2026-03-04T05:30:00.000Z'], [NOON, '2026-03-04T05:30:00.000Z', null],
  ])('%j at %s end at %s', (hours, at, until) => {
    expect(end(hours, at)).toBe(until)
  })
  test('the month and the year may turn in them', () => {
    expect(end(NIGHT, '2026-12-31T15:00:00Z')).toBe('2027-01-01T00:00:00.000Z')
    expect(end(NIGHT, '2028-02-28T15:00:00Z')).toBe('2028-02-29T00:00:00.000Z')
  })
  test.each([
    ['UTC', '2026-03-04T22:00:00Z', '2026-03-05T08:00:00.000Z'], ['Asia/Kolkata', '2026-03-04T16:30:00Z', '2026-03-05T02:30:00.000Z'], ['Asia/Kolkata', '2026-03-04T16:29:59Z', null],
    ['Asia/Kathmandu', '2026-03-04T20:00:00Z', '2026-03-05T02:15:00.000Z'], ['Pacific/Honolulu', '2026-03-05T09:00:00Z', '2026-03-05T18:00:00.000Z'],
  ])('are those of the clocks in %s', (zone, at, until) => {
    expect(end(NIGHT, at, zone)).toBe(until)
  })
  test('end at the hour on the wall in a night when clocks are changed', () => {
    expect(end(NIGHT, '2026-03-08T04:00:00Z', 'America/New_York')).toBe('2026-03-08T12:00:00.000Z')
    expect(end(NIGHT, '2026-11-01T03:00:00Z', 'America/New_York')).toBe('2026-11-01T13:00:00.000Z')
  })
  test('are said as people say them', () => {
    expect([NIGHT, NOON].map(quietWords)).toEqual(['22:00–次日 08:00', '12:00–13:30'])
    expect([NIGHT, NOON].map(endsNextDay)).toEqual([true, false])
    expect([NIGHT, NOON].map(quietMinutes)).toEqual([600, 90])
  })
})
