import { and, asc, count, eq, exists, getTableColumns, inArray, like, ne, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { StaffState } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { contains } from '../../platform/db/like.ts'
import { departmentLeaders, departments, sessions, staff, staffDepartments } from './tables.ts'

export type StaffDbRow = typeof staff.$inferSelect
export type NewStaff = Omit<typeof staff.$inferInsert, 'corpId'>
export type DepartmentRow = typeof departments.$inferSelect
/** A member's place: she belongs to the department, or leads it. */
export interface Place { staffId: number; departmentId: number }

/** `departmentIds`: anywhere in one of these; `scope`: the viewer's data scope on the column of ids. */
export interface StaffFilter { q?: string; state: StaffState; departmentIds?: readonly number[]; scope?: SQL }

/** Members and departments of one corp. */
export function peopleOf(q: Queries, corpId: number) {
  const mine = eq(staff.corpId, corpId)
  const inDepartments = (ids: readonly number[]): SQL => (ids.length === 0 ? sql`FALSE` : exists(
    q.select({ one: sql`1` }).from(staffDepartments).where(and(eq(staffDepartments.corpId, corpId), eq(staffDepartments.staffId, staff.id), inArray(staffDepartments.departmentId, [...ids]))),
  ))
  const matches = (filter: StaffFilter): SQL | undefined => {
    const text = filter.q && contains(filter.q)
    return and(
      mine, eq(staff.state, filter.state), filter.scope,
      filter.departmentIds && inDepartments(filter.departmentIds), text ? or(like(staff.name, text), like(staff.userid, text)) : undefined,
    )
  }
  const placesIn = (table: typeof staffDepartments | typeof departmentLeaders, staffIds: readonly number[]) =>
    q.select({ staffId: table.staffId, departmentId: table.departmentId }).from(table).where(and(eq(table.corpId, corpId), inArray(table.staffId, [...staffIds])))

  return {
    async staffById(staffId: number): Promise<StaffDbRow | undefined> {
      return (await q.select().from(staff).where(and(mine, eq(staff.id, staffId))))[0]
    },
    async staffByIds(ids: readonly number[]): Promise<StaffDbRow[]> {
      if (ids.length === 0) return []
      return await q.select().from(staff).where(and(mine, inArray(staff.id, [...new Set(ids)])))
    },
    async staffByUserids(userids: readonly string[]): Promise<StaffDbRow[]> {
      if (userids.length === 0) return []
      return await q.select().from(staff).where(and(mine, inArray(staff.useridKey, [...new Set(userids.map((id) => id.toLowerCase()))])))
    },
    /** Everyone who hasn't left; for background work only. */
    async presentStaff(): Promise<Pick<StaffDbRow, 'id' | 'userid' | 'useridKey'>[]> {
      return await q.select({ id: staff.id, userid: staff.userid, useridKey: staff.useridKey }).from(staff).where(and(mine, ne(staff.state, 'left')))
    },
    async upsertStaff(rows: readonly NewStaff[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(staff).values(rows.map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({
        set: {
          userid: sql`VALUES(userid)`, name: sql`VALUES(name)`, avatar: sql`COALESCE(VALUES(avatar), avatar)`, position: sql`VALUES(position)`, mainDepartment: sql`VALUES(main_department)`,
          directLeaders: sql`VALUES(direct_leaders)`, state: sql`VALUES(state)`, leftAt: sql`VALUES(left_at)`, seenAt: sql`VALUES(seen_at)`,
        },
      })
    },
    async markSeen(ids: readonly number[], at: number): Promise<void> {
      if (ids.length > 0) await q.update(staff).set({ seenAt: at }).where(and(mine, inArray(staff.id, [...ids])))
    },
    /** A row for someone we only know by userid; never overwrites what the contacts sync has written. */
    async addUnknownStaff(row: NewStaff): Promise<void> {
      await q.insert(staff).values({ ...row, corpId }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    async setStaffState(staffId: number, state: StaffState, at: number): Promise<boolean> {
      const [result] = await q.update(staff).set({ state, leftAt: state === 'left' ? at : null }).where(and(mine, eq(staff.id, staffId), ne(staff.state, state)))
      return result.affectedRows === 1
    },
    /** Lets others wait who change the same member in the same moment. */
    async lockStaff(staffId: number): Promise<void> {
      await q.select({ id: staff.id }).from(staff).where(and(mine, eq(staff.id, staffId))).for('update')
    },
    /** One row more than `limit` when a further page follows. */
    async listStaff(filter: StaffFilter, { after, skip = 0, limit }: PageAt): Promise<StaffDbRow[]> {
      // Ids first, from the index alone: asked for whole rows the server may prefer to walk through the rows of all corps.
      const found = q.select({ id: staff.id }).from(staff).where(and(matches(filter), afterCursor(after, [staff.id], 'asc'))).orderBy(asc(staff.id)).limit(limit + 1).offset(skip).as('found')
      return await q.select(getTableColumns(staff)).from(found).innerJoin(staff, and(mine, eq(staff.id, found.id))).orderBy(asc(staff.id))
    },
    async countStaff(filter: StaffFilter): Promise<number> {
      return (await q.select({ n: count() }).from(staff).where(matches(filter)))[0]?.n ?? 0
    },
    async departments(): Promise<DepartmentRow[]> {
      return await q.select().from(departments).where(eq(departments.corpId, corpId))
    },
    async departmentNames(ids: readonly number[]): Promise<Map<number, string>> {
      if (ids.length === 0) return new Map()
      const rows = await q.select({ departmentId: departments.departmentId, name: departments.name }).from(departments)
        .where(and(eq(departments.corpId, corpId), inArray(departments.departmentId, [...new Set(ids)])))
      return new Map(rows.map((row) => [row.departmentId, row.name]))
    },
    async membershipsOf(staffIds: readonly number[]): Promise<Place[]> {
      return staffIds.length === 0 ? [] : await placesIn(staffDepartments, staffIds)
    },
    async leadershipsOf(staffIds: readonly number[]): Promise<Place[]> {
      return staffIds.length === 0 ? [] : await placesIn(departmentLeaders, staffIds)
    },
    /** Userids of leaders by department. */
    async leaderUserids(): Promise<Map<number, string[]>> {
      const rows = await q.select({ departmentId: departmentLeaders.departmentId, userid: staff.userid }).from(departmentLeaders)
        .innerJoin(staff, and(mine, eq(staff.id, departmentLeaders.staffId))).where(eq(departmentLeaders.corpId, corpId))
      const leaders = new Map<number, string[]>()
      for (const row of rows) leaders.set(row.departmentId, [...(leaders.get(row.departmentId) ?? []), row.userid])
      return leaders
    },
    async signOutEverywhere(staffId: number): Promise<void> {
      await q.delete(sessions).where(and(eq(sessions.corpId, corpId), eq(sessions.staffId, staffId)))
    },
    async addSession(row: Omit<typeof sessions.$inferInsert, 'corpId'>): Promise<void> {
      await q.insert(sessions).values({ ...row, corpId })
    },
  }
}
