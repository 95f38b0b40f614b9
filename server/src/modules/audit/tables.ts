import { bigint, index, int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import type { AuditAction } from '@zhike/shared'
import { json, moment } from '../../platform/db/columns.ts'

/** Who did what, from where, with the values before and after (GEN-4, SYS-9). Kept two years. */
export const auditLogs = mysqlTable('audit_logs', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  actorId: bigint('actor_id', { mode: 'number' }),
  action: varchar('action', { length: 40 }).$type<AuditAction>().notNull(),
  subject: varchar('subject', { length: 200 }).notNull(),
  /** The customer that `subject` names, for finding her entries when her data is deleted (SYS-17). */
  customerId: bigint('customer_id', { mode: 'number' }),
  before: json<unknown>('before_value'),
  after: json<unknown>('after_value'),
  from: varchar('from_address', { length: 64 }),
  at: moment('at').notNull(),
}, (t) => [
  index('audit_logs_time').on(t.corpId, t.at, t.id), index('audit_logs_action_time').on(t.corpId, t.action, t.at, t.id), index('audit_logs_actor_time').on(t.corpId, t.actorId, t.at, t.id),
  index('audit_logs_at').on(t.at), index('audit_logs_customer').on(t.corpId, t.customerId),
])
