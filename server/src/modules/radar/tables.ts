import { bigint, date, index, int, mysqlTable, primaryKey, smallint, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { ReaderKind, ShareState } from '@zhike/shared'
import { exactText, moment } from '../../platform/db/columns.ts'

const rowId = (name: string) => bigint(name, { mode: 'number' })

/** One tracked link: a material sent by a member into one chat (MAT-14), or a forward of such a link. */
export const shares = mysqlTable('shares', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  /** 128 random bits, base64url; of a forward its sealed address (forward-tokens.ts). */
  token: exactText('token', { length: 48 }).notNull(),
  /** Of a forward: the link that was passed on, the first of the chain, how many steps from it, and the device that passed it on (MAT-19). */
  parentId: rowId('parent_id'),
  rootId: rowId('root_id'),
  depth: smallint('depth').notNull().default(0),
  forwardedBy: exactText('forwarded_by', { length: 32 }),
  materialId: rowId('material_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  context: varchar('context', { length: 20, enum: ['single_chat', 'group_chat', 'forward'] }).notNull(),
  customerId: rowId('customer_id'),
  groupChatId: rowId('group_chat_id'),
  /** Made by the sidebar: the same request is the same share (GEN-8). */
  requestId: varchar('request_id', { length: 36 }).notNull(),
  state: varchar('state', { length: 10 }).$type<ShareState>().notNull(),
  failReason: varchar('fail_reason', { length: 200 }),
  /** The visitor first seen reading an addressed share: the addressee's device, unless WeChat says otherwise. */
  boundVisitor: exactText('bound_visitor', { length: 32 }),
  createdAt: moment('created_at').notNull(),
  sentAt: moment('sent_at'),
}, (t) => [
  uniqueIndex('shares_token').on(t.token), uniqueIndex('shares_request').on(t.corpId, t.staffId, t.requestId),
  index('shares_material').on(t.corpId, t.materialId, t.state, t.sentAt), index('shares_staff').on(t.corpId, t.staffId, t.state, t.sentAt),
  index('shares_sent').on(t.corpId, t.state, t.sentAt, t.staffId), index('shares_customer').on(t.corpId, t.customerId, t.id),
  index('shares_chain').on(t.corpId, t.rootId, t.id),
])

/** Devices of readers, and who they turned out to be. */
export const visitors = mysqlTable('visitors', {
  corpId: int('corp_id').notNull(),
  visitorId: exactText('visitor_id', { length: 32 }).notNull(),
  externalUserId: exactText('external_user_id', { length: 64 }),
  openId: exactText('open_id', { length: 64 }),
  customerId: rowId('customer_id'),
  /** wechat: WeCom's sign-in named this person · share: the first to open a link addressed to the customer */
  knownBy: varchar('known_by', { length: 10, enum: ['wechat', 'share'] }),
  createdAt: moment('created_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.visitorId] }), index('visitors_customer').on(t.corpId, t.customerId), index('visitors_person').on(t.corpId, t.externalUserId), index('visitors_created').on(t.createdAt)])

/** One opening of a share by one reader. Counters are cumulative: writing keeps the maximum. */
export const views = mysqlTable('views', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  /** Made when the page was served; part of the signed view ticket. */
  viewKey: exactText('view_key', { length: 24 }).notNull(),
  shareId: rowId('share_id').notNull(),
  materialId: rowId('material_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  visitorId: exactText('visitor_id', { length: 32 }).notNull(),
  customerId: rowId('customer_id'),
  reader: varchar('reader', { length: 10 }).$type<ReaderKind>().notNull().default('unknown'),
  openedAt: moment('opened_at').notNull(),
  lastSeenAt: moment('last_seen_at').notNull(),
  visibleMs: int('visible_ms').notNull().default(0),
  /** As much of `visibleMs` as is in the material's sums; null until the view has ended once. */
  countedMs: int('counted_ms'),
  lastPage: smallint('last_page'),
  maxPage: smallint('max_page'),
  pages: smallint('pages'),
  depth: tinyint('depth').notNull().default(0),
  /** The page said it is closing. */
  left: tinyint('has_left').notNull().default(0),
  device: varchar('device', { length: 20 }).notNull().default(''),
  /** 1 for this reader's first view of this material, 2 for the second… */
  openNumber: int('open_number').notNull().default(1),
  /** 0 until the opening was announced (timeline, notice). */
  announced: tinyint('announced').notNull().default(0),
}, (t) => [
  uniqueIndex('views_key').on(t.corpId, t.viewKey), index('views_customer').on(t.corpId, t.customerId, t.openedAt, t.id), index('views_material').on(t.corpId, t.materialId, t.openedAt, t.id),
  index('views_staff').on(t.corpId, t.staffId, t.openedAt, t.id), index('views_seen').on(t.corpId, t.lastSeenAt),
  // Holds all that the figures of a day are made of. Nothing in it moves while somebody reads.
  index('views_opened').on(t.corpId, t.openedAt, t.id, t.staffId, t.visitorId, t.countedMs),
  index('views_announce').on(t.announced, t.openedAt), index('views_visitor').on(t.corpId, t.visitorId, t.materialId), index('views_share').on(t.corpId, t.shareId, t.id),
])

/** Visible milliseconds per page of a view. */
export const viewPages = mysqlTable('view_pages', {
  corpId: int('corp_id').notNull(),
  viewId: rowId('view_id').notNull(),
  page: smallint('page').notNull(),
  visibleMs: int('visible_ms').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.viewId, t.page] })])

/** Opens per material and day of the corp's zone: list figures without counting views. */
export const materialDays = mysqlTable('material_days', {
  corpId: int('corp_id').notNull(),
  materialId: rowId('material_id').notNull(),
  day: date('day', { mode: 'string' }).notNull(),
  views: int('views').notNull().default(0),
  shares: int('shares').notNull().default(0),
}, (t) => [primaryKey({ columns: [t.corpId, t.materialId, t.day] })])

/** Sums ever per material and sender: totals of a material without counting its views (MAT-21). */
export const materialSenders = mysqlTable('material_senders', {
  corpId: int('corp_id').notNull(),
  materialId: rowId('material_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  shares: int('shares').notNull().default(0),
  views: int('views').notNull().default(0),
  /** Different readers of her links. */
  readers: int('readers').notNull().default(0),
  /** Those of them who had not opened the material before through anybody's link: over all senders, the readers of the material. */
  newReaders: int('new_readers').notNull().default(0),
  /** Views that have ended, and their visible milliseconds. */
  readings: int('readings').notNull().default(0),
  readMs: bigint('read_ms', { mode: 'number' }).notNull().default(0),
}, (t) => [primaryKey({ columns: [t.corpId, t.materialId, t.staffId] })])
