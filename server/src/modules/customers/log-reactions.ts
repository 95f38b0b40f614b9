import { eq, inArray, sql } from 'drizzle-orm'
import type { CustomerEventKind } from '@zhike/shared'
import { isDatabaseAway } from '../../platform/db/connect.ts'
import type { Queries } from '../../platform/db/connect.ts'
import { gaveWay, inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corp, Corps } from '../corps/index.ts'
import { RELAYED } from './customer-log.ts'
import { intakeOf } from './intake-store.ts'
import { customerEvents } from './tables.ts'

/** A row of the customer log, as it is handed to the areas that react to it. `data` is what the area that wrote it has to tell. */
export interface LoggedEvent {
  eventId: number
  customerId: number
  kind: CustomerEventKind
  staffId: number | null
  subject: string
  data: Record<string, unknown>
  /** Epoch milliseconds. */
  at: number
}

/**
 * What an area does when something happened with customers. It writes to our database only (an intent, where WeCom is to be
 * asked), in the transaction that marks the rows, so that each row is reacted to once. The customers are there, and locked.
 */
export type Reaction = (tx: Queries, corp: Corp, events: readonly LoggedEvent[]) => Promise<void>

/** A row of the outbox, without what it tells. */
export interface WaitingEvent { id: number; corpId: number; customerId: number; kind: CustomerEventKind }
interface Registered { kind: CustomerEventKind; react: Reaction }
export type Reactions = ReturnType<typeof createReactions>

/** Who reacts to the customer log (architecture §5), and the handing over. */
export function createReactions(platform: Platform, needs: { corps: Pick<Corps, 'byId'> }) {
  const { db, log, metrics } = platform
  const registered: Registered[] = []

  /** All reactions to some rows of one corp, and the mark that they have been called: one transaction. */
  async function handOver(corp: Corp, rows: readonly WaitingEvent[], reactions: readonly Registered[], begin: (one: Registered) => void): Promise<void> {
    await inTransaction(db, async (tx) => {
      // The customers first, as all who write about them do. Who isn't there any more has been forgotten on request (SYS-17).
      const there = await intakeOf(tx, corp.id).lockByIds(rows.map((row) => row.customerId))
      const events = (await lockWaiting(tx, rows)).filter((event) => there.has(event.customerId))
      for (const one of reactions) {
        const meant = events.filter((event) => event.kind === one.kind)
        if (meant.length === 0) continue
        begin(one)
        await one.react(tx, corp, meant)
      }
      await mark(tx, rows)
    })
  }

  /** One row that breaks a reaction must not hold up the log: it is found by halving, and goes on without that reaction. */
  async function handOverOrSplit(corp: Corp, rows: readonly WaitingEvent[], reactions: readonly Registered[]): Promise<void> {
    const begun: Registered[] = []
    try {
      await handOver(corp, rows, reactions, (one) => begun.push(one))
    } catch (error) {
      if (isDatabaseAway(error) || gaveWay(error)) throw error
      if (rows.length > 1) {
        const half = rows.length >> 1
        await handOverOrSplit(corp, rows.slice(0, half), reactions)
        return await handOverOrSplit(corp, rows.slice(half), reactions)
      }
      const broken = begun.at(-1)
      if (!broken) throw error
      log.error({ err: error, corpId: corp.id, eventId: rows[0]?.id, kind: broken.kind }, 'a reaction to the customer log broke and is left out')
      metrics.reactions.inc({ kind: broken.kind, outcome: 'skipped' })
      await handOverOrSplit(corp, rows, reactions.filter((one) => one !== broken))
    }
  }

  return {
    /** Calls `react` for each new happening of a kind, `old` ones left out. Register before the worker begins. */
    on(kind: CustomerEventKind, react: Reaction): void {
      registered.push({ kind, react })
    },
    /** Has the areas react to rows that wait, and marks them. @throws when the database is away: the rows go on waiting */
    async handOver(waiting: readonly WaitingEvent[]): Promise<void> {
      const awaited = (row: WaitingEvent) => registered.some((one) => one.kind === row.kind)
      for (const corpId of new Set(waiting.map((row) => row.corpId))) {
        const rows = waiting.filter((row) => row.corpId === corpId)
        const corp = await needs.corps.byId(corpId)
        const meant = corp ? rows.filter(awaited) : []
        await mark(db, rows.filter((row) => !meant.includes(row)))
        if (!corp || meant.length === 0) continue
        await handOverOrSplit(corp, meant, registered)
        for (const kind of new Set(meant.map((row) => row.kind))) metrics.reactions.inc({ kind, outcome: 'handed_on' }, meant.filter((row) => row.kind === kind).length)
      }
    },
  }
}

/** The rows that nobody else has handed on meanwhile, in the order of the log. */
async function lockWaiting(tx: Queries, rows: readonly WaitingEvent[]): Promise<LoggedEvent[]> {
  const found = await tx.select().from(customerEvents).where(inArray(customerEvents.id, rows.map((row) => row.id))).orderBy(customerEvents.id).for('update')
  return found.filter((row) => row.relayed === RELAYED.waiting)
    .map(({ id, customerId, kind, staffId, subject, data, at }) => ({ eventId: id, customerId, kind, staffId, subject, data, at }))
}

/** Marks rows that were still waiting. By their ids alone: the index of the outbox would lock what others are appending. */
async function mark(q: Queries, rows: readonly WaitingEvent[]): Promise<void> {
  if (rows.length === 0) return
  await q.update(customerEvents).set({ relayed: sql`IF(${eq(customerEvents.relayed, RELAYED.waiting)}, ${RELAYED.reacted}, ${customerEvents.relayed})` })
    .where(inArray(customerEvents.id, rows.map((row) => row.id)))
}
