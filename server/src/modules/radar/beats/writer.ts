import { errnoOf, isDatabaseAway } from '../../../platform/db/connect.ts'
import { gaveWay, inTransaction } from '../../../platform/db/transaction.ts'
import { halving } from '../../../platform/halving.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Entry } from '../../../platform/streams.ts'
import { foldProgress, readLine } from './line.ts'
import type { ViewProgress } from './line.ts'
import { progressOf } from './progress-store.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'

const ROWS_AT_ONCE = 200

/** Writes the beacons of stream entries; repeatable. `written` hears of the views as they are now, per corp. */
export function createBeatWriter(platform: Platform, written: (corpId: number, views: ViewDbRow[]) => Promise<void>): (entries: readonly Entry[]) => Promise<void> {
  const { database, db, log, metrics } = platform

  return async (entries) => {
    const lines = entries.flatMap((entry) => entry.text.split('\n'))
    const readable = lines.map(readLine).filter((line) => line !== null)
    if (readable.length < lines.length) log.error({ dropped: lines.length - readable.length }, 'damaged beacons were dropped')
    metrics.beaconBatch.observe(lines.length)
    const byCorp = new Map<number, ViewProgress[]>()
    for (const progress of foldProgress(readable)) byCorp.set(progress.corpId, [...(byCorp.get(progress.corpId) ?? []), progress])
    for (const [corpId, list] of byCorp) {
      const views: ViewDbRow[] = []
      for (let i = 0; i < list.length; i += ROWS_AT_ONCE) views.push(...await writeOrSplit(corpId, list.slice(i, i + ROWS_AT_ONCE)))
      await written(corpId, views)
    }
  }

  /** A row that the database refuses must not hold up the others: it is dropped. */
  async function writeOrSplit(corpId: number, list: readonly ViewProgress[]): Promise<ViewDbRow[]> {
    return await halving(list, (some) => write(corpId, some), {
      passing: (error) => isDatabaseAway(error) || errnoOf(error) === undefined || gaveWay(error),
      refused: ({ viewKey }, error) => log.error({ err: error, corpId, viewKey }, 'a view could not be written and was dropped'),
    })
  }

  async function write(corpId: number, list: readonly ViewProgress[]): Promise<ViewDbRow[]> {
    const progress = progressOf(database.pool, corpId)
    await progress.write(list)
    const views = await viewsOf(db, corpId).byKeys(list.map((view) => view.viewKey))
    const ids = new Map(views.map((view) => [view.viewKey, view.id]))
    const pages = list.flatMap((view) => {
      const viewId = ids.get(view.viewKey)
      return viewId === undefined ? [] : [...view.pageMs].map(([page, visibleMs]) => ({ viewId, page, visibleMs }))
    }).sort((a, b) => a.viewId - b.viewId || a.page - b.page)
    for (let i = 0; i < pages.length; i += 1000) await progress.writePages(pages.slice(i, i + 1000))
    await keepPagesWithin(corpId, views, pages)
    return views
  }

  /**
   * Each page keeps its greatest value, so beacons that contradict each other (those that were clamped, or made up) may bring pages
   * to more than the whole. A view of one page can't get there.
   */
  async function keepPagesWithin(corpId: number, views: readonly ViewDbRow[], told: readonly { viewId: number; page: number; visibleMs: number }[]): Promise<void> {
    const withPages = new Set(told.map(({ viewId }) => viewId))
    const several = views.filter((view) => withPages.has(view.id) && (view.maxPage ?? 0) > 1)
    const sums = await progressOf(database.pool, corpId).pageSums(several.map((view) => view.id))
    for (const view of several) {
      if ((sums.get(view.id) ?? 0) <= view.visibleMs) continue
      await inTransaction(db, (tx) => viewsOf(tx, corpId).cutPages(view.id, told.filter(({ viewId }) => viewId === view.id)))
    }
  }
}
