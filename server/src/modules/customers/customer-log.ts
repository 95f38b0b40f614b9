import { and, eq, sql } from 'drizzle-orm'
import type { CustomerEventKind } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { customerEvents } from './tables.ts'

/** One happening with a customer, as it is appended to the log. */
export interface CustomerEvent {
  corpId: number
  customerId: number
  kind: CustomerEventKind
  /** Whose relation or doing it is; null when it concerns no single member. */
  staffId: number | null
  /** What it is about, e.g. `view:99`: a second row of one kind about one subject is never written. */
  subject: string
  data: Record<string, unknown>
  /** Epoch milliseconds. */
  at: number
  /** Found out long after it happened: shown in the timeline, but nothing reacts to it. */
  old?: boolean
}

/** How far a row of the log has been handed on: not yet, the areas have reacted to it, the screens have been told as well. */
export const RELAYED = { waiting: 0, reacted: 2, told: 1 } as const

const ROWS_AT_ONCE = 500
const NEWS_MS = 2 * 24 * 60 * 60 * 1000

/** Was this found out so late that nobody should act on it any more? Arguments in epoch ms: when it happened, when it was read. */
export const isOldNews = (at: number, readAt: number): boolean => at < readAt - NEWS_MS

/** Appends to the customer log, within the transaction of the change itself (architecture §5). Doubled events stay one row. */
export async function appendCustomerEvent(q: Queries, event: CustomerEvent): Promise<void> {
  await appendCustomerEvents(q, [event])
}

/** The same for many events. */
export async function appendCustomerEvents(q: Queries, events: readonly CustomerEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += ROWS_AT_ONCE) {
    const rows = events.slice(i, i + ROWS_AT_ONCE).map(({ old, ...event }) => ({ ...event, subject: event.subject.slice(0, 100), relayed: old ? RELAYED.told : RELAYED.waiting }))
    await q.insert(customerEvents).values(rows).onDuplicateKeyUpdate({ set: { id: sql`id` } })
  }
}

/** Which row of the log. */
export type CustomerEventKey = Pick<CustomerEvent, 'corpId' | 'customerId' | 'kind' | 'subject'>

/**
 * Brings facts of an event up to date, e.g. how long somebody has read; facts not named here stay, for several areas may tell
 * of one event. Nobody is told again.
 */
export async function updateCustomerEvent(q: Queries, key: CustomerEventKey, facts: Record<string, unknown>): Promise<void> {
  await q.update(customerEvents).set({ data: sql`JSON_MERGE_PATCH(${customerEvents.data}, ${JSON.stringify(facts)})` }).where(and(
    eq(customerEvents.corpId, key.corpId), eq(customerEvents.customerId, key.customerId), eq(customerEvents.kind, key.kind), eq(customerEvents.subject, key.subject),
  ))
}
