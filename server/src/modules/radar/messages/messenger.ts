import { READING_TOLD_MS, SUMMARY_LEAST_MS } from '@zhike/shared'
import type { Queries } from '../../../platform/db/connect.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Corp } from '../../corps/index.ts'
import type { NewNotice } from '../../notices/index.ts'
import type { RadarNeeds } from '../needs.ts'
import type { RadarSettings, RadarSettingsArea } from '../settings.ts'
import { sharesOf } from '../shares/store.ts'
import { factsOf } from '../views/facts.ts'
import type { ViewFacts } from '../views/facts.ts'
import { isReading } from '../views/live-news.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'
import { againCard, openCard, othersCard, readingCard, readingFacts, summaryCard } from './cards.ts'
import { CROWD_MS, chainOf, crowdAmong, hourOf } from './crowd.ts'
import { MESSAGE_KINDS, othersKey, storyKey } from './keys.ts'
import { STORY_SEARCH_MS, storyOf } from './story.ts'
import { receiversOf } from './receivers.ts'
import type { Story } from './story.ts'

const REMEMBERED = 20_000

export type Messenger = ReturnType<typeof createMessenger>

/** Writes down what senders are to be told of readings; keys.ts lists it. The sender of notices sends it. */
export function createMessenger(platform: Platform, needs: RadarNeeds, settings: RadarSettingsArea) {
  const { db, clock, config } = platform
  /** What this process has told of views that go on: their beacons come every few seconds. */
  const known = new Set<string>()

  const about = (corp: Corp, view: ViewDbRow, facts: ViewFacts, staffId: number) => readingFacts(corp, config.baseUrl, view, facts, staffId)

  /** Summary and 又打开了 of the stories of views, for each receiver, as they would be told now. */
  async function followUps(tx: Queries, corp: Corp, views: readonly ViewDbRow[], stories: ReadonlyMap<number, Story>, facts: ViewFacts) {
    const pages = await viewsOf(tx, corp.id).pagesOf([...stories.values()].flatMap((story) => story.viewIds))
    return views.flatMap((view) => {
      const story = stories.get(view.id)
      if (!story) return []
      const pageMs = added(story.viewIds.flatMap((id) => [pages.get(id) ?? []]))
      return receiversOf(view).map((staffId) => {
        const told = about(corp, view, facts, staffId)
        return {
          view, story,
          summary: { staffId, kind: MESSAGE_KINDS.summary, onceKey: storyKey('summary', story.viewId, staffId), card: summaryCard(told, story, pageMs), dueAt: story.summaryAt },
          again: { staffId, kind: MESSAGE_KINDS.again, onceKey: storyKey('again', story.viewId, staffId), card: againCard(told, story, pageMs), dueAt: story.againAt },
        }
      })
    })
  }

  return {
    /** Views have been announced; within that transaction, which has locked their shares. */
    async opened(tx: Queries, corp: Corp, { tellSummary }: RadarSettings, views: readonly ViewDbRow[], facts: ViewFacts, inCrowd: ReadonlySet<number>): Promise<void> {
      const stories = await storiesOfViews(tx, corp.id, views)
      const cameBack = views.filter((view) => !inCrowd.has(view.id) && stories.get(view.id)?.viewId !== view.id)
      await needs.notices.intend(tx, corp.id, views.filter((view) => !cameBack.includes(view)).flatMap((view) => receiversOf(view).map((staffId): NewNotice => {
        const hour = hourOf(view.openedAt)
        const told = about(corp, view, facts, staffId)
        if (inCrowd.has(view.id)) return { staffId, kind: MESSAGE_KINDS.others, onceKey: othersKey(chainOf(view, facts), hour, staffId), card: othersCard(told, hour), dueAt: hour + CROWD_MS }
        return { staffId, kind: MESSAGE_KINDS.open, onceKey: storyKey('open', view.id, staffId), card: openCard(told, view) }
      })))
      if (cameBack.length === 0) return
      const all = await followUps(tx, corp, cameBack, stories, facts)
      const summarised = all.filter(({ view }) => tellSummary && isFollowed(view, facts))
      const gone = await needs.notices.renew(tx, corp.id, summarised.map(({ summary }) => summary))
      await needs.notices.renew(tx, corp.id, all.filter((one) => !summarised.includes(one) || gone.has(one.summary.onceKey)).map(({ again }) => again))
    },

    /** Views have ended; within that transaction, which has locked their shares. */
    async ended(tx: Queries, corp: Corp, { tellSummary }: RadarSettings, views: readonly ViewDbRow[], facts: ViewFacts): Promise<void> {
      const stories = await storiesOfViews(tx, corp.id, views)
      const all = await followUps(tx, corp, views, stories, facts)
      // Nobody has been told yet that she reads, and she doesn't any more.
      await needs.notices.withdraw(tx, corp.id, all.map(({ story, summary }) => storyKey('reading', story.viewId, summary.staffId)))
      // Which of the two there is was decided when she came back.
      for (const { onceKey, card, dueAt } of all.filter(({ story }) => story.viewIds.length > 1).flatMap(({ summary, again }) => [summary, again])) {
        await needs.notices.amend(tx, corp.id, [onceKey], { card, dueAt })
      }
      const once = all.filter(({ view, story }) => tellSummary && story.viewIds.length === 1 && story.visibleMs >= SUMMARY_LEAST_MS && isFollowed(view, facts))
      const inCrowd = await crowdAmong(tx, corp.id, once.map(({ view }) => view), facts)
      await needs.notices.renew(tx, corp.id, once.filter(({ view }) => !inCrowd.has(view.id)).map(({ summary }) => summary))
    },

    /** Views are on screen, as their beacons tell. */
    async readOn(corpId: number, views: readonly ViewDbRow[]): Promise<void> {
      const now = clock.now()
      const due = views.filter((view) => isReading(view, now) && newsOf(view).some((one) => !known.has(one)))
      const corp = due.length === 0 ? null : await needs.corps.byId(corpId)
      if (!corp) return
      const tells = (await settings.of(corpId)).tellReading && await settings.quietAt(corpId, now) === null
      const told = await inTransaction(db, async (tx) => {
        await sharesOf(tx, corpId).lock(due.map((view) => view.shareId))
        const facts = await factsOf(tx, needs, corpId, due)
        const stories = await storiesOfViews(tx, corpId, due)
        await putOff(tx, corpId, due.filter(isBack), stories)
        return tells && await tellReading(tx, corp, due.filter(isLong), stories, facts)
      })
      if (known.size > REMEMBERED) known.clear()
      for (const one of due.flatMap(newsOf)) known.add(one)
      if (told) needs.notices.hurry()
    },
  }

  /** Who came back to a page that had ended is not told of as gone. */
  async function putOff(tx: Queries, corpId: number, views: readonly ViewDbRow[], stories: ReadonlyMap<number, Story>): Promise<void> {
    for (const view of views) {
      const story = stories.get(view.id)
      if (!story) continue
      const receivers = receiversOf(view)
      await needs.notices.amend(tx, corpId, receivers.map((staffId) => storyKey('summary', story.viewId, staffId)), { dueAt: story.summaryAt })
      await needs.notices.amend(tx, corpId, receivers.map((staffId) => storyKey('again', story.viewId, staffId)), { dueAt: story.againAt })
    }
  }

  /** 正在看. @returns whether there is anything to send */
  async function tellReading(tx: Queries, corp: Corp, views: readonly ViewDbRow[], stories: ReadonlyMap<number, Story>, facts: ViewFacts): Promise<boolean> {
    const followed = views.filter((view) => isFollowed(view, facts))
    const inCrowd = await crowdAmong(tx, corp.id, followed, facts)
    const notices = followed.filter((view) => !inCrowd.has(view.id)).flatMap((view) => receiversOf(view).map((staffId): NewNotice => ({
      staffId, kind: MESSAGE_KINDS.reading, onceKey: storyKey('reading', stories.get(view.id)?.viewId ?? view.id, staffId), card: readingCard(about(corp, view, facts, staffId), view),
    })))
    await needs.notices.intend(tx, corp.id, notices)
    return notices.length > 0
  }
}

