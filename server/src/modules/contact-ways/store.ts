import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { CONTACT_WAY_STATES, contactWays } from './tables.ts'

export type ContactWayRow = typeof contactWays.$inferSelect
/** What WeCom has made. */
export interface Made { configId: string; qrCode: string }
/** A member's way in the hands of one worker, until a moment: nobody else takes the same one. */
export interface Claimed { staffId: number; until: number }
export type ContactWayResult =
  | { state: 'ready'; dueAt: number }
  | { state: 'failed' | 'unknown'; error: string; dueAt: number }
  /** It is to be made anew: WeCom has none. */
  | { state: 'wanted'; dueAt: number }

/** Contact ways of one corp's members. */
export function contactWaysOf(q: Queries, corpId: number) {
  const hers = (staffId: number) => and(eq(contactWays.corpId, corpId), eq(contactWays.staffId, staffId))
  const held = ({ staffId, until }: Claimed) => and(hers(staffId), eq(contactWays.dueAt, until))
  return {
    /** Wanted often, it is made once. */
    async want(staffId: number, now: number): Promise<void> {
      await q.insert(contactWays).values({ corpId, staffId, state: 'wanted', dueAt: now, createdAt: now, updatedAt: now }).onDuplicateKeyUpdate({ set: { staffId: sql`staff_id` } })
    },
    async of(staffId: number): Promise<ContactWayRow | undefined> {
      return (await q.select().from(contactWays).where(hers(staffId)))[0]
    },
    /**
     * Takes a way that is due, unless another worker was quicker. One that is ready stays so meanwhile.
     * @param makes WeCom is going to be asked to make it
     */
    async claim(row: ContactWayRow, { makes, now, until }: { makes: boolean; now: number; until: number }): Promise<Claimed | null> {
      const change = row.state === 'ready' ? {} : { state: 'making' as const, attempts: row.attempts + 1, ...(makes ? { updatedAt: now } : {}) }
      const [result] = await q.update(contactWays).set({ ...change, dueAt: until }).where(and(hers(row.staffId), eq(contactWays.state, row.state), eq(contactWays.dueAt, row.dueAt)))
      return result.affectedRows === 1 ? { staffId: row.staffId, until } : null
    },
    /** Writes down what WeCom has made, before anything else is done with it. */
    async keep(claimed: Claimed, { configId, qrCode }: Made): Promise<void> {
      await q.update(contactWays).set({ configId, qrCode: qrCode.slice(0, 512) }).where(held(claimed))
    },
    async conclude(claimed: Claimed, result: ContactWayResult): Promise<void> {
      const more = result.state === 'ready' ? { attempts: 0, error: null } : result.state === 'wanted' ? { configId: null, qrCode: null } : { error: result.error.slice(0, 300) }
      await q.update(contactWays).set({ state: result.state, dueAt: result.dueAt, ...more }).where(held(claimed))
    },
    /** Those of these ids that we know as somebody's way. */
    async known(configIds: readonly string[]): Promise<Set<string>> {
      if (configIds.length === 0) return new Set()
      const rows = await q.select({ configId: contactWays.configId }).from(contactWays).where(and(eq(contactWays.corpId, corpId), inArray(contactWays.configId, [...configIds])))
      return new Set(rows.flatMap((row) => row.configId ?? []))
    },
    /** Has a way that is ready looked after at once. */
    async checkSoon(staffId: number, now: number): Promise<void> {
      await q.update(contactWays).set({ dueAt: now }).where(and(hers(staffId), eq(contactWays.state, 'ready')))
    },
  }
}

/** Ways of all corps that a worker is to look at, the longest waiting first. */
export async function dueContactWays(q: Queries, now: number, limit: number): Promise<ContactWayRow[]> {
  return await q.select().from(contactWays).where(and(inArray(contactWays.state, [...CONTACT_WAY_STATES]), lte(contactWays.dueAt, now))).orderBy(asc(contactWays.dueAt)).limit(limit)
}
