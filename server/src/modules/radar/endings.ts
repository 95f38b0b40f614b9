import { READING_NOW_MS } from '@zhike/shared'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { updateCustomerEvent } from '../customers/index.ts'
import { openedEventData, openingFacts } from './announce.ts'
import type { RadarNeeds } from './needs.ts'
import { STORY_SEARCH_MS, againCard, againKey, storyStart } from './opening-notices.ts'
import { factsOf } from './view-facts.ts'
import { VIEW_STATE, viewsOf } from './view-store.ts'
import type { ViewDbRow } from './view-store.ts'

/** A reader who has been silent for this long is gone. */
export const SILENT_MS = 2 * READING_NOW_MS

/**
 * Ends views: the timeline row gets the final reading time (MAT-17), and a follow-up message that is still waiting the
 * new total (MAT-16). Repeatable; answers the views that this call ended.
 */
export function createEndings(platform: Platform, needs: RadarNeeds): (corpId: number, viewIds: readonly number[]) => Promise<ViewDbRow[]> {
  const { db, config } = platform
  return async (corpId, viewIds) => {
    const corp = await needs.corps.byId(corpId)
    const list = (await viewsOf(db, corpId).byIds(viewIds)).filter((view) => view.announced === VIEW_STATE.announced)
    if (!corp || list.length === 0) return []
    const facts = await factsOf(db, needs, corpId, list)
    return await inTransaction(db, async (tx) => {
      const store = viewsOf(tx, corpId)
      const ended: ViewDbRow[] = []
      for (const view of list) {
        if (!(await store.finish(view.id))) continue
        ended.push(view)
        if (view.customerId !== null) {
          await updateCustomerEvent(tx, { corpId, customerId: view.customerId, kind: 'material_opened', subject: `view:${view.id}` }, openedEventData(view, facts.material(view)?.title ?? ''))
        }
        if (view.openNumber < 2) continue
        const openings = await store.openingsOf(view, view.shareId, view.openedAt - STORY_SEARCH_MS)
        const start = storyStart(openings.filter((opening) => opening.openedAt < view.openedAt), { id: view.id, openedAt: view.openedAt, visibleMs: view.visibleMs })
        if (start.id === view.id) continue
        const story = openings.filter((opening) => opening.openedAt >= start.openedAt)
        const total = { openings: story.length, visibleMs: story.reduce((sum, opening) => sum + opening.visibleMs, 0), startedAt: start.openedAt }
        for (const staffId of new Set([view.staffId, ...facts.owners(view.customerId)])) {
          await needs.notices.amend(tx, corpId, againKey(start.id, staffId), againCard(openingFacts(corp, config.baseUrl, view, facts, staffId), total))
        }
      }
      return ended
    })
  }
}
