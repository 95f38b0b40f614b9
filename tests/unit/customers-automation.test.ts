// What automation makes of what customers do: stars of a score, and how it is told.
import { describe, expect, it } from 'vitest'
import { scoreWords, starsOf } from '@zhike/shared'
import { wordEvent } from '../../server/src/modules/customers/timeline.ts'

describe('stars of a score', () => {
  it('none without points, one for any, then from 20, 50, 100 and 200 · CUS-19', () => {
    expect([-5, 0, 1, 19, 20, 49, 50, 99, 100, 199, 200, 100_000].map(starsOf)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
  })
  it('are told with the points', () => {
    expect([0, 85].map((score) => scoreWords({ score, stars: starsOf(score) }))).toEqual(['0 分', '85 分（3 星）'])
  })
})

describe('the timeline', () => {
  it('tells what an opening was worth, and nothing where it was worth nothing · MAT-9', () => {
    const opened = { title: '价目表', materialId: 7, visibleMs: 80_000, openNumber: 1, reader: 'customer' }
    expect(wordEvent('material_opened', { ...opened, points: 3 }, false)).toEqual({ title: '打开了《价目表》', detail: '读了1分20秒 · +3 分', materialId: 7 })
    expect(wordEvent('material_opened', { ...opened, visibleMs: 0, points: 3 }, false).detail).toBe('+3 分')
    expect(wordEvent('material_opened', opened, false).detail).toBe('读了1分20秒')
  })
  it('tells which material set a tag; what people do to tags reads as before · MAT-18', () => {
    const by = { by: 'material', title: '价目表', materialId: 7, removed: [] }
    expect(wordEvent('tags_changed', { ...by, added: ['高意向'] }, false)).toEqual({ title: '看了《价目表》，自动打上「高意向」', detail: null, materialId: 7 })
    expect(wordEvent('tags_changed', { ...by, added: ['高意向', '老客户'] }, false)).toMatchObject({ title: '看了《价目表》，自动打上 2 个标签', detail: '高意向、老客户' })
    expect(wordEvent('tags_changed', { added: ['高意向'], removed: [] }, false)).toMatchObject({ title: '添加了标签', detail: '高意向' })
  })
})
