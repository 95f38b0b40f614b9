import { and, asc, count, eq, gt, inArray, isNull, like, lt, ne, or, sql } from 'drizzle-orm'
import type { DataScope, Permission } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { departments, roles, sessions, staff, staffDepartments, staffRoles } from './tables.ts'

export type StaffDbRow = typeof staff.$inferSelect
export type DepartmentRow = typeof departments.$inferSelect
export type RoleRow = typeof roles.$inferSelect

/** People, departments and roles of one corp. */
export function peopleOf(q: Queries, corpId: number) {
  return {
    async staffById(staffId: number): Promise<StaffDbRow | undefined> {
      return (await q.select().from(staff).where(and(eq(staff.corpId, corpId), eq(staff.id, staffId))))[0]
    },
    async staffByIds(ids: readonly number[]): Promise<StaffDbRow[]> {
      if (ids.length === 0) return []
      return await q.select().from(staff).where(and(eq(staff.corpId, corpId), inArray(staff.id, [...new Set(ids)])))
    },
    async staffByUserids(userids: readonly string[]): Promise<StaffDbRow[]> {
      if (userids.length === 0) return []
      return await q.select().from(staff).where(and(eq(staff.corpId, corpId), inArray(staff.useridKey, [...new Set(userids.map((id) => id.toLowerCase()))])))
    },
    async presentStaff(): Promise<StaffDbRow[]> {
      return await q.select().from(staff).where(and(eq(staff.corpId, corpId), ne(staff.state, 'left')))
    },
    async upsertStaff(rows: readonly (typeof staff.$inferInsert)[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(staff).values([...rows]).onDuplicateKeyUpdate({
        set: {
          userid: sql`VALUES(userid)`, name: sql`VALUES(name)`, avatar: sql`COALESCE(VALUES(avatar), avatar)`, position: sql`VALUES(position)`, mainDepartment: sql`VALUES(main_department)`,
          directLeaders: sql`VALUES(direct_leaders)`, state: sql`VALUES(state)`, leftAt: sql`VALUES(left_at)`, seenAt: sql`VALUES(seen_at)`,
        },
      })
    },
    /** A row for someone we only know by userid; never overwrites what the contacts sync has written. */
    async addUnknownStaff(row: typeof staff.$inferInsert): Promise<void> {
      await q.insert(staff).values(row).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    async setStaffState(staffId: number, state: 'active' | 'inactive' | 'left', at: number): Promise<boolean> {
      const [result] = await q.update(staff).set({ state, leftAt: state === 'left' ? at : null }).where(and(eq(staff.corpId, corpId), eq(staff.id, staffId), ne(staff.state, state)))
      return result.affectedRows === 1
    },
    async listStaff(filter: { after?: string; limit: number; q?: string; state?: 'active' | 'inactive' | 'left'; within?: readonly number[]; ids?: readonly number[] }): Promise<StaffDbRow[]> {
      const cursor = Number(filter.after ?? 0)
      const text = filter.q && `%${filter.q.replace(/[\\%_]/g, (c) => `\\${c}`)}%`
      return await q.select().from(staff).where(and(
        eq(staff.corpId, corpId),
        filter.state ? eq(staff.state, filter.state) : ne(staff.state, 'left'),
        Number.isSafeInteger(cursor) && cursor > 0 ? gt(staff.id, cursor) : undefined,
        text ? or(like(staff.name, text), like(staff.userid, text)) : undefined,
        filter.ids ? (filter.ids.length > 0 ? inArray(staff.id, [...filter.ids]) : sql`FALSE`) : undefined,
        filter.within ? (filter.within.length > 0 ? inArray(staff.id, [...filter.within]) : sql`FALSE`) : undefined,
      )).orderBy(asc(staff.id)).limit(filter.limit + 1)
    },
    async departments(): Promise<DepartmentRow[]> {
      return await q.select().from(departments).where(eq(departments.corpId, corpId))
    },
    async memberships(): Promise<(typeof staffDepartments.$inferSelect)[]> {
      return await q.select().from(staffDepartments).where(eq(staffDepartments.corpId, corpId))
    },
    async replaceDepartments(rows: readonly Omit<DepartmentRow, 'corpId'>[]): Promise<void> {
      await q.delete(departments).where(eq(departments.corpId, corpId))
      if (rows.length > 0) await q.insert(departments).values(rows.map((row) => ({ ...row, corpId })))
    },
    async replaceMemberships(rows: readonly { staffId: number; departmentId: number; leader: number }[]): Promise<void> {
      await q.delete(staffDepartments).where(eq(staffDepartments.corpId, corpId))
      for (let i = 0; i < rows.length; i += 500) await q.insert(staffDepartments).values(rows.slice(i, i + 500).map((row) => ({ ...row, corpId })))
    },
    async roles(): Promise<RoleRow[]> {
      return await q.select().from(roles).where(eq(roles.corpId, corpId))
    },
    async roleHolders(): Promise<Map<string, number>> {
      const rows = await q.select({ roleKey: staffRoles.roleKey, holders: count() }).from(staffRoles).where(eq(staffRoles.corpId, corpId)).groupBy(staffRoles.roleKey)
      return new Map(rows.map((row) => [row.roleKey, row.holders]))
    },
    async rolesOf(staffIds: readonly number[]): Promise<{ staffId: number; roleKey: string }[]> {
      if (staffIds.length === 0) return []
      return await q.select({ staffId: staffRoles.staffId, roleKey: staffRoles.roleKey }).from(staffRoles).where(and(eq(staffRoles.corpId, corpId), inArray(staffRoles.staffId, [...staffIds])))
    },
    async setRoles(staffId: number, keys: readonly string[]): Promise<void> {
      await q.delete(staffRoles).where(and(eq(staffRoles.corpId, corpId), eq(staffRoles.staffId, staffId)))
      if (keys.length > 0) await q.insert(staffRoles).values(keys.map((roleKey) => ({ corpId, staffId, roleKey })))
    },
    async saveRole(row: { roleKey: string; name: string; predefined: number; permissions: Permission[]; dataScope: DataScope }): Promise<void> {
      await q.insert(roles).values({ ...row, corpId }).onDuplicateKeyUpdate({ set: { name: row.name, permissions: row.permissions, dataScope: row.dataScope } })
    },
    async removeRole(roleKey: string): Promise<void> {
      await q.delete(staffRoles).where(and(eq(staffRoles.corpId, corpId), eq(staffRoles.roleKey, roleKey)))
      await q.delete(roles).where(and(eq(roles.corpId, corpId), eq(roles.roleKey, roleKey)))
    },
    async signOutEverywhere(staffId: number): Promise<void> {
      await q.delete(sessions).where(and(eq(sessions.corpId, corpId), eq(sessions.staffId, staffId)))
    },
    async addSession(row: Omit<typeof sessions.$inferInsert, 'corpId'>): Promise<void> {
      await q.insert(sessions).values({ ...row, corpId })
    },
  }
}

/** Sessions by the hash of their cookie: the tenant is what they tell. */
export function sessionStore(q: Queries) {
  return {
    async find(tokenHash: string, now: number) {
      const [row] = await q.select({ session: sessions, staff }).from(sessions)
        .leftJoin(staff, and(eq(staff.corpId, sessions.corpId), eq(staff.id, sessions.staffId)))
        .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now), or(isNull(sessions.staffId), eq(staff.state, 'active'))))
      return row
    },
    async remove(tokenHash: string): Promise<void> {
      await q.delete(sessions).where(eq(sessions.tokenHash, tokenHash))
    },
    async forgetExpired(now: number): Promise<void> {
      await q.delete(sessions).where(lt(sessions.expiresAt, now)).limit(5000)
    },
  }
}
