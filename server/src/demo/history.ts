import { dayStart } from '@zhike/shared'
import type { MaterialType } from '@zhike/shared'
import type { PastShare, PastView } from '../modules/radar/index.ts'
import type { DemoFriendship, DemoGroup } from './people.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'

/** @property liking how eagerly it is sent and read, 1 is usual */
export interface HistoryMaterial { materialId: number; title: string; type: MaterialType; pages: number | null; createdAt: number; liking: number }

const DAYS = 10
const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000
const OPENS_MS = 9.5 * HOUR_MS
const CLOSES_MS = 20.5 * HOUR_MS
/** However early the demo is loaded, today has something to show from the hours before. */
const LATELY_MS = 5 * HOUR_MS
const NOT_YET_MS = 3 * 60_000
/** So many customers hear from us again and again; the others now and then. */
const REGULARS = 70
const SEED = 20_260_301
const DEVICES = ['iPhone · 微信', 'iPhone · 微信', '安卓手机 · 微信', '安卓手机 · 微信', '鸿蒙手机 · 微信', '电脑 · 微信'] as const

/**
 * About ten days of sending and reading that could have been: more on weekends, some never opened, some passed on, pages
 * left where interest ended. The same people and the same day give the same history.
 * @param now epoch ms; nothing happens after it
 */
export function demoHistory(from: { friendships: readonly DemoFriendship[]; groups: readonly DemoGroup[]; materials: readonly HistoryMaterial[]; now: number; zone: string }): PastShare[] {
  const random = createRandom(SEED)
  const regulars = new Set(from.friendships.filter((_, i) => i % Math.max(1, Math.floor(from.friendships.length / REGULARS)) === 0))
  const shares: PastShare[] = []
  for (const sentAt of sendingTimes(random, from.now, from.zone)) {
    const material = random.weighted(from.materials.filter((one) => one.createdAt < sentAt), (one) => one.liking)
    if (!material) continue
    const group = random.chance(0.14) ? random.weighted(from.groups.filter((one) => one.createdAt < sentAt), () => 1) : null
    if (group) {
      shares.push({ materialId: material.materialId, staffId: group.ownerId, to: { groupChatId: group.groupChatId }, sentAt, views: groupViews(random, material, group, sentAt, from.now) })
      continue
    }
    const friendship = random.weighted(from.friendships.filter((one) => one.addedAt < sentAt), (one) => (regulars.has(one) ? 12 : 1))
    if (friendship) shares.push({ materialId: material.materialId, staffId: friendship.staffId, to: { customerId: friendship.customerId }, sentAt, views: customerViews(random, material, friendship.customerId, sentAt, from.now) })
  }
  return shares
}

function sendingTimes(random: Random, now: number, zone: string): number[] {
  const today = dayStart(now, zone)
  const times: number[] = []
  for (let ago = DAYS; ago >= 1; ago--) {
    const day = today - ago * DAY_MS
    const weekend = [0, 6].includes(new Date(day + 12 * HOUR_MS).getUTCDay())
    for (let n = weekend ? random.between(18, 24) : random.between(11, 17); n > 0; n--) times.push(day + OPENS_MS + random.next() * (CLOSES_MS - OPENS_MS))
  }
  const begin = Math.max(today, now - LATELY_MS)
  for (let n = 0; n < 12; n++) times.push(begin + random.next() * Math.max(0, now - NOT_YET_MS - begin))
  return times.map(Math.round).sort((a, b) => a - b)
}

function customerViews(random: Random, material: HistoryMaterial, customerId: number, sentAt: number, now: number): PastView[] {
  if (!random.chance(Math.min(0.85, 0.5 + material.liking * 0.1))) return []
  const views = [viewOf(random, material, sentAt + delay(random, 12 * 60_000), { reader: 'customer', customerId })]
  for (let again = 0; again < 3 && random.chance(0.28); again++) views.push(viewOf(random, material, sentAt + delay(random, 16 * HOUR_MS), { reader: 'customer', customerId }))
  // Passed on to the family or a friend, whom we don't know.
  for (let passed = 0; passed < 3 && random.chance(0.16); passed++) views.push(viewOf(random, material, sentAt + delay(random, 5 * HOUR_MS), { reader: 'forwarded', customerId: null }))
  return views.filter((view) => view.openedAt + view.visibleMs < now)
}

function groupViews(random: Random, material: HistoryMaterial, group: DemoGroup, sentAt: number, now: number): PastView[] {
  const readers = group.customerIds.filter(() => random.chance(0.22)).slice(0, 8)
  const known = readers.map((customerId) => viewOf(random, material, sentAt + delay(random, 50 * 60_000), { reader: 'customer', customerId }))
  const strangers = Array.from({ length: random.between(1, 4) }, () => viewOf(random, material, sentAt + delay(random, 80 * 60_000), { reader: 'unknown', customerId: null }))
  return [...known, ...strangers].filter((view) => view.openedAt + view.visibleMs < now)
}

const delay = (random: Random, middle: number) => Math.round(20_000 + random.skewed(middle))

function viewOf(random: Random, material: HistoryMaterial, openedAt: number, who: Pick<PastView, 'reader' | 'customerId'>): PastView {
  const pageMs = material.pages === null ? [] : pageTimes(random, material.pages)
  const visibleMs = pageMs.length > 0 ? pageMs.reduce((sum, ms) => sum + ms, 0) : Math.round(random.skewed(material.type === 'image' ? 14_000 : 48_000))
  return { openedAt, pageMs, visibleMs, ...who, pages: material.pages, device: random.pick(DEVICES) }
}

/** A glance at the first page, longer where something interests, and an end somewhere: often the last page is never seen. */
function pageTimes(random: Random, pages: number): number[] {
  const times: number[] = []
  const interesting = random.between(2, Math.max(2, pages))
  for (let page = 1; page <= pages; page++) {
    const middle = page === 1 ? 4000 : page === interesting ? 26_000 : 8000
    times.push(Math.round(random.skewed(middle)))
    if (page >= 2 && random.chance(page < interesting ? 0.07 : 0.24)) break
  }
  return times
}
