import { and, avg, count, countDistinct, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Db } from '../../../platform/db/connect.ts'
import type { RadarFigures } from '../../materials/index.ts'
import { sharesOf } from '../shares/store.ts'
import { materialDays, shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'

/** What the materials area shows of the radar (MAT-3, MAT-13, MAT-21): from day sums, so lists never count views. */
export function radarFigures(db: Db): RadarFigures {
  return {
    async materialFigures(corpId, materialIds, sinceDay) {
      if (materialIds.length === 0) return new Map()
      const rows = await db.select({
        materialId: materialDays.materialId, views: sql<string>`SUM(${materialDays.views})`, shares: sql<string>`SUM(${materialDays.shares})`,
        todayViews: sql<string>`SUM(IF(${materialDays.day} >= ${sinceDay}, ${materialDays.views}, 0))`,
      }).from(materialDays).where(and(eq(materialDays.corpId, corpId), inArray(materialDays.materialId, [...materialIds]))).groupBy(materialDays.materialId)
      return new Map(rows.map((row) => [row.materialId, { views: Number(row.views), todayViews: Number(row.todayViews), shares: Number(row.shares) }]))
    },
    async customerViews(corpId, customerId, materialIds) {
      if (materialIds.length === 0) return new Map()
      const rows = await db.select({ materialId: views.materialId, n: count() }).from(views)
        .where(and(eq(views.corpId, corpId), eq(views.customerId, customerId), inArray(views.materialId, [...materialIds]), gt(views.announced, VIEW_STATE.fresh))).groupBy(views.materialId)
      return new Map(rows.map((row) => [row.materialId, row.n]))
    },
    async totals(corpId, materialId, staffId) {
      const [[read], [sent]] = await Promise.all([
        db.select({ views: count(), readers: countDistinct(views.visitorId), averageMs: avg(views.visibleMs) }).from(views)
          .where(and(eq(views.corpId, corpId), eq(views.materialId, materialId), staffId === null ? undefined : eq(views.staffId, staffId), gt(views.announced, VIEW_STATE.fresh))),
        db.select({ shares: count(), sharers: countDistinct(shares.staffId) }).from(shares)
          .where(and(eq(shares.corpId, corpId), eq(shares.materialId, materialId), staffId === null ? undefined : eq(shares.staffId, staffId), eq(shares.state, 'sent'))),
      ])
      return { views: read?.views ?? 0, readers: read?.readers ?? 0, averageMs: Math.round(Number(read?.averageMs ?? 0)), shares: sent?.shares ?? 0, sharers: sent?.sharers ?? 0 }
    },
    recentlySent: (corpId, staffId, limit) => sharesOf(db, corpId).recentMaterials(staffId, limit),
  }
}
