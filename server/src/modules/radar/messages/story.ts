import { STORY_MS, SUMMARY_WAIT_MS, VIEW_CAP_MS } from '@zhike/shared'
import { VIEW_STATE } from '../views/store.ts'
import type { Opening } from '../views/store.ts'

/** How far back earlier opens can matter: stories follow each other without a gap. */
export const STORY_SEARCH_MS = 24 * 60 * 60 * 1000
/** A view whose end was never noticed is taken for over when it has been silent for as long as the longest reading. */
const OVER_AT_LATEST_MS = VIEW_CAP_MS + SUMMARY_WAIT_MS

/** Openings of one reader through one link that belong together (MAT-16), and what she has read in them so far. */
export interface Story {
  /** The opening that began it: what it is known by. */
  viewId: number
  startedAt: number
  viewIds: number[]
  visibleMs: number
  pages: number | null
  maxPage: number | null
  depth: number
  /** When its summary may be told, and what she did after that: unless she comes back before. */
  summaryAt: number
  againAt: number
}

/** Cuts openings, oldest first, into stories: an opening belongs to the story that began no longer than half an hour before it. */
export function storiesOf<T extends { openedAt: number }>(openings: readonly T[]): [T, ...T[]][] {
  const stories: [T, ...T[]][] = []
  for (const opening of openings) {
    const story = stories.at(-1)
    if (story && opening.openedAt - story[0].openedAt <= STORY_MS) story.push(opening)
    else stories.push([opening])
  }
  return stories
}

/** The story that a view belongs to. @param all openings of readers, oldest first, the view among them */
export function storyOf(all: readonly Opening[], view: Opening): Story {
  const reader = (opening: Opening) => opening.customerId ?? opening.visitorId
  const hers = all.filter((opening) => opening.shareId === view.shareId && reader(opening) === reader(view))
  const openings = storiesOf(hers).find((story) => story.some((opening) => opening.id === view.id)) ?? [view]
  const lastSeenAt = Math.max(...openings.map((opening) => opening.lastSeenAt))
  const readsOn = openings.some((opening) => opening.announced === VIEW_STATE.announced)
  const startedAt = openings[0].openedAt
  const quietAt = lastSeenAt + (readsOn ? OVER_AT_LATEST_MS : SUMMARY_WAIT_MS)
  return {
    viewId: openings[0].id, startedAt, viewIds: openings.map((opening) => opening.id),
    visibleMs: openings.reduce((sum, opening) => sum + opening.visibleMs, 0),
    pages: view.pages, maxPage: openings.reduce<number | null>((most, { maxPage }) => (maxPage === null ? most : Math.max(maxPage, most ?? 0)), null),
    depth: Math.max(...openings.map((opening) => opening.depth)),
    summaryAt: quietAt, againAt: Math.max(quietAt, startedAt + STORY_MS),
  }
}
