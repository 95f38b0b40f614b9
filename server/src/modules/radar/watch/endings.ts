import { READING_NOW_MS } from '@zhike/shared'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Platform } from '../../../platform/platform.ts'
import { updateCustomerEvent } from '../../customers/index.ts'
import { eventsOf, openingFacts } from './announce.ts'
import { heatIn, warmedBy } from '../figures/heat.ts'
import { materialSumsOf } from '../figures/sums.ts'
import { dayIn } from '../../materials/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { STORY_SEARCH_MS, againCard, againKey, storyOf } from './opening-notices.ts'
import { factsOf } from '../views/facts.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'

/** A reader who has been silent for this long is gone. */
export const SILENT_MS = 2 * READING_NOW_MS
const AT_ONCE = 50

/**
 * Ends views: the material's sums and the timeline row get the final reading time (MAT-17, MAT-21), and a follow-up message that is still waiting the
 * new total (MAT-16). Repeatable; answers the views that this call ended.
 */
export function createEndings(platform: Platform, needs: RadarNeeds): (corpId: number, viewIds: readonly number[]) => Promise<ViewDbRow[]> {
  const { db, config } = platform
  const endSome = async (corpId: number, viewIds: readonly number[]): Promise<ViewDbRow[]> => {
    const corp = await needs.corps.byId(corpId)
    if (!corp) return []
    return await inTransaction(db, async (tx) => {
      const store = viewsOf(tx, corpId)
      const ended = await store.lockOpen(viewIds)
      if (ended.length === 0) return []
      await store.finish(ended.map((view) => view.id))
      const uncounted = (view: ViewDbRow) => view.visibleMs - (view.countedMs ?? 0)
      const sums = materialSumsOf(tx, corpId)
      await sums.add(ended.map((view) => ({
        materialId: view.materialId, staffId: view.staffId, day: dayIn(corp.zone, view.openedAt), readings: view.countedMs === null ? 1 : 0, readMs: uncounted(view),
      })))
      await sums.addPages(await store.takePages(ended))
      const facts = await factsOf(tx, needs, corpId, ended)
      await heatIn(tx, corpId).add(ended.flatMap((view) => warmedBy(view, facts, { openings: 0, readMs: uncounted(view) }) ?? []))
      for (const event of ended.flatMap((view) => eventsOf(view, facts))) await updateCustomerEvent(tx, event, event.data)
      const again = ended.filter((view) => view.openNumber > 1)
      const openings = again.length === 0 ? [] : await store.openingsOf(again, Math.min(...again.map((view) => view.openedAt)) - STORY_SEARCH_MS)
      for (const view of again) {
        const story = storyOf(openings, view)
        if (story.viewId === view.id) continue
        for (const staffId of new Set([view.staffId, ...facts.owners(view.customerId)])) {
          await needs.notices.amend(tx, corpId, againKey(story.viewId, staffId), againCard(openingFacts(corp, config.baseUrl, view, facts, staffId), story))
        }
      }
      return ended
    })
  }

  return async (corpId, viewIds) => {
    const ended: ViewDbRow[] = []
    for (let i = 0; i < viewIds.length; i += AT_ONCE) ended.push(...await endSome(corpId, viewIds.slice(i, i + AT_ONCE)))
    return ended
  }
}
