import { dayName, READING_NOW_MS } from '@zhike/shared'
import { isDatabaseAway } from '../../../platform/db/connect.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { halving } from '../../../platform/halving.ts'
import type { Platform } from '../../../platform/platform.ts'
import { isRedisAway } from '../../../platform/redis.ts'
import type { Corp } from '../../corps/index.ts'
import { updateCustomerEvent } from '../../customers/index.ts'
import { eventsOf } from './announce.ts'
import type { Aside } from './aside.ts'
import { heatIn, warmedBy } from '../figures/heat.ts'
import { materialSumsOf } from '../figures/sums.ts'
import type { RadarNeeds } from '../needs.ts'
import type { Messenger } from '../messages/messenger.ts'
import type { RadarSettingsArea } from '../settings.ts'
import { sharesOf } from '../shares/store.ts'
import { factsOf } from '../views/facts.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'

/** A reader who has been silent for this long is gone. */
export const SILENT_MS = 2 * READING_NOW_MS
const AT_ONCE = 50

/**
 * Ends views: the material's sums and the timeline row get the final reading time (MAT-17, MAT-21), and its sender the
 * summary (MAT-16). Repeatable; one that fails is left aside for a while. Answers the views that this call ended.
 */
export function createEndings(platform: Platform, needs: RadarNeeds, { messenger, settings, aside }: { messenger: Messenger; settings: RadarSettingsArea; aside: Aside }): (corpId: number, viewIds: readonly number[]) => Promise<ViewDbRow[]> {
  const { db, log } = platform
  const endSome = async (corp: Corp, viewIds: readonly number[]): Promise<ViewDbRow[]> => {
    const corpId = corp.id
    const how = await settings.of(corpId)
    return await inTransaction(db, async (tx) => {
      const store = viewsOf(tx, corpId)
      const ended = await store.lockOpen(viewIds)
      if (ended.length === 0) return []
      // Nobody opens the links anew at the same time: what is told of a story is told of all of it.
      await sharesOf(tx, corpId).lock(ended.map((view) => view.shareId))
      await store.finish(ended.map((view) => view.id))
      const uncounted = (view: ViewDbRow) => view.visibleMs - (view.countedMs ?? 0)
      const sums = materialSumsOf(tx, corpId)
      await sums.add(ended.map((view) => ({
        materialId: view.materialId, staffId: view.staffId, day: dayName(view.openedAt, corp.zone), readings: view.countedMs === null ? 1 : 0, readMs: uncounted(view),
      })))
      await sums.addPages(await store.takePages(ended))
      const facts = await factsOf(tx, needs, corpId, ended)
      await heatIn(tx, corpId).add(ended.flatMap((view) => warmedBy(view, facts, { openings: 0, readMs: uncounted(view) }) ?? []))
      for (const event of ended.flatMap((view) => eventsOf(view, facts))) await updateCustomerEvent(tx, event, event.data)
      await messenger.ended(tx, corp, how, ended, facts)
      return ended
    })
  }

  return async (corpId, viewIds) => {
    const corp = await needs.corps.byId(corpId)
    if (!corp) {
      viewIds.forEach(aside.put)
      return []
    }
    const ended: ViewDbRow[] = []
    const due = aside.without(viewIds)
    for (let i = 0; i < due.length; i += AT_ONCE) {
      ended.push(...await halving(due.slice(i, i + AT_ONCE), (some) => endSome(corp, some), {
        passing: (error) => isDatabaseAway(error) || isRedisAway(error),
        refused(viewId, error) {
          log.error({ err: error, corpId, viewId }, 'a view could not be ended')
          aside.put(viewId)
        },
      }))
    }
    aside.done(ended.map((view) => view.id))
    return ended
  }
}
