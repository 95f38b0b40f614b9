import { formatDwell, formatMoment, isReadThrough, longestPageWords, placeWords, progressWords } from '@zhike/shared'
import type { MaterialType } from '@zhike/shared'
import type { Corp } from '../../corps/index.ts'
import type { NoticeCard } from '../../notices/index.ts'
import type { ViewFacts } from '../views/facts.ts'
import type { ViewDbRow } from '../views/store.ts'
import type { Story } from './story.ts'

/** What one receiver may know of a view. */
export interface ReadingFacts {
  corp: Corp
  baseUrl: string
  /** As the receiver may see her. */
  readerName: string
  /** The customer to open; null when the receiver may not see who it is. */
  customerId: number | null
  materialId: number
  title: string
  type: MaterialType | undefined
  forwardedFrom: string | null
}

export function readingFacts(corp: Corp, baseUrl: string, view: ViewDbRow, facts: ViewFacts, staffId: number): ReadingFacts {
  const mayKnow = facts.mayKnow(view, (owner) => owner === staffId)
  const material = facts.material(view)
  return {
    corp, baseUrl, readerName: facts.nameOf(view, mayKnow), customerId: mayKnow ? view.customerId : null, materialId: view.materialId, title: material?.title ?? '素材', type: material?.type,
    forwardedFrom: view.reader === 'forwarded' && mayKnow ? facts.addressee(view)?.name ?? null : null,
  }
}

/** Somebody has opened the link. */
export function openCard(facts: ReadingFacts, opening: { openedAt: number; openNumber: number }): NoticeCard {
  const times = opening.openNumber > 1 ? `第 ${opening.openNumber} 次打开` : '首次打开'
  return card(facts, `${facts.readerName} 打开了《${facts.title}》`, [
    formatMoment(opening.openedAt, facts.corp.zone), facts.forwardedFrom ? `${times} · 由发给「${facts.forwardedFrom}」的链接转发` : times,
  ])
}

/** She has read for a while, and reads on. */
export function readingCard(facts: ReadingFacts, view: Pick<ViewDbRow, 'lastSeenAt' | 'visibleMs' | 'pages' | 'lastPage'>): NoticeCard {
  const place = placeWords({ type: facts.type, pages: view.pages, page: view.lastPage })
  return card(facts, `${facts.readerName} 正在看《${facts.title}》`, [
    formatMoment(view.lastSeenAt, facts.corp.zone), [place, `已读 ${formatDwell(view.visibleMs)}`].filter((part) => part !== '').join(' · '),
  ])
}

/** She has left: how far she came, how long and how often in all, where she stayed longest. @param pageMs milliseconds per page of the story */
export function summaryCard(facts: ReadingFacts, story: Story, pageMs: readonly number[]): NoticeCard {
  const progress = progressWords({ type: facts.type, ...story })
  const through = isReadThrough({ type: facts.type, ...story })
  const title = through ? `${facts.readerName} 看完了《${facts.title}》` : `${facts.readerName} 看了《${facts.title}》${progress === null ? '' : `，${progress}`}`
  return card(facts, title, totalLines(facts, story, pageMs))
}

/** She came back after she had been told of as gone: the totals of the half hour. */
export function againCard(facts: ReadingFacts, story: Story, pageMs: readonly number[]): NoticeCard {
  return card(facts, `${facts.readerName} 又打开了《${facts.title}》`, totalLines(facts, story, pageMs))
}

function totalLines({ corp, type }: ReadingFacts, story: Story, pageMs: readonly number[]): string[] {
  const times = story.viewIds.length
  const read = times > 1 ? `打开 ${times} 次，累计阅读 ${formatDwell(story.visibleMs)}` : `阅读 ${formatDwell(story.visibleMs)}`
  const longest = story.pages !== null && story.pages > 1 && pageMs.some((ms) => ms > 0) ? [longestPageWords(pageMs, type)] : []
  return [`${formatMoment(story.startedAt, corp.zone)} 打开`, read, ...longest]
}

/** In an hour more unknown readers opened a link than are told of one by one. */
export function othersCard(facts: ReadingFacts, hour: number): NoticeCard {
  return {
    ...card(facts, `还有其他人打开了《${facts.title}》`, [`${formatMoment(hour, facts.corp.zone)} 起一小时内`, '打开的人较多，不再逐个提醒，可在素材里查看全部读者']), button: '看素材',
  }
}

function card({ corp, baseUrl, customerId, materialId }: ReadingFacts, title: string, lines: string[]): NoticeCard {
  const place = customerId === null ? `/materials/${materialId}` : `/customers/${customerId}`
  return { title, lines, url: `${baseUrl}/workbench?corp=${encodeURIComponent(corp.wecomCorpId)}#${place}`, button: customerId === null ? '看素材' : '看客户' }
}
