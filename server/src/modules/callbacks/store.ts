import { and, count, desc, eq, gt, inArray, like, lte, or } from 'drizzle-orm'
import type { CallbackState } from '@zhike/shared'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, countUpTo } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { contains } from '../../platform/db/like.ts'
import { callbacks } from './tables.ts'

type CallbackDbRow = typeof callbacks.$inferSelect
export type CallbackListRow = Omit<CallbackDbRow, 'body' | 'digest'>

/** States from which a callback is still to be handled. */
const OPEN: CallbackState[] = ['pending', 'failed']

const { id, corpId: corpColumn, event, changeType, subject, state, attempts, error, createdAt, receivedAt, processedAt, dueAt } = callbacks
const listed = { id, corpId: corpColumn, event, changeType, subject, state, attempts, error, createdAt, receivedAt, processedAt, dueAt }

/** Received callbacks of one corp, for the workbench. */
export function callbacksOf(q: Queries, corpId: number) {
  const own = (callbackId: number) => and(eq(callbacks.corpId, corpId), eq(callbacks.id, callbackId))
  const inState = (wanted: CallbackState | undefined) => and(eq(callbacks.corpId, corpId), wanted ? eq(callbacks.state, wanted) : undefined)
  return {
    async find(callbackId: number): Promise<CallbackDbRow | undefined> {
      return (await q.select().from(callbacks).where(own(callbackId)))[0]
    },
    async list({ state, after, skip = 0, limit }: { state?: CallbackState } & PageAt): Promise<CallbackListRow[]> {
      return await q.select(listed).from(callbacks).where(and(inState(state), afterCursor(after, [callbacks.id]))).orderBy(desc(callbacks.id)).limit(limit + 1).offset(skip)
    },
    count: (state: CallbackState | undefined, most: number): Promise<number> => countUpTo(q, callbacks, inState(state), most),
    async counts(): Promise<Map<CallbackState, number>> {
      const rows = await q.select({ state: callbacks.state, rows: count() }).from(callbacks)
        .where(and(eq(callbacks.corpId, corpId), inArray(callbacks.state, ['pending', 'failed', 'dead']))).groupBy(callbacks.state)
      return new Map(rows.map((row) => [row.state, row.rows]))
    },
    async lastReceivedAt(): Promise<number | null> {
      const [row] = await q.select({ at: callbacks.receivedAt }).from(callbacks).where(eq(callbacks.corpId, corpId)).orderBy(desc(callbacks.id)).limit(1)
      return row?.at ?? null
    },
    /** Rows after `afterId` that are told of by their id, at most `limit`: the piece in which `forgetAbout` looks. */
    async lastOfPiece(afterId: number, limit: number): Promise<number | null> {
      const rows = await q.select({ id: callbacks.id }).from(callbacks).where(and(eq(callbacks.corpId, corpId), gt(callbacks.id, afterId))).orderBy(callbacks.id).limit(limit)
      return rows.at(-1)?.id ?? null
    },
    /** Deletes what WeCom told of a person before a moment, among the rows with ids in (afterId, lastId]. */
    async forgetAbout(externalUserId: string, before: number, afterId: number, lastId: number): Promise<void> {
      await q.delete(callbacks).where(and(
        eq(callbacks.corpId, corpId), gt(callbacks.id, afterId), lte(callbacks.id, lastId), lte(callbacks.createdAt, before),
        or(eq(callbacks.subject, externalUserId), like(callbacks.body, contains(externalUserId))),
      ))
    },
    /** Any state → pending, with all its tries before it again. */
    async replay(callbackId: number, due: number): Promise<boolean> {
      const [result] = await q.update(callbacks).set({ state: 'pending', attempts: 0, error: null, processedAt: null, dueAt: due }).where(own(callbackId))
      return result.affectedRows === 1
    },
  }
}

/**
 * For workers, over all corps: a queued job only carries the row's id. Every move names the attempt it belongs to, so
 * one that comes late (another worker took over, somebody replayed the row) changes nothing.
 */
