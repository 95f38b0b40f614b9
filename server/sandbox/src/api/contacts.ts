import { z } from 'zod'
import type { Corp } from '../world/corp.ts'
import type { Department, Staff } from '../world/model.ts'
import { visibleMember } from './members.ts'
import { get, post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

/** Departments the app sees, below `id` when given (wecom-api/02 §2). */
function departmentsSeen(corp: Corp, id: string | undefined): Department[] {
  const visible = corp.visibleDepartments()
  const asked = id === undefined || id === '' ? visible : corp.departmentTree(departmentId(corp, id))
  return [...corp.departments.values()].filter((item) => visible.has(item.id) && asked.has(item.id))
}

function departmentId(corp: Corp, id: string | undefined): number {
  if (id === undefined || !/^\d+$/.test(id)) throw new WecomError(40058)
  const number = Number(id)
  if (!corp.departments.has(number)) throw new WecomError(60003)
  if (!corp.visibleDepartments().has(number)) throw new WecomError(60011)
  return number
}

function departmentBody(corp: Corp, item: Department): Record<string, unknown> {
  return { id: item.id, name: item.name, name_en: '', department_leader: corp.leadersOf(item.id), parentid: item.parentid, order: item.order }
}

/** Direct members, with `fetch_child=1` also those below. */
function membersOf(corp: Corp, query: Readonly<Record<string, string>>): Staff[] {
  const id = departmentId(corp, query.department_id)
  const departments = query.fetch_child === '1' ? corp.departmentTree(id) : new Set([id])
  return corp.allStaff().filter((staff) => corp.isVisible(staff.userid) && staff.departments.some((item) => departments.has(item.id)))
}

/** Sensitive fields are absent: the simulated app was made after 2022-06-20 (wecom-api/02 §1). */
function memberBody(corp: Corp, staff: Staff): Record<string, unknown> {
  return {
    userid: staff.userid, name: staff.name, department: staff.departments.map((item) => item.id), order: staff.departments.map((item) => item.order),
    position: staff.position, is_leader_in_dept: staff.departments.map((item) => (item.leader ? 1 : 0)), direct_leader: [],
    telephone: '', alias: staff.alias, main_department: staff.departments[0]?.id ?? 1, extattr: { attrs: [] }, status: staff.status,
    external_position: staff.position, external_profile: { external_corp_name: corp.name, external_attr: [] },
  }
}

export const contactRoutes: ApiRoute[] = [
  get('app', '/cgi-bin/department/list', ({ corp, query }) => ({
    department: departmentsSeen(corp, query.id).map((item) => departmentBody(corp, item)),
  }), { empty: { department: [] } }),
  get('app', '/cgi-bin/department/simplelist', ({ corp, query }) => ({
    department_id: departmentsSeen(corp, query.id).map(({ id, parentid, order }) => ({ id, parentid, order })),
  }), { empty: { department_id: [] } }),
  get('app', '/cgi-bin/department/get', ({ corp, query }) => {
    const found = corp.departments.get(departmentId(corp, query.id))
    if (found === undefined) throw new WecomError(60003)
    return { department: departmentBody(corp, found) }
  }),
  get('app', '/cgi-bin/user/simplelist', ({ corp, query }) => ({
    userlist: membersOf(corp, query).map(({ userid, name, departments }) => ({ userid, name, department: departments.map((item) => item.id) })),
  }), { empty: { userlist: [] } }),
  get('app', '/cgi-bin/user/list', ({ corp, query }) => ({
    userlist: membersOf(corp, query).map((staff) => memberBody(corp, staff)),
  }), { empty: { userlist: [] } }),
  get('app', '/cgi-bin/user/get', ({ corp, query }) => memberBody(corp, visibleMember(corp, query.userid ?? ''))),
  // Only the contact-sync assistant may list ids (wecom-api/02 §3).
  post('app', '/cgi-bin/user/list_id', z.unknown(), () => {
    throw new WecomError(48002)
  }),
]
