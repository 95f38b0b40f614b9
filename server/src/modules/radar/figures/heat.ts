import { sql } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { customerHeat } from '../tables.ts'
import type { ViewFacts } from '../views/facts.ts'
import type { ViewDbRow } from '../views/store.ts'

/** Points are worth half after this time. */
const HALF_LIFE_MS = 3 * 24 * 60 * 60 * 1000
/** An opening is worth one point, and so is each minute of reading. */
const OPENING_POINTS = 1
const POINT_MS = 60_000
/** Less than this many points is nothing any more. */
export const COLD = 0.05
/** Whoever has not opened anything for so long is cold, however much she had read. */
export const COLD_AFTER_MS = 20 * HALF_LIFE_MS

/** Something a customer did that makes her hotter, seen by the member whose row it goes into. */
export interface Warmth { staffId: number; customerId: number; points: number; at: number }

/**
 * Heat that can be sorted at any time: half-lives since 1970 plus the logarithm of the points. Two heats keep their order for
 * ever, since both cool alike, so the hottest customers are the first rows of an index and nothing is ever recomputed.
 */
export const heatOf = (points: number, at: number): number => at / HALF_LIFE_MS + Math.log2(points)

/** What a heat is worth in points at a moment. */
export const pointsAt = (heat: number, now: number): number => 2 ** (heat - now / HALF_LIFE_MS)

/** The heat of both together. */
export const warmer = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b))

/**
 * Who of the staff sees a customer get warmer by this view: the sender, when she knows the reader; of somebody a link was passed
 * on to, that customer's own friend (MAT-19). Null when nobody knows who read.
 */
export function warmedBy(view: ViewDbRow, facts: Pick<ViewFacts, 'mayKnow' | 'owners'>, points: { openings: number; readMs: number }): Warmth | null {
  if (view.customerId === null) return null
  const staffId = facts.mayKnow(view, (owner) => owner === view.staffId) ? view.staffId : facts.owners(view.customerId)[0]
  const worth = pointsFor(points)
  return staffId === undefined || worth <= 0 ? null : { staffId, customerId: view.customerId, points: worth, at: view.openedAt }
}

export const pointsFor = ({ openings, readMs }: { openings: number; readMs: number }): number => openings * OPENING_POINTS + readMs / POINT_MS

/** How hot the customers of one corp are. */
export function heatIn(q: Queries, corpId: number) {
  return {
    async add(list: readonly Warmth[]): Promise<void> {
      const rows = new Map<string, typeof customerHeat.$inferInsert>()
      for (const { staffId, customerId, points, at } of list) {
        const key = `${staffId} ${customerId}`
        const known = rows.get(key)
        const heat = heatOf(points, at)
        rows.set(key, { corpId, staffId, customerId, heat: known ? warmer(known.heat, heat) : heat, lastAt: Math.max(known?.lastAt ?? 0, at) })
      }
      if (rows.size === 0) return
      await q.insert(customerHeat).values([...rows.values()].sort((a, b) => a.staffId - b.staffId || a.customerId - b.customerId)).onDuplicateKeyUpdate({
        // The same as `warmer`.
        set: { heat: sql`GREATEST(heat, VALUES(heat)) + LOG2(1 + POW(2, -ABS(heat - VALUES(heat))))`, lastAt: sql`GREATEST(last_at, VALUES(last_at))` },
      })
    },
  }
}
