import { bigint, index, int, mysqlTable, primaryKey, varchar } from 'drizzle-orm/mysql-core'
import { moment } from '../../platform/db/columns.ts'

/** wanted → making → ready | failed | unknown; failed → wanted again later. Past `making` the outcome of a lost call is looked up by `state`, never repeated blindly. */
export const CONTACT_WAY_STATES = ['wanted', 'making', 'ready', 'failed', 'unknown'] as const

/** A member's own contact way (联系我): the code by which a customer adds her, one per member (wecom-api/03 §6). */
export const contactWays = mysqlTable('contact_ways', {
  corpId: int('corp_id').notNull(),
  staffId: bigint('staff_id', { mode: 'number' }).notNull(),
  state: varchar('state', { length: 10, enum: CONTACT_WAY_STATES }).notNull(),
  /** WeCom's id of it. Ways made by API are not in the console: it must not be lost. */
  configId: varchar('config_id', { length: 100 }),
  /** Address of the code's picture at WeCom. */
  qrCode: varchar('qr_code', { length: 512 }),
  attempts: int('attempts').notNull().default(0),
  error: varchar('error', { length: 300 }),
  dueAt: moment('due_at').notNull(),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId] }), index('contact_ways_due').on(t.state, t.dueAt)])
