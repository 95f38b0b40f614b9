import { and, count, eq, gt, gte, inArray, max, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Db } from '../../../platform/db/connect.ts'
import type { CustomerReading, RadarFigures, UsesOf } from '../../materials/index.ts'
import { sharesOf } from '../shares/store.ts'
import { materialDays, materialSenders, shares, views } from '../tables.ts'
import { VIEW_STATE } from '../views/store.ts'
import { differentReaders } from './different-readers.ts'
import { figuresFor } from './figures-scope.ts'

/** So many views are counted in well under a tenth of a second. */
const COUNTED_VIEWS = 20_000

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
    async totals(viewer, materialId) {
      const { corpId } = viewer
      const { scope, links } = figuresFor(viewer)
      const of = materialSenders
      const total = (column: MySqlColumn) => sql<number>`COALESCE(SUM(${column}), 0)`.mapWith(Number)
      const [sums] = await db.select({ opens: total(of.views), readers: total(scope === 'all' ? of.newReaders : of.readers), readings: total(of.readings), readMs: total(of.readMs), sent: total(of.shares), sharers: sql<number>`COALESCE(SUM(${of.shares} > 0), 0)`.mapWith(Number) })
        .from(of).where(and(eq(of.corpId, corpId), eq(of.materialId, materialId), links(of.staffId)))
      const { opens = 0, readers = 0, readings = 0, readMs = 0, sent = 0, sharers = 0 } = sums ?? {}
      // Whoever reads by links of two of them is one reader: counted, where that isn't too much.
      const different = scope === 'managed' && sharers > 1 && opens <= COUNTED_VIEWS ? await readersOf(db, corpId, materialId, links(views.staffId)) : readers
      return { scope, views: opens, readers: different, shares: sent, sharers, averageMs: readings === 0 ? 0 : Math.round(readMs / readings) }
    },
    async counts(corpId, by, materialIds) {
      if (materialIds.length === 0) return new Map()
      const rows = by === 'views'
        ? await db.select({ materialId: materialSenders.materialId, n: sql<number>`SUM(${materialSenders.views})`.mapWith(Number) }).from(materialSenders)
          .where(and(eq(materialSenders.corpId, corpId), inArray(materialSenders.materialId, [...materialIds]))).groupBy(materialSenders.materialId)
        : await db.select({ materialId: materialDays.materialId, n: sql<number>`SUM(${materialDays.shares})`.mapWith(Number) }).from(materialDays)
          .where(and(eq(materialDays.corpId, corpId), gte(materialDays.day, by.sentSince), inArray(materialDays.materialId, [...materialIds]))).groupBy(materialDays.materialId)
      return new Map(rows.map((row) => [row.materialId, row.n]))
    },
    recentlySent: (corpId, staffId, limit) => sharesOf(db, corpId).recentMaterials(staffId, limit),
  }
}

/** Different readers of some members' links to a material. */
async function readersOf(db: Db, corpId: number, materialId: number, links: SQL | undefined): Promise<number> {
  const [row] = await db.select({ n: differentReaders }).from(views).where(and(eq(views.corpId, corpId), eq(views.materialId, materialId), gt(views.announced, VIEW_STATE.fresh), links))
  return row?.n ?? 0
}

/** Links that were sent: they say that their material is gone once it is deleted (MAT-11). */
export function sharesUsing(db: Db): UsesOf {
  return async (corpId, materialId) => {
    const [row] = await db.select({ n: sql<number>`COALESCE(SUM(${materialSenders.shares}), 0)`.mapWith(Number) }).from(materialSenders)
      .where(and(eq(materialSenders.corpId, corpId), eq(materialSenders.materialId, materialId)))
    return { kind: 'shares', count: row?.n ?? 0, names: [] }
  }
}
