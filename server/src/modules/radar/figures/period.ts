import { DEFAULT_ZONE, LONGEST_PERIOD_DAYS, dayName, dayStart } from '@zhike/shared'
import type { RankedBy } from '@zhike/shared'
import type { PeriodSums } from '@zhike/shared/contract'
import { and, between, eq, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Db } from '../../../platform/db/connect.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { materialDays, materialSenderDays, senderDays } from '../tables.ts'

/** Days of the corp's zone, `2026-03-04`, both included. */
export interface Period { from: string; to: string }
/** What happened in a period. `readings`: views that have ended, of which `readMs` is the sum. */
export type Sums = Omit<PeriodSums, 'averageMs'> & { readings: number }
type DayTable = typeof senderDays | typeof materialDays | typeof materialSenderDays

const USUAL_DAYS = 7
const HALF_A_DAY_MS = 12 * 60 * 60 * 1000

/** The day `count` days before (after, when negative) a day. */
export function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 2 * HALF_A_DAY_MS).toISOString().slice(0, 10)
}

/** The period that was asked for: without a beginning seven days, without an end up to today, as far as one may ask at once. */
export function periodOf({ from, to }: Partial<Period>, now: number, zone: string = DEFAULT_ZONE): Period {
  const today = dayName(now, zone)
  if (from === undefined) return { from: daysBefore(to ?? today, USUAL_DAYS - 1), to: to ?? today }
  if (to !== undefined) return { from, to }
  const furthest = daysBefore(from, 1 - LONGEST_PERIOD_DAYS)
  return { from, to: from > today ? from : furthest < today ? furthest : today }
}

/** When today and yesterday begin in the corp's zone, epoch ms. */
export function lastTwoDays(now: number, zone: string): { today: number; yesterday: number } {
  const today = dayStart(now, zone)
  return { today, yesterday: dayStart(today - HALF_A_DAY_MS, zone) }
}

/** Sums of a period within the viewer's scope (GEN-9), by day, member or material: read from the sums of days, however many views they were made of. */
export function periodSums(db: Db, viewer: Viewer) {
  async function grouped<Key>(table: DayTable, [key, read]: [MySqlColumn, (raw: unknown) => Key], { from, to }: Period, where: SQL | undefined): Promise<Map<Key, Sums>> {
    const total = (column: MySqlColumn) => sql<number>`SUM(${column})`.mapWith(Number)
    const rows = await db.select({ key: sql<Key>`${key}`.mapWith({ mapFromDriverValue: read }), views: total(table.views), shares: total(table.shares), readings: total(table.readings), readMs: total(table.readMs) })
      .from(table).where(and(eq(table.corpId, viewer.corpId), between(table.day, from, to), where)).groupBy(key)
    return new Map(rows.map(({ key: of, ...sums }) => [of, sums]))
  }
  return {
    byDay: (period: Period) => grouped(senderDays, [senderDays.day, String], period, withinScope(viewer, senderDays.staffId)),
    /** @param materialId only of this material */
    byStaff: (period: Period, materialId?: number) => (materialId === undefined
      ? grouped(senderDays, [senderDays.staffId, Number], period, withinScope(viewer, senderDays.staffId))
      : grouped(materialSenderDays, [materialSenderDays.staffId, Number], period, and(eq(materialSenderDays.materialId, materialId), withinScope(viewer, materialSenderDays.staffId)))),
    byMaterial: (period: Period) => (viewer.owners.all
      ? grouped(materialDays, [materialDays.materialId, Number], period, undefined)
      : grouped(materialSenderDays, [materialSenderDays.materialId, Number], period, withinScope(viewer, materialSenderDays.staffId))),
    /** All of a period in one. */
    async together(period: Period): Promise<Sums> {
      const total = (column: MySqlColumn) => sql<number>`COALESCE(SUM(${column}), 0)`.mapWith(Number)
      const [row] = await db.select({ views: total(senderDays.views), shares: total(senderDays.shares), readings: total(senderDays.readings), readMs: total(senderDays.readMs) }).from(senderDays)
        .where(and(eq(senderDays.corpId, viewer.corpId), between(senderDays.day, period.from, period.to), withinScope(viewer, senderDays.staffId)))
      return row ?? NOTHING
    },
  }
}

export const NOTHING: Sums = { views: 0, shares: 0, readings: 0, readMs: 0 }

/** Sums as they are shown. */
export const shownSums = ({ views, shares, readings, readMs }: Sums): PeriodSums => ({ views, shares, readMs, averageMs: readings === 0 ? 0 : Math.round(readMs / readings) })

/** The most first; equals by the other figures, then by `id`, the newest first. */
export function rankedBy<T extends Sums>(rows: readonly T[], by: RankedBy, idOf: (row: T) => number): T[] {
  return [...rows].sort((a, b) => b[by] - a[by] || b.views - a.views || b.shares - a.shares || idOf(b) - idOf(a))
}
