import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, like, lt, lte, ne, or, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, countUpTo } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { beginsWith } from '../../platform/db/like.ts'
import { notices } from './tables.ts'
import type { NoticeCard } from './tables.ts'

export type NoticeRow = typeof notices.$inferSelect
export type NoticeResult =
  | { state: 'sent'; sentAt: number; wecomMsgId: string; merged: boolean }
  | { state: 'unknown'; error: string }
  | { state: 'failed'; error: string }
  | { state: 'waiting'; error: string; dueAt: number }

interface Intent { staffId: number; kind: string; onceKey: string; card: NoticeCard; dueAt: number; createdAt: number }

/** Notices of one corp. */
export function noticesOf(q: Queries, corpId: number) {
  const oneOf = (ids: readonly number[]) => and(eq(notices.corpId, corpId), inArray(notices.id, [...ids]))
  const keyed = (keys: readonly string[]) => and(eq(notices.corpId, corpId), inArray(notices.onceKey, [...keys]))
  const toldTo = (staffId: number) => and(eq(notices.corpId, corpId), eq(notices.staffId, staffId), isNotNull(notices.toldAt))
  return {
    /** A happening that is handled twice writes its notice once. */
    async add(rows: readonly Intent[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(notices).values(rows.map((row) => ({ ...row, corpId, state: 'waiting' as const }))).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    /** Writes them, or text and due time anew of those that nobody has begun to send. @returns the keys of the others */
    async renew(rows: readonly Intent[]): Promise<Set<string>> {
      if (rows.length === 0) return new Set()
      const values = rows.map((row) => ({ ...row, corpId, state: 'waiting' as const }))
      await q.insert(notices).values(values).onDuplicateKeyUpdate({ set: { card: sql`IF(state = 'waiting', VALUES(card), card)`, dueAt: sql`IF(state = 'waiting', VALUES(due_at), due_at)` } })
      // The rows are locked by now: a locking read tells how they are, whatever the transaction saw before.
      const gone = await q.select({ onceKey: notices.onceKey }).from(notices).where(and(keyed(rows.map((row) => row.onceKey)), ne(notices.state, 'waiting'))).for('update')
      return new Set(gone.map((row) => row.onceKey))
    },
    /** Changes notices that nobody has begun to send. */
    async amend(keys: readonly string[], change: { card?: NoticeCard; dueAt?: number }): Promise<void> {
      if (keys.length > 0) await q.update(notices).set(change).where(and(keyed(keys), eq(notices.state, 'waiting')))
    },
    /** Deletes notices that nobody has begun to send. */
    async withdraw(keys: readonly string[]): Promise<void> {
      if (keys.length > 0) await q.delete(notices).where(and(keyed(keys), eq(notices.state, 'waiting')))
    },
    /**
     * waiting → sending, of those that are still due and that no other process was quicker to take; gives them as they are now.
     * Inside a transaction of its own. `due_at` keeps when the sending began.
     */
    async claim(ids: readonly number[], now: number): Promise<Map<number, NoticeRow>> {
      const rows = await q.select().from(notices).where(and(oneOf(ids), eq(notices.state, 'waiting'), lte(notices.dueAt, now))).orderBy(notices.id).for('update')
      if (rows.length > 0) await q.update(notices).set({ state: 'sending', dueAt: now, attempts: sql`${notices.attempts} + 1`, toldAt: sql`COALESCE(${notices.toldAt}, ${sql.param(now, notices.toldAt)})` }).where(and(oneOf(rows.map((row) => row.id)), eq(notices.state, 'waiting')))
      return new Map(rows.map((row) => [row.id, row]))
    },
    /** sending → what came of it. */
    async conclude(ids: readonly number[], result: NoticeResult): Promise<void> {
      const set = result.state === 'sent'
        ? { state: result.state, sentAt: result.sentAt, wecomMsgId: result.wecomMsgId.slice(0, 200), error: null, merged: result.merged ? 1 : 0 }
        : { state: result.state, error: result.error.slice(0, 500), ...(result.state === 'waiting' ? { dueAt: result.dueAt } : {}) }
      await q.update(notices).set(set).where(and(oneOf(ids), eq(notices.state, 'sending')))
    },
    async toldAt(keys: readonly string[]): Promise<Map<string, number>> {
      if (keys.length === 0) return new Map()
      const rows = await q.select({ onceKey: notices.onceKey, at: notices.toldAt }).from(notices).where(and(eq(notices.corpId, corpId), inArray(notices.onceKey, [...keys])))
      return new Map(rows.flatMap((row) => (row.at === null ? [] : [[row.onceKey, row.at]])))
    },
    /** Deletes those whose key begins with one of these. */
    async forget(keys: readonly string[]): Promise<void> {
      if (keys.length > 0) await q.delete(notices).where(and(eq(notices.corpId, corpId), or(...keys.map((key) => like(notices.onceKey, beginsWith(key))))))
    },
    /** What waits for a receiver since the same moment, and was never tried before; found among what she has not been told. */
    async dueWith(staffId: number, dueAt: number, limit: number): Promise<NoticeRow[]> {
      return await q.select().from(notices)
        .where(and(eq(notices.corpId, corpId), eq(notices.staffId, staffId), isNull(notices.readAt), isNull(notices.toldAt), eq(notices.state, 'waiting'), eq(notices.dueAt, dueAt))).orderBy(notices.id).limit(limit)
    },
    async postpone(ids: readonly number[], dueAt: number): Promise<void> {
      await q.update(notices).set({ dueAt }).where(and(oneOf(ids), eq(notices.state, 'waiting')))
    },
    /** When the receiver's last messages went out, newest first; merged ones count as the one message they were. Index notices_sent. */
    async lastSent(staffId: number, since: number, limit: number): Promise<number[]> {
      const rows = await q.select({ sentAt: notices.sentAt }).from(notices)
        .where(and(eq(notices.corpId, corpId), eq(notices.staffId, staffId), eq(notices.merged, 0), gt(notices.sentAt, since)))
        .orderBy(desc(notices.sentAt)).limit(limit)
      return rows.flatMap((row) => (row.sentAt === null ? [] : [row.sentAt]))
    },
    /** A receiver's messages, newest first, one more than `limit`. */
    async list(staffId: number, { after, skip = 0, limit }: PageAt): Promise<NoticeRow[]> {
      return await q.select().from(notices).where(and(toldTo(staffId), afterCursor(after, [notices.toldAt, notices.id]))).orderBy(desc(notices.toldAt), desc(notices.id)).limit(limit + 1).offset(skip)
    },
    count: (staffId: number, most: number): Promise<number> => countUpTo(q, notices, toldTo(staffId), most),
    /** How many she has not seen; counts no further than `most`. */
    async unread(staffId: number, most: number): Promise<number> {
      const rows = await q.select({ id: notices.id }).from(notices).where(and(eq(notices.corpId, corpId), eq(notices.staffId, staffId), isNull(notices.readAt), isNotNull(notices.toldAt))).limit(most)
      return rows.length
    },
    /** Those told up to a moment have been seen: nothing that came after she looked. */
    async markRead(staffId: number, upTo: number, now: number): Promise<void> {
      await q.update(notices).set({ readAt: now }).where(and(eq(notices.corpId, corpId), eq(notices.staffId, staffId), isNull(notices.readAt), lte(notices.toldAt, upTo)))
    },
  }
}

/** Notices of all corps that are to be sent now, oldest first: the sender works for every tenant. */
export async function dueNotices(q: Queries, now: number, limit: number): Promise<NoticeRow[]> {
  return await q.select().from(notices).where(and(eq(notices.state, 'waiting'), lte(notices.dueAt, now))).orderBy(asc(notices.dueAt), asc(notices.id)).limit(limit)
}

/** Sends that a dead process left behind: whether WeCom got them is not known, so they are never repeated (GEN-10). */
export async function giveUpAbandoned(q: Queries, before: number): Promise<number> {
  const [result] = await q.update(notices).set({ state: 'unknown', error: '发送途中程序中断，是否送达未知' }).where(and(eq(notices.state, 'sending'), lt(notices.dueAt, before)))
  return result.affectedRows
}
