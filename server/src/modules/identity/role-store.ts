import { and, count, eq, inArray, ne, notInArray, sql } from 'drizzle-orm'
import { union } from 'drizzle-orm/mysql-core'
import { DEFAULT_ROLES, PREDEFINED_ROLES, ROLE_LABELS } from '@zhike/shared'
import type { DataScope, Permission } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { departmentLeaders, roles, staff, staffRoles } from './tables.ts'

/** `version` 0: a predefined role that nobody has changed yet. */
export type RoleRow = typeof roles.$inferSelect
export interface Rights { permissions: Permission[]; dataScope: DataScope }

/** Roles of one corp, and who holds them (SYS-4). `admins`: userids of the administrators named in the corp's settings. */
export function rolesOf(q: Queries, corpId: number) {
  /**
   * The one rule of who holds what: roles assigned to a member, store manager for whoever leads a department, super
   * administrator for whom the settings name. `staff` is everybody's and stands in no row.
   */
  function held(admins: readonly string[], of?: readonly number[]) {
    const among = of && [...of]
    const assigned = q.select({ staffId: staffRoles.staffId, roleKey: staffRoles.roleKey }).from(staffRoles)
      .where(and(eq(staffRoles.corpId, corpId), among && inArray(staffRoles.staffId, among)))
    const leading = q.select({ staffId: departmentLeaders.staffId, roleKey: sql<string>`'store_manager'`.as('role_key') }).from(departmentLeaders)
      .where(and(eq(departmentLeaders.corpId, corpId), among && inArray(departmentLeaders.staffId, among)))
    const named = q.select({ staffId: staff.id, roleKey: sql<string>`'super_admin'`.as('role_key') }).from(staff)
      .where(and(eq(staff.corpId, corpId), inArray(staff.useridKey, admins.map((id) => id.toLowerCase())), among && inArray(staff.id, among)))
    return union(assigned, leading, named)
  }

  return {
    /** What is stored, and the predefined ones that nobody has changed yet. */
    async known(): Promise<RoleRow[]> {
      const stored = await q.select().from(roles).where(eq(roles.corpId, corpId))
      const missing = PREDEFINED_ROLES.filter((key) => !stored.some((role) => role.roleKey === key))
      return [
        ...missing.map((key) => ({
          corpId, roleKey: key, name: ROLE_LABELS[key], predefined: 1, permissions: [...DEFAULT_ROLES[key].permissions], dataScope: DEFAULT_ROLES[key].dataScope, version: 0,
        })),
        ...stored,
      ]
    },
    /** Keys of the roles that members hold, whatever they come from. */
    async heldBy(staffIds: readonly number[], admins: readonly string[]): Promise<Map<number, Set<string>>> {
      const keys = new Map(staffIds.map((id) => [id, new Set(['staff'])]))
      if (staffIds.length > 0) for (const row of await held(admins, staffIds)) keys.get(row.staffId)?.add(row.roleKey)
      return keys
    },
    /** How many members hold each role; leavers don't count. */
    async holders(admins: readonly string[]): Promise<Map<string, number>> {
      const here = and(eq(staff.corpId, corpId), ne(staff.state, 'left'))
      const all = held(admins).as('held')
      const [rows, everybody] = await Promise.all([
        q.select({ roleKey: all.roleKey, holders: count() }).from(all).innerJoin(staff, and(here, eq(staff.id, all.staffId))).groupBy(all.roleKey),
        q.select({ n: count() }).from(staff).where(here),
      ])
      return new Map([...rows.map((row): [string, number] => [row.roleKey, row.holders]), ['staff', everybody[0]?.n ?? 0]])
    },
    /** Whether a member holds a role who is none of these; leavers don't count. */
    async heldBeside(roleKey: string, staffIds: readonly number[], admins: readonly string[]): Promise<boolean> {
      const beside = and(eq(staff.corpId, corpId), ne(staff.state, 'left'), staffIds.length > 0 ? notInArray(staff.id, [...staffIds]) : undefined)
      if (roleKey === 'staff') return (await q.select({ id: staff.id }).from(staff).where(beside).limit(1)).length > 0
      const all = held(admins).as('held')
      return (await q.select({ id: staff.id }).from(all).innerJoin(staff, and(beside, eq(staff.id, all.staffId))).where(eq(all.roleKey, roleKey)).limit(1)).length > 0
    },
    async assignedTo(staffIds: readonly number[]): Promise<{ staffId: number; roleKey: string }[]> {
      if (staffIds.length === 0) return []
      return await q.select({ staffId: staffRoles.staffId, roleKey: staffRoles.roleKey }).from(staffRoles).where(and(eq(staffRoles.corpId, corpId), inArray(staffRoles.staffId, [...staffIds])))
    },
    async assign(staffId: number, keys: readonly string[]): Promise<void> {
      await q.delete(staffRoles).where(and(eq(staffRoles.corpId, corpId), eq(staffRoles.staffId, staffId)))
      if (keys.length > 0) await q.insert(staffRoles).values(keys.map((roleKey) => ({ corpId, staffId, roleKey })))
    },
    /** Throws on a key that is there already. */
    async add(row: { roleKey: string; name: string; predefined: number } & Rights): Promise<void> {
      await q.insert(roles).values({ ...row, corpId })
    },
    /** False when somebody has changed it since `version`. */
    async change(roleKey: string, version: number, rights: Rights): Promise<boolean> {
      const [result] = await q.update(roles).set({ ...rights, version: version + 1 }).where(and(eq(roles.corpId, corpId), eq(roles.roleKey, roleKey), eq(roles.version, version)))
      return result.affectedRows === 1
    },
    /** False when somebody has changed or removed it since `version`. */
    async remove(roleKey: string, version: number): Promise<boolean> {
      const [result] = await q.delete(roles).where(and(eq(roles.corpId, corpId), eq(roles.roleKey, roleKey), eq(roles.version, version)))
      if (result.affectedRows !== 1) return false
      await q.delete(staffRoles).where(and(eq(staffRoles.corpId, corpId), eq(staffRoles.roleKey, roleKey)))
      return true
    },
  }
}
