import { bigint, date, double, index, int, mysqlTable, primaryKey, smallint, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
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
  // Holds all that the list of a material's forwards is made of.
  index('shares_forwards').on(t.corpId, t.materialId, t.rootId, t.id, t.depth, t.staffId),
])

/** Devices of readers, and who they turned out to be. */
export const visitors = mysqlTable('visitors', {
  corpId: int('corp_id').notNull(),
  visitorId: exactText('visitor_id', { length: 32 }).notNull(),
  externalUserId: exactText('external_user_id', { length: 64 }),
  openId: exactText('open_id', { length: 64 }),
  /** From the corp's official account, when it has one: whose follower or visitor this is, and the same person everywhere. */
  accountOpenId: exactText('account_open_id', { length: 64 }),
  unionId: exactText('union_id', { length: 64 }),
  customerId: rowId('customer_id'),
  /** wechat: a sign-in through WeCom or the official account named this person · share: the first to open a link addressed to the customer */
  knownBy: varchar('known_by', { length: 10, enum: ['wechat', 'share'] }),
  createdAt: moment('created_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.visitorId] }), index('visitors_customer').on(t.corpId, t.customerId), index('visitors_person').on(t.corpId, t.externalUserId), index('visitors_account').on(t.corpId, t.accountOpenId),
  index('visitors_union').on(t.corpId, t.unionId), index('visitors_created').on(t.createdAt)])

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
  /** Besides the sender: the customer's owner, when she was told as well (MAT-16). */
  alsoTold: rowId('also_told'),
}, (t) => [
  uniqueIndex('views_key').on(t.corpId, t.viewKey), index('views_seen').on(t.corpId, t.lastSeenAt),
  // The readers of a material are looked for in these alone, by sender, by customer and by who was told (views/ways.ts).
  index('views_material').on(t.corpId, t.materialId, t.openedAt, t.id, t.staffId), index('views_customer').on(t.corpId, t.customerId, t.openedAt, t.id, t.materialId), index('views_staff').on(t.corpId, t.staffId, t.openedAt, t.id, t.materialId),
  index('views_also_told').on(t.corpId, t.alsoTold, t.openedAt, t.id, t.materialId),
  // Holds all that the figures of a day are made of. Nothing in it moves while somebody reads.
  index('views_opened').on(t.corpId, t.openedAt, t.id, t.staffId, t.visitorId, t.customerId, t.countedMs),
  index('views_announce').on(t.announced, t.openedAt), index('views_visitor').on(t.corpId, t.visitorId, t.materialId), index('views_share').on(t.corpId, t.shareId, t.id),
])

/** Visible milliseconds per page of a view. */
export const viewPages = mysqlTable('view_pages', {
  corpId: int('corp_id').notNull(),
  viewId: rowId('view_id').notNull(),
  page: smallint('page').notNull(),
  visibleMs: int('visible_ms').notNull(),
  /** As much of it as is in the material's page sums; null until the view has ended once. */
  countedMs: int('counted_ms'),
}, (t) => [primaryKey({ columns: [t.corpId, t.viewId, t.page] })])

/**
 * What a day's sums hold, in the corp's zone. They stay when the views they were made of are forgotten: whatever is shown of
 * past days is read from them, never counted.
 */
const daySums = () => ({
  day: date('day', { mode: 'string' }).notNull(),
  views: int('views').notNull().default(0),
  shares: int('shares').notNull().default(0),
  /** Views of that day that have ended, and their visible milliseconds. */
  readings: int('readings').notNull().default(0),
  readMs: bigint('read_ms', { mode: 'number' }).notNull().default(0),
})

/** Of each material: list figures, and the ranking of the whole corp (MAT-3, MAT-23). */
export const materialDays = mysqlTable('material_days', { corpId: int('corp_id').notNull(), materialId: rowId('material_id').notNull(), ...daySums() }, (t) => [
  primaryKey({ columns: [t.corpId, t.materialId, t.day] }), index('material_days_day').on(t.corpId, t.day, t.materialId, t.views, t.shares, t.readings, t.readMs),
])

/** Of each member's links: trends, and staff and departments compared. */
export const senderDays = mysqlTable('sender_days', { corpId: int('corp_id').notNull(), staffId: rowId('staff_id').notNull(), ...daySums() }, (t) => [
  primaryKey({ columns: [t.corpId, t.day, t.staffId] }), index('sender_days_staff').on(t.corpId, t.staffId, t.day),
])

/** Of each material by sender: the ranking within a scope, and the senders of one material (MAT-23). */
export const materialSenderDays = mysqlTable('material_sender_days', { corpId: int('corp_id').notNull(), staffId: rowId('staff_id').notNull(), materialId: rowId('material_id').notNull(), ...daySums() }, (t) => [
  primaryKey({ columns: [t.corpId, t.staffId, t.day, t.materialId] }), index('material_sender_days_material').on(t.corpId, t.materialId, t.day, t.staffId, t.views, t.shares, t.readings, t.readMs),
])

/** Visible milliseconds ever per page of a material and sender, and how many views came to that page: the heat map (MAT-21). */
export const materialPages = mysqlTable('material_pages', {
  corpId: int('corp_id').notNull(),
  materialId: rowId('material_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  page: smallint('page').notNull(),
  views: int('views').notNull().default(0),
  readMs: bigint('read_ms', { mode: 'number' }).notNull().default(0),
}, (t) => [primaryKey({ columns: [t.corpId, t.materialId, t.staffId, t.page] })])

/**
 * How hot customers are, by whose links they read (figures/heat.ts): points that halve in three days. Kept as a logarithm that
 * time doesn't change, so that the order of rows is the order of heat at any moment.
 */
export const customerHeat = mysqlTable('customer_heat', {
  corpId: int('corp_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  customerId: rowId('customer_id').notNull(),
  heat: double('heat').notNull(),
  lastAt: moment('last_at').notNull(),
}, (t) => [
  primaryKey({ columns: [t.corpId, t.staffId, t.customerId] }), index('customer_heat_order').on(t.corpId, t.heat, t.customerId, t.staffId), index('customer_heat_staff').on(t.corpId, t.staffId, t.heat, t.customerId),
  index('customer_heat_customer').on(t.corpId, t.customerId, t.staffId, t.heat), index('customer_heat_age').on(t.lastAt),
])

/** What a corp has set for its radar; no row: all as it comes (radar/settings.ts). */
export const radarSettings = mysqlTable('radar_settings', {
  corpId: int('corp_id').primaryKey(),
  /** Customers are told on the page that their reading is seen. */
  consentLine: tinyint('consent_line').notNull(),
  /** Which messages senders get besides that of the first opening. */
  tellReading: tinyint('tell_reading').notNull(),
  tellSummary: tinyint('tell_summary').notNull(),
  /** Minutes of the corp's day between which nobody is messaged; both null: none. Past midnight when `until` is not greater. */
  quietFrom: smallint('quiet_from'),
  quietUntil: smallint('quiet_until'),
  /** Days that views are kept; null: as the installation says. */
  keepViewsDays: int('keep_views_days'),
  version: int('version').notNull().default(1),
  updatedAt: moment('updated_at').notNull(),
})

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
