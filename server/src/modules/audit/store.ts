import { and, desc, eq, gte, lt } from 'drizzle-orm'
import type { AuditAction } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor, countUpTo } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { auditLogs } from './tables.ts'

export type AuditDbRow = typeof auditLogs.$inferSelect

/** Which entries: `from` and `to` in epoch milliseconds, `to` not included. All must hold. */
export interface AuditFilter { action?: AuditAction; actorId?: number; from?: number; to?: number }

/** The audit log of one corp. Every list is served by an index on corp, what is filtered, and time. */
export function auditOf(q: Queries, corpId: number) {
  const meant = (filter: AuditFilter) => and(
    eq(auditLogs.corpId, corpId),
    filter.action === undefined ? undefined : eq(auditLogs.action, filter.action),
    filter.actorId === undefined ? undefined : eq(auditLogs.actorId, filter.actorId),
    filter.from === undefined ? undefined : gte(auditLogs.at, filter.from),
    filter.to === undefined ? undefined : lt(auditLogs.at, filter.to),
  )
  return {
    async insert(row: Omit<typeof auditLogs.$inferInsert, 'corpId'>): Promise<void> {
      await q.insert(auditLogs).values({ ...row, corpId })
    },
    /** Newest first, one row more than the page. */
    list(filter: AuditFilter, { after, skip = 0, limit }: PageAt): Promise<AuditDbRow[]> {
      return q.select().from(auditLogs).where(and(meant(filter), afterCursor(after, [auditLogs.at, auditLogs.id]))).orderBy(desc(auditLogs.at), desc(auditLogs.id)).limit(limit + 1).offset(skip)
    },
    /** @param subject what is read instead of her name */
    async forgetCustomer(customerId: number, subject: string): Promise<void> {
      await q.update(auditLogs).set({ subject, customerId: null, before: null, after: null }).where(and(eq(auditLogs.corpId, corpId), eq(auditLogs.customerId, customerId)))
    },
    /** Counts no further than `most`. */
    count: (filter: AuditFilter, most: number): Promise<number> => countUpTo(q, auditLogs, meant(filter), most),
  }
}
