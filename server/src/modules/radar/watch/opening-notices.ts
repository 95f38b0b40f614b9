import { formatDwell, formatMoment } from '@zhike/shared'
import type { Corp } from '../../corps/index.ts'
import type { NoticeCard } from '../../notices/index.ts'
import type { Opening } from '../views/store.ts'

/** MAT-16: opens of one link by one reader within this time are one story. */
export const MERGE_MS = 30 * 60 * 1000
/** How far back earlier opens can matter: stories follow each other without a gap. */
export const STORY_SEARCH_MS = 24 * 60 * 60 * 1000

/** Unknown readers of one link that are told of one by one within an hour; of the others one message tells when it is over. */
export const STRANGERS_TOLD = 3
export const STRANGERS_MS = 60 * 60 * 1000
/** The start of the hour that an opening by an unknown reader counts in. */
export const hourOf = (openedAt: number) => openedAt - (openedAt % STRANGERS_MS)

/**
 * The opening that an opening belongs to: the first of its story (its own when it begins one).
 * @param earlier openings of the same reader through the same link, oldest first
 */
export function storyStart<T extends { openedAt: number }>(earlier: readonly T[], opening: T): T {
  let start: T | null = null
  for (const next of [...earlier, opening]) if (!start || next.openedAt - start.openedAt > MERGE_MS) start = next
  return start ?? opening
}

/** Openings of one reader through one link that belong together. */
interface Story { viewId: number; startedAt: number; openings: number; visibleMs: number }

/** The story of a view so far, from all openings there are (in the order of time, the view itself among them or not). */
export function storyOf(all: readonly Opening[], view: Opening): Story {
  const reader = (opening: Opening) => opening.customerId ?? opening.visitorId
  const before = all.filter((opening) => opening.id !== view.id && opening.shareId === view.shareId && reader(opening) === reader(view) && opening.openedAt <= view.openedAt)
  const start = storyStart(before, view)
  const openings = [...before.filter((opening) => opening.openedAt >= start.openedAt), view]
  return { viewId: start.id, startedAt: start.openedAt, openings: openings.length, visibleMs: openings.reduce((sum, opening) => sum + opening.visibleMs, 0) }
}

/** Keys by which an opening is told once per receiver. */
export const openKey = (viewId: number, staffId: number) => `open:${viewId}:${staffId}`
export const againKey = (storyViewId: number, staffId: number) => `again:${storyViewId}:${staffId}`

/** Beginnings of all keys under which a view was told, to whomever. */
export const keysOf = (viewId: number) => [`open:${viewId}:`, `again:${viewId}:`]

export const othersKey = (shareId: number, hour: number, staffId: number) => `others:${shareId}:${hour}:${staffId}`

export interface OpeningFacts {
  corp: Corp
  baseUrl: string
  /** As the receiver may see her. */
  readerName: string
  /** The customer to open; null when the receiver may not see who it is. */
  customerId: number | null
  materialId: number
  title: string
  forwardedFrom: string | null
}

/** Told at once: somebody has opened the link (MAT-16). */
export function openCard(facts: OpeningFacts, opening: { openedAt: number; openNumber: number }): NoticeCard {
  const times = opening.openNumber > 1 ? `第 ${opening.openNumber} 次打开` : '首次打开'
  return {
    title: `${facts.readerName} 打开了《${facts.title}》`,
    lines: [formatMoment(opening.openedAt, facts.corp.zone), facts.forwardedFrom ? `${times} · 由发给「${facts.forwardedFrom}」的链接转发` : times],
    url: addressOf(facts), button: facts.customerId === null ? '看素材' : '看客户',
  }
}

/** Told when the story is over: how often and how long (MAT-16). */
export function againCard(facts: OpeningFacts, story: Story): NoticeCard {
  return {
    title: `${facts.readerName} 又打开了《${facts.title}》`,
    lines: [`${formatMoment(story.startedAt, facts.corp.zone)} 起半小时内`, `共打开 ${story.openings} 次，累计阅读 ${formatDwell(story.visibleMs)}`],
    url: addressOf(facts), button: facts.customerId === null ? '看素材' : '看客户',
  }
}

/** Told once for an hour in which more unknown readers opened a link than are told of one by one. */
export function othersCard(facts: OpeningFacts, hour: number): NoticeCard {
  return {
    title: `还有其他人打开了《${facts.title}》`,
    lines: [`${formatMoment(hour, facts.corp.zone)} 起一小时内`, '打开的人较多，不再逐个提醒，可在素材里查看全部读者'],
    url: addressOf(facts), button: '看素材',
  }
}

function addressOf({ corp, baseUrl, customerId, materialId }: OpeningFacts): string {
  const place = customerId === null ? `/materials/${materialId}` : `/customers/${customerId}`
  return `${baseUrl}/workbench?corp=${encodeURIComponent(corp.wecomCorpId)}#${place}`
}
