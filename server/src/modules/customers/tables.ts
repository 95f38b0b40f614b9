import { bigint, index, int, mysqlTable, primaryKey, smallint, text, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { RELATION_STATES } from '@zhike/shared'
import type { CustomerEventKind } from '@zhike/shared'
import { bytes, exactText, json, moment } from '../../platform/db/columns.ts'

export const AUTO_TAG_STATES = ['waiting', 'done', 'skipped', 'failed'] as const
/** What sets a tag: so far, a material. */
export type AutoTagSource = `material:${number}`

const rowId = (name: string) => bigint(name, { mode: 'number' })

/** The person (or the WeCom user of another corp), once per corp. */
export const customers = mysqlTable('customers', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  externalUserId: exactText('external_user_id', { length: 64 }).notNull(),
  name: varchar('name', { length: 200 }).notNull(),
  avatar: varchar('avatar', { length: 512 }),
  /** 1 WeChat user, 2 WeCom user */
  type: tinyint('type').notNull(),
  gender: tinyint('gender').notNull().default(0),
  unionId: exactText('union_id', { length: 64 }),
  corpName: varchar('corp_name', { length: 200 }),
  corpFullName: varchar('corp_full_name', { length: 200 }),
  position: varchar('position', { length: 200 }),
  /** All points she was ever given; see `customerScores`. */
  score: int('score').notNull().default(0),
  /** Last time WeCom's answer was written here. */
  syncedAt: moment('synced_at').notNull(),
  createdAt: moment('created_at').notNull(),
}, (t) => [uniqueIndex('customers_external').on(t.corpId, t.externalUserId), index('customers_union').on(t.corpId, t.unionId), index('customers_name').on(t.corpId, t.name)])

/** One friendship. Remark, description, source and tags belong here, not to the person. */
export const relations = mysqlTable('customer_relations', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  customerId: rowId('customer_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  remark: varchar('remark', { length: 200 }).notNull().default(''),
  description: varchar('description', { length: 1000 }).notNull().default(''),
  remarkCorp: varchar('remark_corp', { length: 200 }).notNull().default(''),
  /** Sealed JSON list of phone numbers (SYS-17), context `customer_relations.phones:<corpId>`. */
  phones: text('phones'),
  addWay: smallint('add_way').notNull().default(0),
  /** State of the contact way or link through which the friendship came about. */
  channel: varchar('channel', { length: 128 }),
  operUserid: varchar('oper_userid', { length: 64 }),
  /** active · removed (by the member) · lost (the customer ended it) */
  state: varchar('state', { length: 10, enum: RELATION_STATES }).notNull(),
  addedAt: moment('added_at').notNull(),
  endedAt: moment('ended_at'),
  /** When the reading of WeCom began that this row shows; an older reading never overwrites it. */
  syncedAt: moment('synced_at').notNull(),
  /** Set before a change is written to WeCom and cleared with its result: past this moment the outcome is read from WeCom. */
  checkAt: moment('check_at'),
}, (t) => [
  uniqueIndex('relations_pair').on(t.corpId, t.customerId, t.staffId), index('relations_owner').on(t.corpId, t.staffId, t.state, t.addedAt, t.id),
  index('relations_added').on(t.corpId, t.state, t.addedAt, t.id), index('relations_ended').on(t.corpId, t.endedAt),
  index('relations_remark').on(t.corpId, t.remark), index('relations_check').on(t.checkAt),
])

/** Tags on one relation: corp tags by their id, personal tags by their name (they have no id in WeCom). */
export const relationTags = mysqlTable('customer_relation_tags', {
  corpId: int('corp_id').notNull(),
  relationId: rowId('relation_id').notNull(),
  tagKey: exactText('tag_key', { length: 128 }).notNull(),
  kind: varchar('kind', { length: 10, enum: ['wecom', 'personal'] }).notNull(),
  /** For personal tags, and for corp tags that are not synced yet. */
  name: varchar('name', { length: 100 }).notNull(),
  group: varchar('group_name', { length: 100 }).notNull().default(''),
}, (t) => [primaryKey({ columns: [t.corpId, t.relationId, t.tagKey] }), index('relation_tags_tag').on(t.corpId, t.tagKey, t.relationId)])

