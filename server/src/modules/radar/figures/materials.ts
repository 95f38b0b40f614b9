import { and, count, desc, eq, gt, gte, inArray, max, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Db } from '../../../platform/db/connect.ts'
import type { CustomerReading, RadarFigures, UsesOf } from '../../materials/index.ts'
import { sharesOf } from '../shares/store.ts'
import { materialDays, materialSenders, shares, views } from '../tables.ts'
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
    async customerReadings(corpId, { customerId, staffId }, materialIds) {
      if (materialIds.length === 0) return new Map()
      const [read, sent] = await Promise.all([
        db.select({ materialId: views.materialId, n: count() }).from(views)
          .where(and(eq(views.corpId, corpId), eq(views.customerId, customerId), inArray(views.materialId, [...materialIds]), gt(views.announced, VIEW_STATE.fresh))).groupBy(views.materialId),
        db.select({ materialId: shares.materialId, at: max(shares.sentAt) }).from(shares)
          .where(and(eq(shares.corpId, corpId), eq(shares.customerId, customerId), eq(shares.staffId, staffId), inArray(shares.materialId, [...materialIds]))).groupBy(shares.materialId),
      ])
      const found = new Map<number, CustomerReading>(read.map((row) => [row.materialId, { views: row.n, sentAt: null }]))
      for (const { materialId, at } of sent) found.set(materialId, { views: found.get(materialId)?.views ?? 0, sentAt: at })
      return found
    },
    async totals(corpId, materialId, staffId) {
      const of = materialSenders
      const total = (column: MySqlColumn) => sql<number>`COALESCE(SUM(${column}), 0)`.mapWith(Number)
      const [sums] = await db.select({ views: total(of.views), readers: total(staffId === null ? of.newReaders : of.readers), readings: total(of.readings), readMs: total(of.readMs), shares: total(of.shares), sharers: sql<number>`COALESCE(SUM(${of.shares} > 0), 0)`.mapWith(Number) })
        .from(of).where(and(eq(of.corpId, corpId), eq(of.materialId, materialId), staffId === null ? undefined : eq(of.staffId, staffId)))
      const { views = 0, readers = 0, readings = 0, readMs = 0, shares = 0, sharers = 0 } = sums ?? {}
      return { views, readers, shares, sharers, averageMs: readings === 0 ? 0 : Math.round(readMs / readings) }
    },
    async ranking(corpId, by, limit) {
      const of = materialDays
      const counted = by === 'views' ? of.views : of.shares
      const total = sql<number>`SUM(${counted})`.mapWith(Number)
      const rows = await db.select({ materialId: of.materialId }).from(of).where(and(eq(of.corpId, corpId), gt(counted, 0), by === 'views' ? undefined : gte(of.day, by.sentSince)))
        .groupBy(of.materialId).orderBy(desc(total), desc(of.materialId)).limit(limit)
      return rows.map((row) => row.materialId)
    },
    recentlySent: (corpId, staffId, limit) => sharesOf(db, corpId).recentMaterials(staffId, limit),
  }
}

/** Links that were sent: they say that their material is gone once it is deleted (MAT-11). */
export function sharesUsing(db: Db): UsesOf {
  return async (corpId, materialId) => {
    const [row] = await db.select({ n: sql<number>`COALESCE(SUM(${materialSenders.shares}), 0)`.mapWith(Number) }).from(materialSenders)
      .where(and(eq(materialSenders.corpId, corpId), eq(materialSenders.materialId, materialId)))
    return { kind: 'shares', count: row?.n ?? 0, names: [] }
  }
}
