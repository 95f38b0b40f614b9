import { CUSTOMER_EVENT_KINDS } from '@zhike/shared'
import { describe, expect, it } from 'vitest'
import { type Friendship, whenEnded, whenSeen } from '../../server/src/modules/customers/friendship-life.ts'
import { lastNight, syncIsDue } from '../../server/src/modules/customers/due-work.ts'
import { wordEvent } from '../../server/src/modules/customers/timeline.ts'

const active: Friendship = { state: 'active', addedAt: 1000, endedAt: null, syncedAt: 5000 }
const lost: Friendship = { ...active, state: 'lost', endedAt: 4000 }

describe('a friendship', () => {
  it('first named by WeCom is new', () => {
    expect(whenSeen(null, { addedAt: 1000, readAt: 6000, heardAt: null })).toEqual({
      next: { state: 'active', addedAt: 1000, endedAt: null, syncedAt: 6000 }, happened: { kind: 'added', at: 1000 },
    })
  })

  it('is not changed by an answer older than what is stored', () => {
    expect(whenSeen(active, { addedAt: 3000, readAt: 4999, heardAt: null })).toBeNull()
  })

  it('that the customer ended stays lost while WeCom goes on naming it · wecom-api/03 §10', () => {
    expect(whenSeen(lost, { addedAt: 1000, readAt: 9000, heardAt: null })).toEqual({ next: { ...lost, syncedAt: 9000 }, happened: null })
    // The callback of its beginning, told after its end.
    expect(whenSeen(lost, { addedAt: 1000, readAt: 9000, heardAt: 1000 })?.next.state).toBe('lost')
  })

  it('that the customer ended is back when it was made anew, by createtime or by what the callback told', () => {
    expect(whenSeen(lost, { addedAt: 7000, readAt: 9000, heardAt: null })).toEqual({ next: { state: 'active', addedAt: 7000, endedAt: null, syncedAt: 9000 }, happened: { kind: 'restored', at: 7000 } })
    expect(whenSeen(lost, { addedAt: 1000, readAt: 9000, heardAt: 7000 })?.happened).toEqual({ kind: 'restored', at: 7000 })
  })

  it('that the member ended is back as soon as WeCom names it; news only when it is another friendship', () => {
    const removed: Friendship = { ...active, state: 'removed', endedAt: 4000 }
    expect(whenSeen(removed, { addedAt: 1000, readAt: 9000, heardAt: null })).toEqual({ next: { ...active, syncedAt: 9000 }, happened: null })
    expect(whenSeen(removed, { addedAt: 7000, readAt: 9000, heardAt: null })?.happened).toEqual({ kind: 'restored', at: 7000 })
  })

  it('ends by the latest end told, in whatever order they are told', () => {
    const ends = [{ state: 'lost', at: 4000 }, { state: 'removed', at: 6000 }] as const
    const forth = ends.reduce(whenEnded, active)
    const back = ends.toReversed().reduce(whenEnded, active)
    expect(forth).toEqual({ ...active, state: 'removed', endedAt: 6000 })
    expect(back).toEqual(forth)
  })

  it('is not ended by the end of an earlier one', () => {
    expect(whenEnded({ ...active, addedAt: 5000 }, { state: 'lost', at: 4000 }).state).toBe('active')
  })
})

describe('the nightly sync', () => {
  const at = (text: string) => Date.parse(text)
  it('is due once after 3:00 in the corp’s zone, and catches up a missed night · GEN-11', () => {
    expect(lastNight(at('2026-03-04T02:59:00+08:00'), 'Asia/Shanghai')).toBe(at('2026-03-03T03:00:00+08:00'))
    expect(lastNight(at('2026-03-04T03:00:00+08:00'), 'Asia/Shanghai')).toBe(at('2026-03-04T03:00:00+08:00'))
    const corp = (customersSyncedAt?: number) => ({ zone: 'Asia/Shanghai', hasSecret: true, proofs: { customersSyncedAt } })
    expect(syncIsDue(corp(), at('2026-03-04T12:00:00+08:00'))).toBe(true)
    expect(syncIsDue(corp(at('2026-03-04T03:01:00+08:00')), at('2026-03-04T23:00:00+08:00'))).toBe(false)
    expect(syncIsDue(corp(at('2026-03-02T03:01:00+08:00')), at('2026-03-04T01:00:00+08:00'))).toBe(true)
    expect(syncIsDue({ ...corp(), hasSecret: false }, at('2026-03-04T12:00:00+08:00'))).toBe(false)
  })
})

describe('the words of the timeline', () => {
  it('has Chinese words for every kind, even without facts', () => {
    for (const kind of CUSTOMER_EVENT_KINDS) expect(wordEvent(kind, {}, true).title).toMatch(/[\u4e00-\u9fff]/)
  })

  it('tells reading time and pages of an opening', () => {
    expect(wordEvent('material_opened', { title: '婴儿车选购指南', visibleMs: 80_000, maxPage: 3, pages: 12, openNumber: 2, materialId: 7 }, true))
      .toEqual({ title: '第 2 次打开《婴儿车选购指南》', detail: '读了1分20秒 · 看到第 3 页（共 12 页）', materialId: 7 })
  })

  it('names the code on customer pages; other channels are what others call them', () => {
    expect(wordEvent('added', { addWay: 1, channel: 'zk_card_7' }, true).detail).toBe('来源：扫描二维码 · 渠道：名片二维码')
    expect(wordEvent('added', { addWay: 1, channel: '展会A' }, true).detail).toBe('来源：扫描二维码 · 渠道：展会A')
  })

  it('tells which side ended the friendship', () => {
    expect(wordEvent('lost', {}, true).title).toBe('客户删除了员工')
    expect(wordEvent('removed_by_staff', { byTransfer: true }, true)).toMatchObject({ title: '员工删除了客户', detail: '在职转接后由企业微信移除' })
  })

  it('tells of personal tags only whom they belong to · TAG-10', () => {
    const data = { added: ['高意向'], removed: [], personalAdded: ['爱喝茶'], personalRemoved: [] }
    expect([wordEvent('tags_changed', data, true).detail, wordEvent('tags_changed', data, false).detail]).toEqual(['高意向、爱喝茶', '高意向'])
    expect(wordEvent('tags_changed', { ...data, added: [] }, false)).toMatchObject({ title: '修改了个人标签', detail: null })
  })

  it('takes damaged facts for missing ones', () => {
    expect(wordEvent('tags_changed', { added: 'x', removed: null }, true)).toEqual({ title: '添加了标签', detail: null, materialId: null })
  })
})