const isLong = (view: ViewDbRow) => view.visibleMs >= READING_TOLD_MS
/** It had ended, and goes on. */
const isBack = (view: ViewDbRow) => view.countedMs !== null
/** What there may be to do about a view on screen, by names that are remembered once it is done. */
const newsOf = (view: ViewDbRow) => [...(isLong(view) ? [`long:${view.id}`] : []), ...(isBack(view) ? [`back:${view.id}:${view.countedMs}`] : [])]

/** The story of each view, by the view's id. */
async function storiesOfViews(tx: Queries, corpId: number, views: readonly ViewDbRow[]): Promise<Map<number, Story>> {
  const openings = await viewsOf(tx, corpId).openingsOf(views, Math.min(...views.map((view) => view.openedAt)) - STORY_SEARCH_MS)
  return new Map(views.map((view) => [view.id, storyOf(openings, view)]))
}


/** Is more told of this reader than that she opened the link? */
const isFollowed = (view: ViewDbRow, facts: ViewFacts) => view.customerId !== null || (view.reader === 'forwarded' && facts.addressee(view) !== null)

/** Milliseconds per page of several views, added up. */
function added(lists: readonly (readonly number[])[]): number[] {
  const sums: number[] = []
  for (const list of lists) list.forEach((ms, i) => { sums[i] = (sums[i] ?? 0) + ms })
  return sums
}
