import { inArray, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { DataScope, Permission } from '@zhike/shared'
import type { RegisterRoutes } from '../../platform/http/contract-routes.ts'
import type { Corp } from '../corps/index.ts'
import type { OwnerScope, Places } from './organisation.ts'

/** The signed-in member behind a request, with what she may do and whose data she may see. */
export interface Viewer {
  corp: Corp
  corpId: number
  staffId: number
  userid: string
  name: string
  avatar: string | null
  department: string | null
  roles: readonly { key: string; name: string }[]
  permissions: ReadonlySet<Permission>
  /** The widest of her roles' scopes, for display. */
  dataScope: DataScope
  /** The scope of each of her roles. */
  dataScopes: readonly DataScope[]
  owners: OwnerScope
  places: Places
  expiresAt: number
}

/** Who works on the set-up page: a member with settings.write, or the holder of a one-time link (`viewer` null). */
export interface SetupCaller { corp: Corp; corpId: number; viewer: Viewer | null }

export type Register = RegisterRoutes<Viewer, SetupCaller>

export function can(viewer: Viewer, permission: Permission): boolean {
  return viewer.permissions.has(permission)
}

export function isSuperAdmin(viewer: Viewer): boolean {
  return viewer.roles.some((role) => role.key === 'super_admin')
}

/** May the viewer see what belongs to this member (GEN-9)? */
export function mayOwn(viewer: Viewer, staffId: number): boolean {
  return viewer.owners.all || viewer.owners.staffIds.includes(staffId)
}

/** The data scope as an SQL condition on a column of staff ids. Undefined: no restriction; never true for an empty scope. */
export function withinScope(viewer: Viewer, column: MySqlColumn): SQL | undefined {
  if (viewer.owners.all) return undefined
  return viewer.owners.staffIds.length > 0 ? inArray(column, [...viewer.owners.staffIds]) : sql`FALSE`
}
