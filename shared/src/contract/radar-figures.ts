import { z } from 'zod'
import { FIGURES_SCOPES, MATERIAL_TYPES } from '../materials.ts'
import { LONGEST_PERIOD_DAYS, RANKED_BY, TREND_DAYS } from '../radar.ts'
import { defineContract, staff } from './define.ts'
import { moment, pageOf, paging, rowId, staffRef } from './parts.ts'
import { viewRow } from './radar.ts'

/** A day of the corp's zone, `2026-03-04`. */
const day = z.iso.date()
const DAY_MS = 24 * 60 * 60 * 1000
/** From one day to another, both included; by default the last seven, and up to today. */
const period = { from: day.optional(), to: day.optional() }
const isPeriod = ({ from, to }: { from?: string; to?: string }): boolean => from === undefined || to === undefined || (from <= to && (Date.parse(to) - Date.parse(from)) / DAY_MS < LONGEST_PERIOD_DAYS)
const WRONG_PERIOD = { message: `请选择从早到晚、不超过 ${LONGEST_PERIOD_DAYS} 天的日期`, path: ['to'] }

/** Sums of a period. `averageMs`: mean visible reading time of the views that have ended. */
const sums = { views: z.number().int(), shares: z.number().int(), readMs: z.number().int(), averageMs: z.number().int() }
const periodSums = z.object(sums)
export type PeriodSums = z.infer<typeof periodSums>

const by = z.enum(RANKED_BY).default('views')
const ranked = { by, skip: paging.skip, limit: paging.limit }
/** A ranking is turned to, not followed: `total` says how long it is. */
const rankingOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.number().int(), from: day, to: day })

const rankedMaterial = z.object({ ...sums, material: z.object({ materialId: z.number().int(), title: z.string(), type: z.enum(MATERIAL_TYPES), deleted: z.boolean(), /** May the viewer look at it, be it deleted (MAT-1, MAT-11)? */ reachable: z.boolean() }) })
export type RankedMaterial = z.infer<typeof rankedMaterial>
const rankedStaff = z.object({ ...sums, staff: staffRef })
export type RankedStaff = z.infer<typeof rankedStaff>
const rankedDepartment = z.object({ ...sums, departmentId: z.number().int(), name: z.string(), depth: z.number().int(), members: z.number().int() })
export type RankedDepartment = z.infer<typeof rankedDepartment>

const reader = z.object({ /** Her latest view today. */ view: viewRow, opens: z.number().int(), visibleMs: z.number().int(), materials: z.number().int() })
export type TodaysReader = z.infer<typeof reader>

const hotCustomer = z.object({
  customer: z.object({ customerId: z.number().int(), name: z.string(), avatar: z.string().nullable() }),
  /** Who knows her, of the viewer’s scope: whose links she read most. */
  staff: staffRef.nullable(),
  /** Points that halve in three days; one decimal. */
  heat: z.number(),
  /** Within the last seven days. */
  opens: z.number().int(), visibleMs: z.number().int(),
  lastAt: moment, lastTitle: z.string().nullable(),
})
export type HotCustomer = z.infer<typeof hotCustomer>

const dayTotals = z.object({ views: z.number().int(), readers: z.number().int(), shares: z.number().int(), sharers: z.number().int() })

export const radarFiguresContract = defineContract({
  'GET /api/radar/trend': {
    summary: 'Openings, reading time and sends by day, with the sums of the period and of the one before',
    who: staff(), query: z.object({ days: z.coerce.number<number>().int().refine((n) => TREND_DAYS.some((known) => known === n), `请选择 ${TREND_DAYS.map((n) => `${n} 天`).join('或 ')}`).default(7) }),
    response: z.object({ days: z.array(z.object({ day, views: z.number().int(), shares: z.number().int(), readMs: z.number().int() })), sums: periodSums, before: periodSums }),
  },
  'GET /api/radar/readers': { summary: 'Who has read today, each reader once, the latest first', who: staff(), query: z.object(paging), response: pageOf(reader) },
  'GET /api/radar/hot-customers': {
    summary: 'Customers by heat: what they opened and read, the more recent the more it counts', who: staff(),
    query: z.object({ limit: paging.limit }), response: z.object({ items: z.array(hotCustomer) }),
  },
  'GET /api/radar/ranking/materials': {
    summary: 'Materials of a period by openings, sends or reading time; those never opened with 0 (MAT-23)', who: staff(),
    query: z.object({ ...period, ...ranked }).refine(isPeriod, WRONG_PERIOD), response: rankingOf(rankedMaterial),
  },
  'GET /api/radar/ranking/staff': {
    summary: 'Members of the scope in a period, of all materials or of one (MAT-23)', who: staff(),
    query: z.object({ ...period, ...ranked, materialId: rowId.optional() }).refine(isPeriod, WRONG_PERIOD), response: rankingOf(rankedStaff),
  },
  'GET /api/radar/ranking/departments': {
    summary: 'Departments the viewer leads, with all below them, in a period', who: staff(),
    query: z.object({ ...period, by }).refine(isPeriod, WRONG_PERIOD), response: rankingOf(rankedDepartment),
  },
  'GET /api/radar/materials/:materialId/figures': {
    summary: 'Of one material: today against yesterday at the same time, and how long each page was read (MAT-21)', who: staff(), params: z.object({ materialId: rowId }),
    response: z.object({
      /** `own`: of what the viewer sent herself, for want of the permission to see everybody’s. */
      scope: z.enum(FIGURES_SCOPES), today: dayTotals, yesterday: dayTotals,
      /** First page first; how many views came to it, and how long it was seen in all. */
      pages: z.array(z.object({ views: z.number().int(), readMs: z.number().int() })),
    }),
  },
})