export const tagGroups = mysqlTable('tag_groups', {
  corpId: int('corp_id').notNull(),
  groupId: exactText('group_id', { length: 64 }).notNull(),
  name: varchar('name', { length: 100 }).notNull(),
  sortOrder: bigint('sort_order', { mode: 'number' }).notNull().default(0),
  /** WeCom has refused to change it: another app or the console made it (wecom-api/03 §2). */
  locked: tinyint('locked').notNull().default(0),
  /** When it was made in WeCom, which sorts what has the same number by it. */
  madeAt: moment('made_at'),
  seenAt: moment('seen_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.groupId] })])

export const tags = mysqlTable('tags', {
  corpId: int('corp_id').notNull(),
  tagId: exactText('tag_id', { length: 64 }).notNull(),
  groupId: exactText('group_id', { length: 64 }).notNull(),
  name: varchar('name', { length: 100 }).notNull(),
  sortOrder: bigint('sort_order', { mode: 'number' }).notNull().default(0),
  locked: tinyint('locked').notNull().default(0),
  madeAt: moment('made_at'),
  seenAt: moment('seen_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.tagId] }), index('tags_group').on(t.corpId, t.groupId)])

/**
 * Customers whose data was deleted on request (SYS-17). The row is the work list of the deletion until both passes are through,
 * and from then on the only thing that is known: by a keyed hash, so that WeCom's answers don't bring the person back.
 */
export const customerErasures = mysqlTable('customer_erasures', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  /** Keyed hash of the external_user_id; in a row of its own, with nothing due, of the unionid. */
  personKey: bytes('person_key', { length: 32 }).notNull(),
  /** Sealed; null once everything is done. Context `customer_erasures.person:<corpId>`. */
  person: text('person'),
  /** Of the row in `customers` that is gone. */
  customerId: rowId('customer_id').notNull(),
  erasedAt: moment('erased_at').notNull(),
  requestedBy: rowId('requested_by').notNull(),
  /** Passes through all areas that are done. */
  passes: tinyint('passes').notNull().default(0),
  /** When the next pass is due; null: nothing is left to do. */
  dueAt: moment('due_at'),
  /** A new friendship began after it: the person may be known again. */
  liftedAt: moment('lifted_at'),
}, (t) => [index('customer_erasures_person').on(t.corpId, t.personKey), index('customer_erasures_due').on(t.dueAt)])

/** Points given to a customer (MAT-9, CUS-19): by one source once a day. They count in `customers.score`, also when they are old and gone from here. */
export const customerScores = mysqlTable('customer_scores', {
  corpId: int('corp_id').notNull(),
  customerId: rowId('customer_id').notNull(),
  /** What gave them, e.g. `material:12`. */
  source: varchar('source', { length: 40 }).notNull(),
  /** In the corp's zone, as `2026-03-04`. */
  day: varchar('day', { length: 10 }).notNull(),
  points: int('points').notNull(),
  at: moment('at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.customerId, t.source, t.day] }), index('customer_scores_age').on(t.at)])

/**
 * Tags that something a customer did sets on her (MAT-18), once for each source: the row stays, so what somebody takes away by
 * hand is not set again. waiting → done | skipped (there was nothing to set) | failed (it could not be set); failed → waiting,
 * when she does it again.
 */
export const autoTags = mysqlTable('auto_tags', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  customerId: rowId('customer_id').notNull(),
  tagId: exactText('tag_id', { length: 64 }).notNull(),
  source: varchar('source', { length: 40 }).$type<AutoTagSource>().notNull(),
  /** The source's name, for telling. */
  title: varchar('title', { length: 60 }).notNull(),
  /** On whose friendship, if there is one. */
  staffId: rowId('staff_id'),
  state: varchar('state', { length: 10, enum: AUTO_TAG_STATES }).notNull(),
  attempts: int('attempts').notNull().default(0),
  /** A try has begun whose outcome at WeCom nobody knows: it is asked before the next one. */
  unsure: tinyint('unsure').notNull().default(0),
  /** When it is tried; while a worker is at it, when another one may take over. */
  dueAt: moment('due_at').notNull(),
  error: varchar('error', { length: 300 }),
  createdAt: moment('created_at').notNull(),
}, (t) => [uniqueIndex('auto_tags_once').on(t.corpId, t.customerId, t.tagId, t.source), index('auto_tags_due').on(t.state, t.dueAt)])

/** The customer log (architecture §5): appended in the transaction of the change itself; `relayed` (see RELAYED) makes it an outbox. */
export const customerEvents = mysqlTable('customer_events', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  customerId: rowId('customer_id').notNull(),
  kind: varchar('kind', { length: 30 }).$type<CustomerEventKind>().notNull(),
  staffId: rowId('staff_id'),
  /** What it is about, e.g. `material:12`, `view:99`, `group_chat:3`. Two rows of one kind about one subject are one happening. */
  subject: exactText('subject', { length: 100 }).notNull(),
  data: json<Record<string, unknown>>('data').notNull(),
  at: moment('at').notNull(),
  relayed: tinyint('relayed').notNull().default(0),
}, (t) => [
  uniqueIndex('customer_events_once').on(t.corpId, t.customerId, t.kind, t.subject), index('customer_events_timeline').on(t.corpId, t.customerId, t.at, t.id),
  index('customer_events_outbox').on(t.relayed, t.id), index('customer_events_kind').on(t.corpId, t.customerId, t.kind, t.at), index('customer_events_age').on(t.kind, t.at),
])
