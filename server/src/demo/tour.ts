import { dayStart } from '@zhike/shared'
import type { PastShare, PastView } from '../modules/radar/index.ts'
import type { HistoryMaterial } from './history.ts'
import type { DemoFriendship } from './people.ts'

/** Whose sidebar a tour begins in. */
const HOST = 'wuxiaoyan'
const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000
const MINUTE_MS = 60_000

/** @property read seconds: page by page of a PDF, or in all */
interface Opening { at: number; read: readonly number[] | number; by?: 'friend' | 'grandmother'; device?: string }
interface Sending { to: string; title: string; at: number; openings: readonly Opening[] }

/**
 * What the first things to be looked at show: how 林间小路 has been choosing a stroller with 吴晓燕 for two weeks, up to the
 * question that stands in their chat, and what 吴晓燕's other customers have read today.
 * @param now epoch ms; nothing happens after it
 */
export function tourHistory(from: { friendships: readonly DemoFriendship[]; materials: readonly HistoryMaterial[]; now: number; zone: string }): PastShare[] {
  return sendings(from.now, from.zone).flatMap(({ to, title, at, openings }): PastShare[] => {
    const friendship = from.friendships.find((one) => one.userid === HOST && one.customer === to)
    const material = from.materials.find((one) => one.title === title)
    if (!material) throw new Error(`演示素材里没有《${title}》`)
    // Somebody may have ended the friendship in the simulated WeCom before the demo was loaded.
    if (!friendship || friendship.addedAt > at || material.createdAt > at || at > from.now) return []
    const views = openings.map((opening) => viewOf(opening, material, friendship.customerId)).filter((view) => view.openedAt + view.visibleMs < from.now)
    return [{ materialId: material.materialId, staffId: friendship.staffId, to: { customerId: friendship.customerId }, sentAt: at, views }]
  })
}

function sendings(now: number, zone: string): Sending[] {
  const today = dayStart(now, zone)
  const ago = (days: number, hour: number, minute: number) => today - days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS
  /** A while ago, but of today: early in the morning the day is short. */
  const lately = (minutes: number) => now - minutes * MINUTE_MS * Math.min(1, (now - today) / (5 * HOUR_MS))
  return [
    {
      to: '林间小路', title: '婴儿推车选购指南', at: ago(12, 14, 20), openings: [
        { at: ago(12, 14, 26), read: [5, 14, 82, 46, 38, 20] }, { at: ago(11, 21, 3), read: [2, 6, 65, 12] },
        { at: ago(11, 21, 40), read: [4, 9, 31], by: 'grandmother', device: '安卓手机 · 微信' }, { at: now - 28 * MINUTE_MS, read: [2, 4, 104, 23] },
      ],
    },
    { to: '林间小路', title: '宝宝第一次发烧怎么办', at: ago(8, 10, 12), openings: [{ at: ago(8, 12, 47), read: 74 }] },
    { to: '林间小路', title: '春夏新品竹棉连体衣', at: ago(4, 16, 5), openings: [{ at: ago(4, 16, 9), read: 16 }] },
    {
      to: '林间小路', title: '小树苗春游节', at: ago(1, 11, 30), openings: [
        { at: ago(1, 12, 18), read: 41 }, { at: ago(1, 12, 31), read: 22, by: 'friend' }, { at: ago(1, 19, 54), read: 12 },
      ],
    },
    { to: '果果妈', title: '小树苗春游节', at: lately(270), openings: [{ at: lately(255), read: 33 }, { at: lately(190), read: 27, by: 'friend' }] },
    { to: '木木', title: '春夏新品竹棉连体衣', at: lately(160), openings: [{ at: lately(152), read: 19 }, { at: lately(64), read: 8 }] },
    { to: '豆豆爸爸', title: '安全座椅安装视频', at: lately(95), openings: [{ at: lately(90), read: 148 }] },
  ]
}

function viewOf({ at, read, by, device = 'iPhone · 微信' }: Opening, material: HistoryMaterial, customerId: number): PastView {
  const pageMs = typeof read === 'number' ? [] : read.slice(0, material.pages ?? 0).map((seconds) => seconds * 1000)
  const visibleMs = typeof read === 'number' ? read * 1000 : pageMs.reduce((sum, ms) => sum + ms, 0)
  const who = by ? { reader: 'forwarded' as const, customerId: null, visitor: `tour-${by}-${customerId}` } : { reader: 'customer' as const, customerId }
  return { openedAt: Math.round(at), pageMs, visibleMs, pages: material.pages, device, ...who }
}
