import type { StaffState } from '@zhike/shared'
import type { AnswerOf, StaffRow } from '@zhike/shared/contract'
import { toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Access } from './access.ts'
import { toRef } from './directory.ts'
import { rolesOf } from './role-store.ts'
import { peopleOf } from './store.ts'
import type { StaffDbRow, StaffFilter } from './store.ts'
import { staff } from './tables.ts'
import { withinScope } from './viewer.ts'
import type { Viewer } from './viewer.ts'

export interface StaffFigures { customersOf(corpId: number, staffIds: readonly number[]): Promise<Map<number, number>> }
export interface StaffQuery extends PageAt { q?: string; departmentId?: number; state: StaffState }

/** Members and departments as administrators read them (SYS-8). Only what a page shows is read, however large the corp is. */
export function createStaffList({ db }: Pick<Platform, 'db'>, needs: { access: Access; figures: StaffFigures }) {
  async function present(viewer: Viewer, rows: readonly StaffDbRow[]): Promise<StaffRow[]> {
    const ids = rows.map((row) => row.id)
    const people = peopleOf(db, viewer.corpId)
    const roles = rolesOf(db, viewer.corpId)
    const [places, led, held, assigned, known, customers] = await Promise.all([
      people.membershipsOf(ids), people.leadershipsOf(ids), roles.heldBy(ids, viewer.corp.adminUserids), roles.assignedTo(ids), roles.known(), needs.figures.customersOf(viewer.corpId, ids),
    ])
    const names = await people.departmentNames([...places, ...led].map((place) => place.departmentId))
    return rows.map((row) => {
      const leads = led.filter((place) => place.staffId === row.id).map((place) => place.departmentId)
      const belongs = places.filter((place) => place.staffId === row.id).map((place) => place.departmentId)
      return {
        ...toRef(row), position: row.position, state: row.state, leftAt: row.leftAt, customers: customers.get(row.id) ?? 0,
        departments: [...new Set([...belongs, ...leads])].map((departmentId) => ({ departmentId, name: names.get(departmentId) ?? `部门 ${departmentId}`, leader: leads.includes(departmentId) })),
        roles: known.filter((role) => held.get(row.id)?.has(role.roleKey)).map((role) => ({ key: role.roleKey, name: role.name })),
        assigned: assigned.filter((one) => one.staffId === row.id).map((one) => one.roleKey),
      }
    })
  }

  return {
    /** The first page also says how many there are in all (GEN-1). */
    async list(viewer: Viewer, query: StaffQuery): Promise<AnswerOf<'GET /api/staff'>> {
      const people = peopleOf(db, viewer.corpId)
      const under = query.departmentId === undefined ? undefined : (await needs.access.peopleNow(viewer.corpId)).organisation.departmentsUnder([query.departmentId])
      const filter: StaffFilter = { q: query.q, state: query.state, departmentIds: under && [...under], scope: withinScope(viewer, staff.id) }
      const [rows, total] = await Promise.all([people.listStaff(filter, query), query.after === undefined ? people.countStaff(filter) : undefined])
      const page = toPage(rows, query.limit, (row) => [row.id], (row) => row)
      return { items: await present(viewer, page.items), next: page.next, total }
    },
    /** One member as the list shows her. */
    async row(viewer: Viewer, staffId: number): Promise<StaffRow> {
      const found = await peopleOf(db, viewer.corpId).staffById(staffId)
      const [shown] = found ? await present(viewer, [found]) : []
      if (!shown) throw notFound('员工')
      return shown
    },
    async departments(viewer: Viewer): Promise<AnswerOf<'GET /api/departments'>> {
      const people = peopleOf(db, viewer.corpId)
      const [rows, leaders, { organisation }] = await Promise.all([people.departments(), people.leaderUserids(), needs.access.peopleNow(viewer.corpId)])
      return {
        departments: rows.map((row) => ({
          departmentId: row.departmentId, name: row.name, parentId: row.parentId, order: row.sortOrder,
          leaders: leaders.get(row.departmentId) ?? [], members: organisation.departmentSize(row.departmentId),
        })),
        syncedAt: viewer.corp.proofs.contactsSyncedAt ?? null,
      }
    },
  }
}
