import { bigint, index, int, mysqlTable, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { MaterialState, MaterialType } from '@zhike/shared'
import { json, moment } from '../../platform/db/columns.ts'

const rowId = (name: string) => bigint(name, { mode: 'number' })

/** An uploaded original with what its content says it is. Derived pictures lie beside it under `<key>/`. */
export const files = mysqlTable('files', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  key: varchar('file_key', { length: 120 }).notNull(),
  kind: varchar('kind', { length: 10, enum: ['pdf', 'image'] }).notNull(),
  name: varchar('name', { length: 200 }).notNull(),
  bytes: int('bytes').notNull(),
  mime: varchar('mime', { length: 60 }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  width: int('width'),
  height: int('height'),
  pages: int('pages'),
  /** Sizes of drawn pages at width 720, first page first; grows while pages are drawn. */
  drawn: json<{ width: number; height: number }[]>('drawn').notNull(),
  state: varchar('state', { length: 10 }).$type<MaterialState>().notNull(),
  note: varchar('note', { length: 300 }),
  uploadedBy: rowId('uploaded_by'),
  createdAt: moment('created_at').notNull(),
}, (t) => [uniqueIndex('files_key').on(t.corpId, t.key), index('files_state').on(t.state, t.createdAt), index('files_uploader').on(t.corpId, t.uploadedBy, t.createdAt)])

export const materialGroups = mysqlTable('material_groups', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  scope: varchar('scope', { length: 10, enum: ['corp', 'team', 'personal'] }).notNull(),
  name: varchar('name', { length: 40 }).notNull(),
  isDefault: tinyint('is_default').notNull().default(0),
  sortOrder: int('sort_order').notNull().default(0),
}, (t) => [uniqueIndex('material_groups_name').on(t.corpId, t.scope, t.name)])

export const materials = mysqlTable('materials', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  scope: varchar('scope', { length: 10, enum: ['corp', 'team', 'personal'] }).notNull(),
  groupId: rowId('group_id').notNull(),
  type: varchar('type', { length: 10 }).$type<MaterialType>().notNull(),
  title: varchar('title', { length: 60 }).notNull(),
  summary: varchar('summary', { length: 400 }).notNull().default(''),
  url: varchar('url', { length: 1024 }),
  fileId: rowId('file_id'),
  coverFileId: rowId('cover_file_id'),
  score: int('score').notNull().default(0),
  tagIds: json<string[]>('tag_ids').notNull(),
  version: int('version').notNull().default(1),
  createdBy: rowId('created_by'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  /** Whoever saved it last; null before the first change. */
  updatedBy: rowId('updated_by'),
  deletedAt: moment('deleted_at'),
}, (t) => [index('materials_list').on(t.corpId, t.scope, t.deletedAt, t.createdAt, t.id), index('materials_group').on(t.corpId, t.groupId, t.deletedAt, t.createdAt, t.id),
  index('materials_file').on(t.corpId, t.fileId), index('materials_cover').on(t.corpId, t.coverFileId)])
