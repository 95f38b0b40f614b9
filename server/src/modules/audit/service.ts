import { FORGOTTEN_CUSTOMER } from '@zhike/shared'
import type { AuditAction } from '@zhike/shared'
import type { AuditRow, StaffRef } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import { allPages, totalOf, toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import type { Platform } from '../../platform/platform.ts'
import { auditOf } from './store.ts'
import type { AuditDbRow, AuditFilter } from './store.ts'

export interface AuditEntry {
  corpId: number
  /** Null for what the system did by itself. */
  actorId: number | null
  action: AuditAction
  /** What it was done to, as people name it. */
  subject: string
  /** The customer that `subject` names: the name goes when her data is deleted. */
  customerId?: number
  before?: unknown
  after?: unknown
  /** The caller's address. */
  from?: string | null
}

export type Audit = ReturnType<typeof createAudit>
type NamesOf = (ids: readonly number[]) => Promise<Map<number, StaffRef>>

const BATCH = 1000

/** Who did what, from where, and what it was before (SYS-9, GEN-4). Never give it secrets or phone numbers. */
export function createAudit(platform: Platform) {
  const { clock, db } = platform
  async function presenter(rows: readonly AuditDbRow[], namesOf: NamesOf): Promise<(row: AuditDbRow) => AuditRow> {
    const names = await namesOf(rows.flatMap((row) => (row.actorId === null ? [] : [row.actorId])))
    return (row) => ({
      auditId: row.id, action: row.action, actor: row.actorId === null ? null : names.get(row.actorId) ?? null,
      subject: row.subject, before: row.before, after: row.after, from: row.from, at: row.at,
    })
  }

  async function page(corpId: number, filter: AuditFilter & PageAt, namesOf: NamesOf): Promise<{ items: AuditRow[]; next: string | null }> {
    const rows = await auditOf(db, corpId).list(filter, filter)
    return toPage(rows, filter.limit, (row) => [row.at, row.id], await presenter(rows, namesOf))
  }

  return {
    /** Writes one entry; call it within the transaction of the change. */
    async record(q: Queries, entry: AuditEntry): Promise<void> {
      const { corpId, actorId, action, subject, customerId = null, before = null, after = null, from = null } = entry
      await auditOf(q, corpId).insert({ actorId, action, subject: subject.slice(0, 200), customerId, before, after, from, at: clock.now() })
    },
    /** One page, newest first. */
    async list(corpId: number, filter: AuditFilter & PageAt, namesOf: NamesOf): Promise<{ items: AuditRow[]; next: string | null; total?: number; more?: boolean }> {
      const [shown, total] = await Promise.all([page(corpId, filter, namesOf), totalOf(filter, (most) => auditOf(db, corpId).count(filter, most))])
      return { ...shown, ...total }
    },
    /** Takes a customer's name and what was changed about her out of the log; that it was done, by whom and when stays (SYS-17). Repeatable. */
    async forgetCustomer({ corpId, customerId }: { corpId: number; customerId: number }): Promise<void> {
      await auditOf(db, corpId).forgetCustomer(customerId, FORGOTTEN_CUSTOMER)
    },
    /** How many entries there are; `more`: beyond that, it was not counted. */
    async count(corpId: number, filter: AuditFilter): Promise<{ count: number; more: boolean }> {
      const { total = 0, more = false } = await totalOf({ limit: 0 }, (most) => auditOf(db, corpId).count(filter, most))
      return { count: total, more }
    },
    /** All entries in pieces, newest first, for an export. */
    batches: (corpId: number, filter: AuditFilter, namesOf: NamesOf): AsyncGenerator<AuditRow[], void> => allPages((after) => page(corpId, { ...filter, after, limit: BATCH }, namesOf)),
  }
}
