import { bigint, index, int, mysqlTable, primaryKey, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { STAFF_STATES } from '@zhike/shared'
import type { DataScope, Permission } from '@zhike/shared'
import { json, moment } from '../../platform/db/columns.ts'

const id = () => bigint('id', { mode: 'number' }).autoincrement().primaryKey()
const corpId = () => int('corp_id').notNull()

/** Departments of the app's visible range (SYS-8). A parent outside the range is simply missing. */
export const departments = mysqlTable('departments', {
  corpId: corpId(),
  departmentId: int('department_id').notNull(),
  name: varchar('name', { length: 100 }).notNull(),
  parentId: int('parent_id'),
  sortOrder: bigint('sort_order', { mode: 'number' }).notNull().default(0),
}, (t) => [primaryKey({ columns: [t.corpId, t.departmentId] })])

/** Members of a corp. userids compare case-insensitively (wecom-api/02 §3): `userid_key` is lower case. Lists are read, counted and searched in `staff_state` alone. */
export const staff = mysqlTable('staff', {
  id: id(),
  corpId: corpId(),
  userid: varchar('userid', { length: 64 }).notNull(),
  useridKey: varchar('userid_key', { length: 64 }).notNull(),
  name: varchar('name', { length: 100 }).notNull(),
  avatar: varchar('avatar', { length: 512 }),
  position: varchar('position', { length: 100 }),
  mainDepartment: int('main_department'),
  /** Lower-cased userids of direct superiors. */
  directLeaders: json<string[]>('direct_leaders').notNull(),
  state: varchar('state', { length: 10, enum: STAFF_STATES }).notNull(),
  leftAt: moment('left_at'),
  seenAt: moment('seen_at').notNull(),
  createdAt: moment('created_at').notNull(),
}, (t) => [uniqueIndex('staff_userid').on(t.corpId, t.useridKey), index('staff_state').on(t.corpId, t.state, t.id, t.name, t.userid)])

export const staffDepartments = mysqlTable('staff_departments', {
  corpId: corpId(),
  staffId: bigint('staff_id', { mode: 'number' }).notNull(),
  departmentId: int('department_id').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId, t.departmentId] }), index('staff_departments_department').on(t.corpId, t.departmentId, t.staffId)])

/** Who leads which department: WeCom says it in two places, at the department and at the member (wecom-api/02 §2, §3). Leaders need not be members of it. */
export const departmentLeaders = mysqlTable('department_leaders', {
  corpId: corpId(),
  staffId: bigint('staff_id', { mode: 'number' }).notNull(),
  departmentId: int('department_id').notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId, t.departmentId] }), index('department_leaders_department').on(t.corpId, t.departmentId, t.staffId)])

/** Grows with every change of departments, memberships, leaders, superiors, leavers and roles, in the same transaction: who keeps them in memory reads them again then. */
export const organisationVersions = mysqlTable('organisation_versions', {
  corpId: int('corp_id').primaryKey(),
  version: bigint('version', { mode: 'number' }).notNull().default(1),
})

/** Predefined and own roles (SYS-4). */
export const roles = mysqlTable('roles', {
  corpId: corpId(),
  roleKey: varchar('role_key', { length: 40 }).notNull(),
  name: varchar('name', { length: 40 }).notNull(),
  predefined: tinyint('predefined').notNull().default(0),
  permissions: json<Permission[]>('permissions').notNull(),
  dataScope: varchar('data_scope', { length: 20 }).$type<DataScope>().notNull(),
  /** Grows with every change, so that nobody overwrites what she hasn't seen (GEN-8). */
  version: int('version').notNull().default(1),
}, (t) => [primaryKey({ columns: [t.corpId, t.roleKey] })])

export const staffRoles = mysqlTable('staff_roles', {
  corpId: corpId(),
  staffId: bigint('staff_id', { mode: 'number' }).notNull(),
  roleKey: varchar('role_key', { length: 40 }).notNull(),
}, (t) => [primaryKey({ columns: [t.corpId, t.staffId, t.roleKey] }), index('staff_roles_role').on(t.corpId, t.roleKey)])

/** Signed-in devices (SYS-3). Only the hash of the cookie is stored. Set-up sessions have no staff. */
export const sessions = mysqlTable('sessions', {
  tokenHash: varchar('token_hash', { length: 64 }).primaryKey(),
  corpId: corpId(),
  staffId: bigint('staff_id', { mode: 'number' }),
  kind: varchar('kind', { length: 10, enum: ['staff', 'setup'] }).notNull(),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
}, (t) => [index('sessions_staff').on(t.corpId, t.staffId), index('sessions_expires').on(t.expiresAt)])
