import { and, count, eq, gt, inArray, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Db } from '../../../platform/db/connect.ts'
import type { RadarFigures } from '../../materials/index.ts'
import { sharesOf } from '../shares/store.ts'
import { materialDays, materialSenders, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'

/** What the materials area shows of the radar (MAT-3, MAT-13, MAT-21): from sums, so nothing here counts views. */
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
      const of = materialSenders
      const total = (column: MySqlColumn) => sql<number>`COALESCE(SUM(${column}), 0)`.mapWith(Number)
      const [sums] = await db.select({ views: total(of.views), readers: total(staffId === null ? of.newReaders : of.readers), readings: total(of.readings), readMs: total(of.readMs), shares: total(of.shares), sharers: sql<number>`COALESCE(SUM(${of.shares} > 0), 0)`.mapWith(Number) })
        .from(of).where(and(eq(of.corpId, corpId), eq(of.materialId, materialId), staffId === null ? undefined : eq(of.staffId, staffId)))
      const { views = 0, readers = 0, readings = 0, readMs = 0, shares = 0, sharers = 0 } = sums ?? {}
      return { views, readers, shares, sharers, averageMs: readings === 0 ? 0 : Math.round(readMs / readings) }
    },
    recentlySent: (corpId, staffId, limit) => sharesOf(db, corpId).recentMaterials(staffId, limit),
  }
}
