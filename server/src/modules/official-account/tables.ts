import { READER_SIGN_INS } from '@zhike/shared'
import { int, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { json, moment } from '../../platform/db/columns.ts'

/** What has been seen of the account, and when (epoch ms); and what proves to WeChat that the domain is ours. */
export interface AccountProofs {
  /** Its secret was accepted by the API. */
  secretAt?: number
  /** Somebody came back from its sign-in: the domain is entered rightly. */
  oauthAt?: number
  /** It told a unionid: it is bound to a 开放平台 account. */
  unionIdAt?: number
  /** What WeChat last refused, in its own code, e.g. 40164 for an address that is not on the list, and that address. */
  refused?: { code: number; ip?: string; at: number }
  /** Name of the ownership file (MP_verify_….txt) that is served at our root. */
  domainFile?: string
}

/** The corp's official account (服务号), one per corp. The secret is sealed; the context is `official_accounts.app_secret:<corpId>`. */
export const officialAccounts = mysqlTable('official_accounts', {
  id: int('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  appId: varchar('app_id', { length: 40 }).notNull(),
  appSecret: varchar('app_secret', { length: 512 }).notNull(),
  readerSignIn: varchar('reader_sign_in', { length: 10, enum: READER_SIGN_INS }).notNull().default('silent'),
  proofs: json<AccountProofs>('proofs').notNull(),
  /** Grows with every change of the row, so that cached tokens notice another secret. */
  version: int('version').notNull().default(1),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
}, (t) => [uniqueIndex('official_accounts_corp').on(t.corpId)])
