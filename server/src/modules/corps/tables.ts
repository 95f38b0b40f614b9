import { index, int, mysqlTable, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { json, moment } from '../../platform/db/columns.ts'

/** What the set-up page has seen working, and when (SYS-14). */
export interface CorpProofs {
  callbackVerifiedAt?: number
  callbackReceivedAt?: number
  oauthAt?: number
  sidebarAt?: number
  jssdk?: { ok: boolean; error?: string; at: number }
  contactsSyncedAt?: number
  customersSyncedAt?: number
  tagsSyncedAt?: number
}

/** Tenants (SYS-1). Secrets are sealed by the secret box; the context is `corps.<column>:<id>`, so no tenant's text opens in another's row. */
export const corps = mysqlTable('corps', {
  id: int('id').autoincrement().primaryKey(),
  wecomCorpId: varchar('wecom_corp_id', { length: 64 }).notNull(),
  name: varchar('name', { length: 100 }).notNull(),
  agentId: int('agent_id'),
  agentSecret: varchar('agent_secret', { length: 512 }),
  contactSecret: varchar('contact_secret', { length: 512 }),
  callbackToken: varchar('callback_token', { length: 512 }).notNull(),
  callbackAesKey: varchar('callback_aes_key', { length: 512 }).notNull(),
  domainFile: varchar('domain_file', { length: 40 }),
  adminUserids: json<string[]>('admin_userids').notNull(),
  zone: varchar('zone', { length: 40 }).notNull().default('Asia/Shanghai'),
  proofs: json<CorpProofs>('proofs').notNull(),
  suspended: tinyint('suspended').notNull().default(0),
  /** Grows with every change of the row, so that cached clients notice new credentials. */
  version: int('version').notNull().default(1),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
}, (t) => [uniqueIndex('corps_wecom_corp_id').on(t.wecomCorpId)])

/** One-time links that let a corp be set up before anybody can sign in. Only the hash is stored. */
export const setupTickets = mysqlTable('setup_tickets', {
  ticketHash: varchar('ticket_hash', { length: 64 }).primaryKey(),
  corpId: int('corp_id').notNull(),
  expiresAt: moment('expires_at').notNull(),
  createdAt: moment('created_at').notNull(),
}, (t) => [index('setup_tickets_expires').on(t.expiresAt)])
