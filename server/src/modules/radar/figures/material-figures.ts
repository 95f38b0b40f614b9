import { and, countDistinct, eq, gt, gte, inArray, lt, sql } from 'drizzle-orm'
import { dayName } from '@zhike/shared'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { can } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { materialPages, materialSenderDays, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { lastTwoDays } from './period.ts'

type Figures = AnswerOf<'GET /api/radar/materials/:materialId/figures'>

/**
 * Of one material: its four totals today against yesterday (MAT-21), and how long each page was read. Of everybody's links for who
 * may see the statistics, else of her own. @throws AppError `not_found`
 */
export function createMaterialFigures({ db, clock }: Platform, needs: RadarNeeds) {
  return async (viewer: Viewer, materialId: number): Promise<Figures> => {
    await needs.materials.requireSeen(viewer, materialId)
    const all = can(viewer, 'materials.stats')
    const { corpId, corp: { zone } } = viewer
    const { today, yesterday } = lastTwoDays(clock.now(), zone)
    const own = <T extends typeof views | typeof materialSenderDays | typeof materialPages>(table: T) => (all ? undefined : eq(table.staffId, viewer.staffId))

    const readersBetween = async (from: number, to: number): Promise<number> => {
      const [row] = await db.select({ readers: countDistinct(views.visitorId) }).from(views)
        .where(and(eq(views.corpId, corpId), eq(views.materialId, materialId), gte(views.openedAt, from), lt(views.openedAt, to), gt(views.announced, VIEW_STATE.fresh), own(views)))
      return row?.readers ?? 0
    }
    const days = [dayName(today, zone), dayName(yesterday, zone)] as const
    const total = (column: typeof materialSenderDays.views | typeof materialSenderDays.shares) => sql<number>`SUM(${column})`.mapWith(Number)
    const [sums, readersToday, readersYesterday, pages] = await Promise.all([
      db.select({ day: materialSenderDays.day, views: total(materialSenderDays.views), shares: total(materialSenderDays.shares), sharers: sql<number>`SUM(${materialSenderDays.shares} > 0)`.mapWith(Number) })
        .from(materialSenderDays).where(and(eq(materialSenderDays.corpId, corpId), eq(materialSenderDays.materialId, materialId), inArray(materialSenderDays.day, [...days]), own(materialSenderDays))).groupBy(materialSenderDays.day),
      readersBetween(today, clock.now() + 1), readersBetween(yesterday, today),
      db.select({ page: materialPages.page, views: sql<number>`SUM(${materialPages.views})`.mapWith(Number), readMs: sql<number>`SUM(${materialPages.readMs})`.mapWith(Number) }).from(materialPages)
        .where(and(eq(materialPages.corpId, corpId), eq(materialPages.materialId, materialId), own(materialPages))).groupBy(materialPages.page),
    ])
    const of = (day: string, readers: number): Figures['today'] => {
      const { views: opens = 0, shares = 0, sharers = 0 } = sums.find((row) => row.day === day) ?? {}
      return { views: opens, readers, shares, sharers }
    }
    const known = new Map(pages.map((row) => [row.page, row]))
    return {
      scope: all ? 'all' : 'own', today: of(days[0], readersToday), yesterday: of(days[1], readersYesterday),
      pages: Array.from({ length: Math.max(0, ...known.keys()) }, (_, i) => ({ views: known.get(i + 1)?.views ?? 0, readMs: known.get(i + 1)?.readMs ?? 0 })),
    }
  }
}
