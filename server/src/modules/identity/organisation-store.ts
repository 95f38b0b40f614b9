import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import type { OrganisationFacts } from './organisation.ts'
import type { DepartmentRow, Place } from './store.ts'
import { departmentLeaders, departments, organisationVersions, staff, staffDepartments } from './tables.ts'

const ROWS_AT_ONCE = 500

/** Who belongs where and leads whom in one corp, as a whole: read when it has changed, written by the contacts sync. */
export function organisationStore(q: Queries, corpId: number) {
  const places = (table: typeof staffDepartments | typeof departmentLeaders): Promise<Place[]> =>
    q.select({ staffId: table.staffId, departmentId: table.departmentId }).from(table).where(eq(table.corpId, corpId))

  /** Gives these members exactly these places; all others keep theirs. */
  async function setPlaces(table: typeof staffDepartments | typeof departmentLeaders, staffIds: readonly number[], rows: readonly Place[]): Promise<void> {
    for (let i = 0; i < staffIds.length; i += ROWS_AT_ONCE) {
      await q.delete(table).where(and(eq(table.corpId, corpId), inArray(table.staffId, staffIds.slice(i, i + ROWS_AT_ONCE))))
    }
    for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) await q.insert(table).values(rows.slice(i, i + ROWS_AT_ONCE).map((row) => ({ ...row, corpId })))
  }

  return {
    async version(): Promise<number> {
      return (await q.select().from(organisationVersions).where(eq(organisationVersions.corpId, corpId)))[0]?.version ?? 0
    },
    /** Tells all processes that what they keep in memory is old. Call it in the transaction of the change itself. */
    async changed(): Promise<void> {
      await q.insert(organisationVersions).values({ corpId }).onDuplicateKeyUpdate({ set: { version: sql`version + 1` } })
    },
    memberships: () => places(staffDepartments),
    leaderships: () => places(departmentLeaders),
    async facts(): Promise<OrganisationFacts> {
      const [known, memberships, leaderships, people] = await Promise.all([
        q.select({ departmentId: departments.departmentId, parentId: departments.parentId, name: departments.name }).from(departments).where(eq(departments.corpId, corpId)),
        places(staffDepartments), places(departmentLeaders),
        q.select({ id: staff.id, useridKey: staff.useridKey, directLeaders: staff.directLeaders }).from(staff).where(and(eq(staff.corpId, corpId), ne(staff.state, 'left'))),
      ])
      return { departments: known, memberships, leaderships, staff: people }
    },
    async saveDepartments(rows: readonly Omit<DepartmentRow, 'corpId'>[]): Promise<void> {
      if (rows.length === 0) return
      await q.insert(departments).values(rows.map((row) => ({ ...row, corpId })))
        .onDuplicateKeyUpdate({ set: { name: sql`VALUES(name)`, parentId: sql`VALUES(parent_id)`, sortOrder: sql`VALUES(sort_order)` } })
    },
    async removeDepartments(ids: readonly number[]): Promise<void> {
      if (ids.length > 0) await q.delete(departments).where(and(eq(departments.corpId, corpId), inArray(departments.departmentId, [...ids])))
    },
    setMemberships: (staffIds: readonly number[], rows: readonly Place[]) => setPlaces(staffDepartments, staffIds, rows),
    setLeaderships: (staffIds: readonly number[], rows: readonly Place[]) => setPlaces(departmentLeaders, staffIds, rows),
  }
}
