import { bigint, customType, index, int, mysqlTable, primaryKey, smallint, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { MATERIAL_SCOPES, UPLOAD_KINDS } from '@zhike/shared'
import type { Framing, MaterialState, MaterialType } from '@zhike/shared'
import { json, moment } from '../../platform/db/columns.ts'

const rowId = (name: string) => bigint(name, { mode: 'number' })
const mediumtext = customType<{ data: string; driverData: string }>({ dataType: () => 'mediumtext' })

/** An uploaded original with what its content says it is. Derived pictures lie beside it under `<key>/`. */
export const files = mysqlTable('files', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  key: varchar('file_key', { length: 120 }).notNull(),
  kind: varchar('kind', { length: 10, enum: UPLOAD_KINDS }).notNull(),
  name: varchar('name', { length: 200 }).notNull(),
  bytes: int('bytes').notNull(),
  mime: varchar('mime', { length: 100 }).notNull(),
  sha256: varchar('sha256', { length: 64 }).notNull(),
  width: int('width'),
  height: int('height'),
  pages: int('pages'),
  /** Of a video. */
  durationMs: int('duration_ms'),
  /** Sizes of drawn pages at width 720, first page first; grows while pages are drawn. */
  drawn: json<{ width: number; height: number }[]>('drawn').notNull(),
  state: varchar('state', { length: 10 }).$type<MaterialState>().notNull(),
  note: varchar('note', { length: 300 }),
  uploadedBy: rowId('uploaded_by'),
  createdAt: moment('created_at').notNull(),
}, (t) => [uniqueIndex('files_key').on(t.corpId, t.key), index('files_state').on(t.state, t.createdAt), index('files_uploader').on(t.corpId, t.uploadedBy, t.createdAt)])

/** A file that arrives in pieces, which lie under `<key>/<number>` until it is whole. */
export const uploads = mysqlTable('uploads', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  key: varchar('upload_key', { length: 120 }).notNull(),
  kind: varchar('kind', { length: 10, enum: UPLOAD_KINDS }).notNull(),
  name: varchar('name', { length: 200 }).notNull(),
  bytes: int('bytes').notNull(),
  mark: varchar('mark', { length: 60 }).notNull(),
  /** Pieces that have arrived, from the first one on. */
  received: int('received').notNull().default(0),
  /** Somebody is making a file of it; again possible when that process died. */
  finishingAt: moment('finishing_at'),
  /** What it became: finishing again gives the same. */
  fileId: rowId('file_id'),
  createdAt: moment('created_at').notNull(),
}, (t) => [index('uploads_staff').on(t.corpId, t.staffId, t.createdAt), index('uploads_created').on(t.createdAt)])

export const materialGroups = mysqlTable('material_groups', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  scope: varchar('scope', { length: 10, enum: MATERIAL_SCOPES }).notNull(),
  /** Whose personal library it is in; 0 in the others. */
  ownerId: rowId('owner_id').notNull().default(0),
  name: varchar('name', { length: 40 }).notNull(),
  isDefault: tinyint('is_default').notNull().default(0),
  sortOrder: int('sort_order').notNull().default(0),
}, (t) => [uniqueIndex('material_groups_name').on(t.corpId, t.scope, t.ownerId, t.name)])

/** Whose staff may use a team group (MAT-1). */
export const materialGroupDepartments = mysqlTable('material_group_departments', {
  corpId: int('corp_id').notNull(),
  groupId: rowId('group_id').notNull(),
  departmentId: int('department_id').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.groupId, t.departmentId] })])

/** What only some types have. */
export interface MaterialFacts {
  /** Link: what its site allows, asked in the background. */
  framing?: Framing
  /** Mini-program card. */
  appId?: string
  path?: string
  /** Article: characters of its text, and where it was brought over from. */
  characters?: number
  source?: string | null
}

export const materials = mysqlTable('materials', {
  id: rowId('id').autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  scope: varchar('scope', { length: 10, enum: MATERIAL_SCOPES }).notNull(),
  ownerId: rowId('owner_id').notNull().default(0),
  groupId: rowId('group_id').notNull(),
  type: varchar('type', { length: 12 }).$type<MaterialType>().notNull(),
  title: varchar('title', { length: 60 }).notNull(),
  summary: varchar('summary', { length: 400 }).notNull().default(''),
  url: varchar('url', { length: 1024 }),
  facts: json<MaterialFacts>('facts').notNull().default({}),
  coverFileId: rowId('cover_file_id'),
  /** Title and file names, and how they are typed in pinyin; see search-text.ts. */
  searchText: varchar('search_text', { length: 1000 }).notNull().default(''),
  score: int('score').notNull().default(0),
  tagIds: json<string[]>('tag_ids').notNull(),
  version: int('version').notNull().default(1),
  createdBy: rowId('created_by'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  /** Whoever saved it last; null before the first change. */
  updatedBy: rowId('updated_by'),
  /** Link: when its site was last asked what it allows; null when that is still to be done. */
  lookedAt: moment('looked_at'),
  deletedAt: moment('deleted_at'),
}, (t) => [
  index('materials_library').on(t.corpId, t.scope, t.ownerId, t.deletedAt, t.createdAt, t.id), index('materials_group').on(t.corpId, t.groupId, t.deletedAt, t.createdAt, t.id),
  index('materials_cover').on(t.corpId, t.coverFileId), index('materials_looked').on(t.type, t.deletedAt, t.lookedAt),
])

/** The files a material is made of, in their order: one PDF, video or file, the pictures of a set or of an article. */
export const materialFiles = mysqlTable('material_files', {
  corpId: int('corp_id').notNull(),
  materialId: rowId('material_id').notNull(),
  position: smallint('position').notNull(),
  fileId: rowId('file_id').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.materialId, t.position] }), index('material_files_file').on(t.corpId, t.fileId)])

/** Cleaned HTML of articles; its pictures are `<img data-file>`. */
export const materialArticles = mysqlTable('material_articles', {
  corpId: int('corp_id').notNull(),
  materialId: rowId('material_id').notNull(),
  body: mediumtext('body').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.materialId] })])

/** Stars of members. */
export const materialFavourites = mysqlTable('material_favourites', {
  corpId: int('corp_id').notNull(),
  staffId: rowId('staff_id').notNull(),
  materialId: rowId('material_id').notNull(),
  createdAt: moment('created_at').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId, t.materialId] }), index('material_favourites_newest').on(t.corpId, t.staffId, t.createdAt)])
