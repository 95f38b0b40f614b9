import { bigint, index, int, mysqlTable, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { json, moment } from '../../platform/db/columns.ts'

export const NOTICE_STATES = ['waiting', 'sending', 'sent', 'unknown', 'failed'] as const

export interface NoticeCard { title: string; lines: string[]; url: string; button: string }

/**
 * App messages to staff (GEN-10): the intent is written first, then sent, then the result is written.
 * waiting → sending → sent | unknown | failed; waiting again after a temporary failure, for 24 hours.
 * A send whose outcome is unknown is never repeated.
 */
export const notices = mysqlTable('notices', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  staffId: bigint('staff_id', { mode: 'number' }).notNull(),
  kind: varchar('kind', { length: 30 }).notNull(),
  /** One notice per happening, however often it is handled. */
  onceKey: varchar('once_key', { length: 100 }).notNull(),
  card: json<NoticeCard>('card').notNull(),
  state: varchar('state', { length: 10, enum: NOTICE_STATES }).notNull(),
  attempts: int('attempts').notNull().default(0),
  error: varchar('error', { length: 500 }),
  wecomMsgId: varchar('wecom_msg_id', { length: 200 }),
  dueAt: moment('due_at').notNull(),
  createdAt: moment('created_at').notNull(),
  /** Of those that were sent, and of no other. */
  sentAt: moment('sent_at'),
  merged: tinyint('merged').notNull().default(0),
  /** When its sending first began: from then on the receiver finds it under 我的消息. */
  toldAt: moment('told_at'),
  /** When she saw it there. */
  readAt: moment('read_at'),
}, (t) => [
  uniqueIndex('notices_once').on(t.corpId, t.onceKey), index('notices_due').on(t.state, t.dueAt), index('notices_sent').on(t.corpId, t.staffId, t.sentAt, t.merged),
  index('notices_told').on(t.corpId, t.staffId, t.toldAt, t.id), index('notices_new').on(t.corpId, t.staffId, t.readAt, t.toldAt),
])
