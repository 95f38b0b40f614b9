import { bigint, index, int, mysqlTable, primaryKey, varchar } from 'drizzle-orm/mysql-core'
import { moment } from '../../platform/db/columns.ts'

/**
 * wanted → making → ready | failed | unknown. What failed is tried again at `due_at`; the outcome of a lost call (unknown, or making
 * past its `due_at`) is looked up by the way's state at WeCom, never repeated blindly. What is ready is looked after at `due_at`.
 */
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
  /** Tries since it was last ready. */
  attempts: int('attempts').notNull().default(0),
  /** Why there is none, in Chinese. */
  error: varchar('error', { length: 300 }),
  /** When a worker is to look at it; while one does, until when it alone may. */
  dueAt: moment('due_at').notNull(),
  createdAt: moment('created_at').notNull(),
  /** When WeCom was last asked to make it: what a lost call made is not older. */
  updatedAt: moment('updated_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId] }), index('contact_ways_due').on(t.state, t.dueAt)])
