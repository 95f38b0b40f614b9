import { and, count, countDistinct, eq, gt, gte, lt, sql } from 'drizzle-orm'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { materialPages, shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { differentReaders } from './different-readers.ts'
import { figuresFor } from './figures-scope.ts'
import { lastTwoDays } from './period.ts'

type Figures = AnswerOf<'GET /api/radar/materials/:materialId/figures'>

/**
 * Of one material: its four totals today against yesterday at the same time (MAT-21), and how long each page was read, of
 * the links whose figures she may see. @throws AppError `not_found`
 */
export function createMaterialFigures({ db, clock }: Platform, needs: RadarNeeds) {
  return async (viewer: Viewer, materialId: number): Promise<Figures> => {
    await needs.materials.requireKnown(viewer, materialId)
    const { corpId } = viewer
    const { scope, links } = figuresFor(viewer)
    const now = clock.now()
    const { today, yesterday } = lastTwoDays(now, viewer.corp.zone)

    /** In [from, to): two days of one material at most, by its indexes. */
    async function between(from: number, to: number): Promise<Figures['today']> {
      const [[opened], [sent]] = await Promise.all([
        db.select({ views: count(), readers: differentReaders }).from(views)
          .where(and(eq(views.corpId, corpId), eq(views.materialId, materialId), gte(views.openedAt, from), lt(views.openedAt, to), gt(views.announced, VIEW_STATE.fresh), links(views.staffId))),
        db.select({ shares: count(), sharers: countDistinct(shares.staffId) }).from(shares)
          .where(and(eq(shares.corpId, corpId), eq(shares.materialId, materialId), eq(shares.state, 'sent'), gte(shares.sentAt, from), lt(shares.sentAt, to), links(shares.staffId))),
      ])
      return { views: opened?.views ?? 0, readers: opened?.readers ?? 0, shares: sent?.shares ?? 0, sharers: sent?.sharers ?? 0 }
    }
    const [soFar, before, pages] = await Promise.all([
      between(today, now + 1), between(yesterday, yesterday + (now + 1 - today)),
      db.select({ page: materialPages.page, views: sql<number>`SUM(${materialPages.views})`.mapWith(Number), readMs: sql<number>`SUM(${materialPages.readMs})`.mapWith(Number) }).from(materialPages)
        .where(and(eq(materialPages.corpId, corpId), eq(materialPages.materialId, materialId), links(materialPages.staffId))).groupBy(materialPages.page),
    ])
    const known = new Map(pages.map((row) => [row.page, row]))
    return {
      scope, today: soFar, yesterday: before,
      pages: Array.from({ length: Math.max(0, ...known.keys()) }, (_, i) => ({ views: known.get(i + 1)?.views ?? 0, readMs: known.get(i + 1)?.readMs ?? 0 })),
    }
  }
}
