import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { autoTags } from '../tables.ts'
import type { AutoTagSource } from '../tables.ts'

export type AutoTagRow = typeof autoTags.$inferSelect
/** A tag that is to be set on a customer. `staffId`: on whose friendship, if there is one; `title`: the source's name. */
export interface WantedTag { customerId: number; tagId: string; source: AutoTagSource; title: string; staffId: number | null }
export type AutoTagResult =
  | { state: 'done' }
  | { state: 'skipped' | 'failed'; error: string }
  | { state: 'waiting'; error: string; dueAt: number; unsure: boolean }

/** Automatic tags of one corp. */
export function autoTagsOf(q: Queries, corpId: number) {
  const oneOf = (ids: readonly number[]) => and(eq(autoTags.corpId, corpId), inArray(autoTags.id, [...ids]))
  const ofCustomers = (ids: readonly number[]) => and(eq(autoTags.corpId, corpId), inArray(autoTags.customerId, [...new Set(ids)]))
  return {
    /** Writes what is wanted down, once; what could not be done before is wanted anew. The caller holds the customers' locks. */
    async intend(wanted: readonly WantedTag[], now: number): Promise<void> {
      if (wanted.length === 0) return
      const known = await q.select({ id: autoTags.id, customerId: autoTags.customerId, tagId: autoTags.tagId, source: autoTags.source, state: autoTags.state }).from(autoTags)
        .where(and(ofCustomers(wanted.map((one) => one.customerId)), inArray(autoTags.source, [...new Set(wanted.map((one) => one.source))])))
      const seen = new Set(known.map(onceKey))
      const fresh = wanted.filter((one) => !seen.has(onceKey(one)) && seen.add(onceKey(one)))
      if (fresh.length > 0) await q.insert(autoTags).values(fresh.map((one) => ({ ...one, title: one.title.slice(0, 60), corpId, state: 'waiting' as const, dueAt: now, createdAt: now })))
      const asked = new Set(wanted.map(onceKey))
      const again = known.filter((row) => row.state === 'failed' && asked.has(onceKey(row))).map((row) => row.id)
      if (again.length > 0) await q.update(autoTags).set({ state: 'waiting', attempts: 0, dueAt: now, createdAt: now, error: null }).where(and(oneOf(again), eq(autoTags.state, 'failed')))
    },
    /**
     * Takes what is due of a customer, until a moment at which another worker may take over; in a transaction of its own.
     * @returns the rows as they were before: `unsure` tells of the try before this one
     */
    async claim(customerId: number, now: number, until: number): Promise<AutoTagRow[]> {
      const rows = await q.select().from(autoTags).where(and(ofCustomers([customerId]), eq(autoTags.state, 'waiting'), lte(autoTags.dueAt, now))).orderBy(autoTags.id).for('update')
      if (rows.length > 0) await q.update(autoTags).set({ dueAt: until, unsure: 1, attempts: sql`${autoTags.attempts} + 1` }).where(oneOf(rows.map((row) => row.id)))
      return rows
    },
    /** waiting → what came of it. */
    async conclude(ids: readonly number[], result: AutoTagResult): Promise<void> {
      if (ids.length === 0) return
      const set = result.state === 'done' ? { error: null, unsure: 0 } : { error: result.error.slice(0, 300), ...(result.state === 'waiting' ? { dueAt: result.dueAt, unsure: result.unsure ? 1 : 0 } : { unsure: 0 }) }
      await q.update(autoTags).set({ state: result.state, ...set }).where(and(oneOf(ids), eq(autoTags.state, 'waiting')))
    },
  }
}

/**
 * Wants tags to be set on customers, each once for its source (MAT-18); the worker sets them. Called in a transaction that holds
 * the locks of the customers, as reactions to the customer log are.
 */
export async function intendTags(tx: Queries, corpId: number, wanted: readonly WantedTag[], now: number): Promise<void> {
  await autoTagsOf(tx, corpId).intend(wanted, now)
}

const onceKey = (row: Pick<AutoTagRow, 'customerId' | 'tagId' | 'source'>): string => `${row.customerId} ${row.source} ${row.tagId}`

/** Customers of all corps with automatic tags that are due, the longest waiting first. @param limit of tags */
export async function dueAutoTags(q: Queries, now: number, limit: number): Promise<{ corpId: number; customerId: number }[]> {
  const rows = await q.select({ corpId: autoTags.corpId, customerId: autoTags.customerId }).from(autoTags)
    .where(and(eq(autoTags.state, 'waiting'), lte(autoTags.dueAt, now))).orderBy(asc(autoTags.dueAt), asc(autoTags.id)).limit(limit)
  return [...new Map(rows.map((row) => [`${row.corpId}:${row.customerId}`, row])).values()]
}
