import { describe, expect, test } from 'vitest'
import { dayStart, dwellWords, formatBytes, formatCount, formatDay, formatDwell, formatMoment, formatTime, longestPageWords, maskPhone, placeWords, progressWords } from '@zhike/shared'

const at = (text: string) => Date.parse(text)

describe('numbers, money and times on screen (ui.md)', () => {
  test.each([[0, '0'], [12345, '12,345'], [99_999, '99,999'], [123_456, '12.3万'], [200_000, '20万'], [123_456_789, '1.2亿']])('a count of %d reads %s', (n, text) => {
    expect(formatCount(n)).toBe(text)
  })
  test.each([[0, '0秒'], [400, '1秒'], [5000, '5秒'], [80_000, '1分20秒'], [60_000, '1分'], [65_000, '1分05秒'], [3_900_000, '1小时5分'], [7_200_000, '2小时']])('%d ms of reading are %s', (ms, text) => {
    expect(formatDwell(ms)).toBe(text)
  })
  test('sizes of files', () => {
    expect([820, 12_800, 1_300_000].map(formatBytes)).toEqual(['820 B', '12.5 KB', '1.2 MB'])
  })

  const now = at('2026-03-05T06:00:00Z') // 14:00 in Shanghai
  test.each([
    ['2026-03-05T05:59:40Z', '刚刚'], ['2026-03-05T05:55:00Z', '5分钟前'], ['2026-03-05T01:14:00Z', '09:14'], ['2026-03-04T16:30:00Z', '00:30'],
    ['2026-03-04T10:02:00Z', '昨天 18:02'], ['2026-03-03T10:02:00Z', '3月3日'], ['2025-12-31T15:59:00Z', '2025年12月31日'],
  ])('%s is said as %s in the corp’s zone · GEN-11', (text, said) => {
    expect(formatTime(at(text), now)).toBe(said)
  })
  test('a day, with its year when that is over', () => {
    expect([at('2026-03-04T16:30:00Z'), at('2025-12-31T15:59:00Z')].map((ms) => formatDay(ms, now))).toEqual(['3月5日', '2025年12月31日'])
  })
  test('a moment in full', () => {
    expect(formatMoment(now)).toBe('2026年3月5日 14:00')
  })
  test('a day begins at midnight of the corp’s zone, also where clocks are changed · GEN-11', () => {
    expect(new Date(dayStart(now)).toISOString()).toBe('2026-03-04T16:00:00.000Z')
    expect(new Date(dayStart(at('2026-03-08T12:00:00Z'), 'America/New_York')).toISOString()).toBe('2026-03-08T05:00:00.000Z')
  })
  test('phones are masked · SYS-17', () => {
    expect(['13812342046', '12345', '1'].map(maskPhone)).toEqual(['138****2046', '***45', '**'])
  })
})

describe('how far and how long somebody read', () => {
  const eight = { pages: 8, maxPage: 3, depth: 40 }
  test.each([
    [eight, '看到第 3 页（共 8 页）'], [{ ...eight, maxPage: 8 }, '看到最后一页'], [{ ...eight, maxPage: null }, null], [{ ...eight, readingNow: true, lastPage: 2 }, '正在看第 2 页'],
    [{ pages: null, maxPage: null, depth: 62 }, '读到 62%'], [{ pages: 1, maxPage: 1, depth: 100 }, '读完'], [{ pages: null, maxPage: null, depth: 0 }, null],
    [{ type: 'image' as const, pages: 3, maxPage: 2, depth: 50 }, '看到第 2 张（共 3 张）'], [{ type: 'image' as const, pages: 3, maxPage: 3, depth: 100 }, '看到最后一张'],
    [{ type: 'video' as const, pages: 10, maxPage: 4, depth: 37 }, '看到 37%'], [{ type: 'video' as const, pages: 10, maxPage: 10, depth: 100 }, '看完'], [{ type: 'file' as const, pages: null, maxPage: null, depth: 100 }, '下载了'],
  ])('%j is said as %s', (progress, said) => {
    expect(progressWords(progress)).toBe(said)
  })
  test('where somebody is', () => {
    expect([placeWords({ type: 'pdf', pages: 8, page: 3 }), placeWords({ type: 'image', pages: 3, page: 2 }), placeWords({ type: 'video', pages: 10, page: 4 }), placeWords({ type: 'article', pages: null, page: null })]).toEqual(['第 3 页 / 共 8 页', '第 2 张 / 共 3 张', '40%', ''])
    expect(longestPageWords([0, 9000], 'video')).toBe('10%–20% 停留最久，9秒')
  })
  test('openings and time', () => {
    expect([dwellWords({ openNumber: 1, visibleMs: 0 }), dwellWords({ openNumber: 2, visibleMs: 80_000 })]).toEqual(['刚打开', '第 2 次打开 · 读了1分20秒'])
    expect([longestPageWords([3000, 40_000, 2000]), longestPageWords([])]).toEqual(['第 2 页停留最久，40秒', '还没有停留'])
  })
})
