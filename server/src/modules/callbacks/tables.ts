import { bigint, index, int, mediumtext, mysqlTable, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { CallbackState } from '@zhike/shared'
import { bytes, moment } from '../../platform/db/columns.ts'

/** Every callback received, before anything is done with it (architecture §5). The digest makes a doubled delivery one row. */
export const callbacks = mysqlTable('callbacks', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  /** SHA-256 of the whole decrypted body: two people scanning in the same second are two events. */
  digest: bytes('digest', { length: 32 }).notNull(),
  event: varchar('event', { length: 64 }).notNull(),
  changeType: varchar('change_type', { length: 64 }),
  /** Whom or what it is about, for lists: external_userid, chat_id, tag id or userid. */
  subject: varchar('subject', { length: 128 }),
  body: mediumtext('body').notNull(),
  state: varchar('state', { length: 10 }).$type<CallbackState>().notNull(),
  attempts: int('attempts').notNull().default(0),
  error: text('error'),
  /** WeCom's CreateTime. */
  createdAt: moment('created_at').notNull(),
  receivedAt: moment('received_at').notNull(),
  processedAt: moment('processed_at'),
  /** When the row is to be queued next (pending, failed), or came to its end (done, dead). */
  dueAt: moment('due_at').notNull(),
}, (t) => [
  uniqueIndex('callbacks_digest').on(t.corpId, t.digest), index('callbacks_list').on(t.corpId, t.id), index('callbacks_corp_state').on(t.corpId, t.state, t.id),
  index('callbacks_sweep').on(t.state, t.dueAt),
])
