import { and, desc, eq, gte, lt } from 'drizzle-orm'
import { FORGOTTEN_CUSTOMER } from '@zhike/shared'
import type { AuditAction } from '@zhike/shared'
import type { AuditRow, StaffRef } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, toPage } from '../../platform/db/keyset.ts'
import type { Platform } from '../../platform/platform.ts'
import { auditLogs } from './tables.ts'

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

export interface AuditFilter { after?: string; limit: number; action?: AuditAction; actorId?: number; from?: number; to?: number }

export type Audit = ReturnType<typeof createAudit>

const KEPT_MS = 2 * 366 * 24 * 60 * 60 * 1000

/** Who did what, from where, and what it was before (SYS-9, GEN-4). Never give it secrets or phone numbers. */
export function createAudit(platform: Platform) {
  return {
    /** Writes one entry; call it within the transaction of the change. */
    async record(q: Queries, entry: AuditEntry): Promise<void> {
      await q.insert(auditLogs).values({
        corpId: entry.corpId, actorId: entry.actorId, action: entry.action, subject: entry.subject.slice(0, 200), customerId: entry.customerId ?? null,
        before: entry.before ?? null, after: entry.after ?? null, from: entry.from ?? null, at: platform.clock.now(),
      })
    },
    /** One page, newest first. */
    async list(corpId: number, filter: AuditFilter, namesOf: (ids: readonly number[]) => Promise<Map<number, StaffRef>>): Promise<{ items: AuditRow[]; next: string | null }> {
      const rows = await platform.db.select().from(auditLogs).where(and(
        eq(auditLogs.corpId, corpId),
        filter.action ? eq(auditLogs.action, filter.action) : undefined,
        filter.actorId ? eq(auditLogs.actorId, filter.actorId) : undefined,
        filter.from ? gte(auditLogs.at, filter.from) : undefined,
        filter.to ? lt(auditLogs.at, filter.to) : undefined,
        afterCursor(filter.after, [auditLogs.id]),
      )).orderBy(desc(auditLogs.id)).limit(filter.limit + 1)
      const names = await namesOf(rows.flatMap((row) => (row.actorId === null ? [] : [row.actorId])))
      return toPage(rows, filter.limit, (row) => [row.id], (row) => ({
        auditId: row.id, action: row.action, actor: row.actorId === null ? null : names.get(row.actorId) ?? null,
        subject: row.subject, before: row.before, after: row.after, from: row.from, at: row.at,
      }))
    },
    /** Takes a customer's name and what was changed about her out of the log; that it was done, by whom and when stays (SYS-17). Repeatable. */
    async forgetCustomer({ corpId, customerId }: { corpId: number; customerId: number }): Promise<void> {
      await platform.db.update(auditLogs).set({ subject: FORGOTTEN_CUSTOMER, customerId: null, before: null, after: null }).where(and(eq(auditLogs.corpId, corpId), eq(auditLogs.customerId, customerId)))
    },
    /** Deletes what is older than two years, a bounded piece at a time. */
    async forgetOld(): Promise<void> {
      await platform.db.delete(auditLogs).where(lt(auditLogs.at, platform.clock.now() - KEPT_MS)).limit(5000)
    },
  }
}
