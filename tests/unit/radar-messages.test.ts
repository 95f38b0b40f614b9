import { describe, expect, it } from 'vitest'
import { isReadThrough } from '@zhike/shared'
import { againCard, openCard, readingCard, summaryCard, type ReadingFacts } from '../../server/src/modules/radar/messages/cards.ts'
import { keysOf, storyKey } from '../../server/src/modules/radar/messages/keys.ts'
import { storyOf } from '../../server/src/modules/radar/messages/story.ts'
import type { Opening } from '../../server/src/modules/radar/views/store.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 2, 4, 4)
const at = (id: number, minute: number, more: Partial<Opening> = {}): Opening => ({
  id, shareId: 1, customerId: 7, visitorId: 'phone', openedAt: NOON + minute * MINUTE, lastSeenAt: NOON + minute * MINUTE + 20_000, visibleMs: 20_000, announced: 2, maxPage: 2, pages: 8, depth: 20, ...more,
})

describe('a story · MAT-16', () => {
  it('is all that one reader opens through one link within half an hour, whichever of her views is asked about', () => {
    const all = [at(1, 0), at(2, 3, { customerId: 8 }), at(3, 5, { shareId: 2 }), at(4, 10, { maxPage: 5 }), at(5, 30), at(6, 31)]
    for (const view of [all[0], all[3], all[4]]) {
      if (!view) throw new Error('no such view')
      expect(storyOf(all, view)).toMatchObject({ viewId: 1, viewIds: [1, 4, 5], visibleMs: 60_000, maxPage: 5, startedAt: NOON })
    }
    expect(storyOf(all, at(6, 31))).toMatchObject({ viewId: 6, viewIds: [6] })
  })
  it('is one of a device that nobody knows by name, too', () => {
    const all = [at(1, 0, { customerId: null }), at(2, 3, { customerId: null, visitorId: 'tablet' }), at(3, 5, { customerId: null })]
    expect(storyOf(all, at(3, 5, { customerId: null })).viewIds).toEqual([1, 3])
  })
  it('is quiet two minutes after its last sign of life; while a page is on screen only when that must be over', () => {
    expect(storyOf([at(1, 0), at(2, 10)], at(1, 0))).toMatchObject({ summaryAt: NOON + 12 * MINUTE + 20_000, againAt: NOON + 30 * MINUTE })
    expect(storyOf([at(1, 0), at(2, 29)], at(1, 0))).toMatchObject({ summaryAt: NOON + 31 * MINUTE + 20_000, againAt: NOON + 31 * MINUTE + 20_000 })
    expect(storyOf([at(1, 0), at(2, 10, { announced: 1 })], at(1, 0))).toMatchObject({ summaryAt: NOON + 42 * MINUTE + 20_000, againAt: NOON + 42 * MINUTE + 20_000 })
  })
  it('has keys that are all forgotten with the view that began it · SYS-17', () => {
    const keys = (['open', 'reading', 'summary', 'again'] as const).map((message) => storyKey(message, 12, 3))
    expect(keys).toEqual(['open:12:3', 'reading:12:3', 'summary:12:3', 'again:12:3'])
    for (const key of keys) expect(keysOf(12).some((beginning) => key.startsWith(beginning)), key).toBe(true)
    expect(keysOf(1).some((beginning) => 'open:12:3'.startsWith(beginning))).toBe(false)
  })
})

describe('what senders read · MAT-16', () => {
  const facts: ReadingFacts = {
    corp: { id: 1, wecomCorpId: 'ww1', name: '', agentId: 1, hasSecret: true, zone: 'Asia/Shanghai', proofs: {}, domainFile: null, adminUserids: [], suspended: false, version: 1 },
    baseUrl: 'https://crm.example.com', readerName: '林间小路', customerId: 7, materialId: 3, title: '价目表', type: 'pdf', forwardedFrom: null,
  }
  const one = storyOf([at(1, 0)], at(1, 0))
  const three = storyOf([at(1, 0), at(2, 5), at(3, 10, { maxPage: 8 })], at(3, 10, { maxPage: 8 }))

  it('names customer, material and time, and leads to the customer', () => {
    expect(openCard(facts, { openedAt: NOON, openNumber: 1 })).toEqual({
      title: '林间小路 打开了《价目表》', lines: ['2026年3月4日 12:00', '首次打开'], url: 'https://crm.example.com/workbench?corp=ww1#/customers/7', button: '看客户',
    })
    expect(openCard({ ...facts, customerId: null, readerName: '「林间小路」的朋友' }, { openedAt: NOON, openNumber: 2 })).toMatchObject({
      title: '「林间小路」的朋友 打开了《价目表》', lines: ['2026年3月4日 12:00', '第 2 次打开'], url: 'https://crm.example.com/workbench?corp=ww1#/materials/3', button: '看素材',
    })
  })
  it('where she is, and since how long', () => {
    expect(readingCard(facts, { lastSeenAt: NOON, visibleMs: 65_000, pages: 8, lastPage: 3 })).toMatchObject({ title: '林间小路 正在看《价目表》', lines: ['2026年3月4日 12:00', '第 3 页 / 共 8 页 · 已读 1分05秒'] })
    expect(readingCard({ ...facts, type: 'article' }, { lastSeenAt: NOON, visibleMs: 65_000, pages: null, lastPage: null }).lines).toEqual(['2026年3月4日 12:00', '已读 1分05秒'])
  })
  it('how far she came, how long, how often and where she stayed longest', () => {
    expect(summaryCard(facts, one, [5000, 15_000])).toMatchObject({ title: '林间小路 看了《价目表》，看到第 2 页（共 8 页）', lines: ['2026年3月4日 12:00 打开', '阅读 20秒', '第 2 页停留最久，15秒'] })
    expect(summaryCard(facts, three, [])).toMatchObject({ title: '林间小路 看完了《价目表》', lines: ['2026年3月4日 12:00 打开', '打开 3 次，累计阅读 1分'] })
    expect(summaryCard({ ...facts, type: 'link' }, { ...one, pages: null, maxPage: null, depth: 100 }, []).title).toBe('林间小路 看了《价目表》，打开了原文')
    expect(summaryCard({ ...facts, type: 'link' }, { ...one, pages: null, maxPage: null, depth: 0 }, []).title).toBe('林间小路 看了《价目表》')
    expect(againCard(facts, three, [])).toMatchObject({ title: '林间小路 又打开了《价目表》', lines: ['2026年3月4日 12:00 打开', '打开 3 次，累计阅读 1分'] })
  })
  it.each([
    [{ type: 'pdf' as const, pages: 8, maxPage: 8, depth: 10 }, true], [{ type: 'pdf' as const, pages: 8, maxPage: 7, depth: 99 }, false], [{ type: 'pdf' as const, pages: 8, maxPage: null, depth: 0 }, false],
    [{ type: 'article' as const, pages: null, maxPage: null, depth: 98 }, true], [{ type: 'article' as const, pages: null, maxPage: null, depth: 97 }, false],
    [{ type: 'video' as const, pages: 10, maxPage: 10, depth: 97 }, false], [{ type: 'video' as const, pages: 10, maxPage: 10, depth: 98 }, true],
    [{ type: 'link' as const, pages: null, maxPage: null, depth: 100 }, false], [{ type: 'file' as const, pages: null, maxPage: null, depth: 100 }, false],
  ])('%j: to the end? %s', (progress, through) => {
    expect(isReadThrough(progress)).toBe(through)
  })
})