export function callbackRuns(q: Queries) {
  const attempt = (callbackId: number, number: number) => and(eq(callbacks.id, callbackId), inArray(callbacks.state, OPEN), eq(callbacks.attempts, number))
  return {
    async find(callbackId: number): Promise<CallbackDbRow | undefined> {
      return (await q.select().from(callbacks).where(eq(callbacks.id, callbackId)))[0]
    },
    /** Counts the next attempt; until `leaseUntil` nobody else begins one. False: it was begun elsewhere, or is over. */
    async claim(callbackId: number, begun: number, leaseUntil: number): Promise<boolean> {
      const [result] = await q.update(callbacks).set({ attempts: begun + 1, dueAt: leaseUntil }).where(attempt(callbackId, begun))
      return result.affectedRows === 1
    },
    /** pending or failed → done, failed or dead. */
    async settle(callbackId: number, number: number, outcome: { state: 'done' | 'failed' | 'dead'; error: string | null; processedAt: number; dueAt: number }): Promise<boolean> {
      const [result] = await q.update(callbacks).set(outcome).where(attempt(callbackId, number))
      return result.affectedRows === 1
    },
    async postpone(callbackId: number, due: number): Promise<void> {
      await q.update(callbacks).set({ dueAt: due }).where(and(eq(callbacks.id, callbackId), inArray(callbacks.state, OPEN)))
    },
    /** What is due, longest waiting first. */
    async due(now: number, limit: number): Promise<Pick<CallbackDbRow, 'id' | 'attempts' | 'event' | 'changeType'>[]> {
      return await q.select({ id: callbacks.id, attempts: callbacks.attempts, event: callbacks.event, changeType: callbacks.changeType }).from(callbacks)
        .where(and(inArray(callbacks.state, OPEN), lte(callbacks.dueAt, now))).orderBy(callbacks.dueAt).limit(limit)
    },
    /** Rows that have just been queued are not looked at again before `due`. */
    async queued(ids: readonly number[], due: number): Promise<void> {
      await q.update(callbacks).set({ dueAt: due }).where(and(inArray(callbacks.id, [...ids]), inArray(callbacks.state, OPEN)))
    },
    async backlog(): Promise<number> {
      const [row] = await q.select({ rows: count() }).from(callbacks).where(inArray(callbacks.state, OPEN))
      return row?.rows ?? 0
    },
  }
}

/** A callback that was just received. Times are epoch ms. */
export interface NewCallback {
  corpId: number
  digest: Buffer
  event: string
  changeType: string | null
  subject: string | null
  body: string
  createdAt: number
  receivedAt: number
  dueAt: number
  /** Not stored: which lane it takes. */
  urgent: boolean
}

const COLUMNS = 'corp_id, digest, event, change_type, subject, body, state, created_at, received_at, due_at'
// A doubled delivery changes nothing; other than IGNORE, this hides no other error.
const TWICE = 'ON DUPLICATE KEY UPDATE id = id'
const INSERT_ONE = `INSERT INTO callbacks (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${TWICE}`
const INSERT_MANY = `INSERT INTO callbacks (${COLUMNS}) VALUES ? ${TWICE}`

/** The one write of the hot path: all rows or none. One that had been received before stays as it is. */
export async function insertCallbacks(pool: Pool, rows: readonly NewCallback[]): Promise<void> {
  const values = rows.map((row) => [
    row.corpId, row.digest, row.event, row.changeType, row.subject, row.body, 'pending', datetime(row.createdAt), datetime(row.receivedAt), datetime(row.dueAt),
  ])
  const [only] = values
  if (values.length === 1 && only) await pool.execute(INSERT_ONE, only)
  else await pool.query(INSERT_MANY, [values])
}

interface StoredRow extends RowDataPacket { id: number; digest: Buffer; received_at: Date }

/** The rows of one corp behind these digests. On the hot path too, so without the query builder. */
export async function storedCallbacks(pool: Pool, corpId: number, digests: readonly Buffer[]): Promise<StoredRow[]> {
  const [rows] = await pool.query<StoredRow[]>('SELECT id, digest, received_at FROM callbacks WHERE corp_id = ? AND digest IN (?)', [corpId, digests])
  return rows
}

function datetime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}
