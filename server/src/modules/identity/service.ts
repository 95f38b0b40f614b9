import type { FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { DATA_SCOPES, PERMISSION_KEYS, PREDEFINED_ROLES } from '@zhike/shared'
import type { DataScope, Permission } from '@zhike/shared'
import type { RoleView, StaffRow } from '@zhike/shared/contract'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict, forbidden, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { createAccess, rolesOfCorp } from './access.ts'
import { createContactsSync } from './contacts-sync.ts'
import { createDirectory, toRef } from './directory.ts'
import { identityRoutes } from './routes.ts'
import { createSignIn } from './sign-in.ts'
import { peopleOf } from './store.ts'
import type { StaffDbRow } from './store.ts'
import { can, isSuperAdmin, mayOwn } from './viewer.ts'
import type { Register, Viewer } from './viewer.ts'

export type Identity = ReturnType<typeof createIdentity>
export interface StaffFigures { customersOf(corpId: number, staffIds: readonly number[]): Promise<Map<number, number>> }

const CONTACTS_EVERY_MS = 10 * 60 * 1000
const TIMETABLE_MS = 60 * 1000

/** Nobody gives, takes or changes rights beyond her own (SYS-4). */
function assertMayGrant(viewer: Viewer, rights: { permissions: readonly Permission[]; dataScope: DataScope }): void {
  if (isSuperAdmin(viewer)) return
  const beyond = rights.permissions.some((permission) => !can(viewer, permission)) || DATA_SCOPES.indexOf(rights.dataScope) > DATA_SCOPES.indexOf(viewer.dataScope)
  if (beyond) throw forbidden('不能授予、收回或修改超出自己权限的角色，请由超级管理员操作')
}

/** Members, departments, roles, sessions. */
export function createIdentity(platform: Platform, needs: { corps: Corps; audit: Audit; jobs: Jobs; figures: StaffFigures }) {
  const { db } = platform
  const access = createAccess(platform, needs.corps)
  const directory = createDirectory(platform)
  const signIn = createSignIn(platform, { ...needs, access })
  let timetable: Repeated | null = null
  const contacts = createContactsSync(platform, { corps: needs.corps, access })

  async function present(viewer: Viewer, rows: readonly StaffDbRow[]): Promise<StaffRow[]> {
    const people = peopleOf(db, viewer.corpId)
    const [departments, memberships, roles, assigned, customers] = await Promise.all([
      people.departments(), people.memberships(), rolesOfCorp(platform, viewer.corpId), people.rolesOf(rows.map((row) => row.id)), needs.figures.customersOf(viewer.corpId, rows.map((row) => row.id)),
    ])
    const names = new Map(departments.map((d) => [d.departmentId, d]))
    return rows.map((row) => {
      const keys = new Set(assigned.filter((a) => a.staffId === row.id).map((a) => a.roleKey))
      const mine = memberships.filter((m) => m.staffId === row.id)
      const leads = (departmentId: number, leader: number) => leader === 1 || (names.get(departmentId)?.leaders.includes(row.useridKey) ?? false)
      if (viewer.corp.adminUserids.some((id) => id.toLowerCase() === row.useridKey)) keys.add('super_admin')
      if (mine.some((m) => leads(m.departmentId, m.leader))) keys.add('store_manager')
      if (keys.size === 0) keys.add('staff')
      return {
        ...toRef(row), position: row.position, state: row.state, leftAt: row.leftAt, customers: customers.get(row.id) ?? 0,
        departments: mine.map((m) => ({ departmentId: m.departmentId, name: names.get(m.departmentId)?.name ?? `部门 ${m.departmentId}`, leader: leads(m.departmentId, m.leader) })),
        roles: roles.filter((role) => keys.has(role.roleKey)).map((role) => ({ key: role.roleKey, name: role.name })),
      }
    })
  }

  async function roleViews(corpId: number): Promise<RoleView[]> {
    const [roles, holders] = await Promise.all([rolesOfCorp(platform, corpId), peopleOf(db, corpId).roleHolders()])
    return roles.map((role) => ({
      key: role.roleKey, name: role.name, predefined: role.predefined === 1, permissions: role.permissions, dataScope: role.dataScope, holders: holders.get(role.roleKey) ?? 0,
    }))
  }
  async function roleView(corpId: number, roleKey: string): Promise<RoleView> {
    const found = (await roleViews(corpId)).find((role) => role.key === roleKey)
    if (!found) throw notFound('角色')
    return found
  }

  const identity = {
    ...directory,
    access, signIn, contacts,
    async listStaff(viewer: Viewer, filter: { after?: string; limit: number; q?: string; departmentId?: number; state?: StaffDbRow['state'] }): Promise<{ items: StaffRow[]; next: string | null }> {
      const ids = filter.departmentId ? [...(await access.organisationOf(viewer.corpId)).membersUnder([filter.departmentId])] : undefined
      const rows = await peopleOf(db, viewer.corpId).listStaff({ ...filter, ids, within: viewer.owners.all ? undefined : viewer.owners.staffIds })
      const shown = rows.slice(0, filter.limit)
      return { items: await present(viewer, shown), next: rows.length > filter.limit ? String(shown.at(-1)?.id ?? '') : null }
    },
    roleViews,
    async saveRole(viewer: Viewer, roleKey: string, changes: { permissions: Permission[]; dataScope: DataScope }, from: string): Promise<RoleView> {
      const before = await roleView(viewer.corpId, roleKey)
      if (roleKey === 'super_admin') throw conflict('超级管理员始终拥有全部权限，不能修改')
      assertMayGrant(viewer, changes)
      await inTransaction(db, async (tx) => {
        await peopleOf(tx, viewer.corpId).saveRole({ roleKey, name: before.name, predefined: before.predefined ? 1 : 0, ...changes })
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.changed', subject: before.name, before: { permissions: before.permissions, dataScope: before.dataScope }, after: changes, from })
      })
      return await roleView(viewer.corpId, roleKey)
    },
    async addRole(viewer: Viewer, role: { name: string; permissions: Permission[]; dataScope: DataScope }, from: string): Promise<RoleView> {
      if ((await roleViews(viewer.corpId)).some((known) => known.name === role.name)) throw conflict('已经有同名的角色')
      assertMayGrant(viewer, role)
      const roleKey = `own_${randomUUID().slice(0, 12)}`
      await inTransaction(db, async (tx) => {
        await peopleOf(tx, viewer.corpId).saveRole({ roleKey, predefined: 0, ...role })
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.created', subject: role.name, after: role, from })
      })
      return await roleView(viewer.corpId, roleKey)
    },
    async removeRole(viewer: Viewer, roleKey: string, from: string): Promise<void> {
      const role = await roleView(viewer.corpId, roleKey)
      if (role.predefined || PREDEFINED_ROLES.some((key) => key === roleKey)) throw conflict('系统预设的角色不能删除')
      await inTransaction(db, async (tx) => {
        await peopleOf(tx, viewer.corpId).removeRole(roleKey)
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.deleted', subject: role.name, before: role, from })
      })
    },
    async assignRoles(viewer: Viewer, staffId: number, keys: readonly string[], from: string): Promise<StaffRow> {
      const people = peopleOf(db, viewer.corpId)
      const row = await people.staffById(staffId)
      if (!row || !mayOwn(viewer, staffId)) throw notFound('员工')
      const known = await roleViews(viewer.corpId)
      const chosen = known.filter((role) => keys.includes(role.key) && role.key !== 'staff')
      if (keys.some((key) => !known.some((role) => role.key === key))) throw notFound('角色')
      const before = (await people.rolesOf([staffId])).map((r) => r.roleKey)
      for (const role of known.filter((one) => chosen.includes(one) !== before.includes(one.key))) assertMayGrant(viewer, role.key === 'super_admin' ? { permissions: PERMISSION_KEYS, dataScope: 'all' } : role)
      if (staffId === viewer.staffId && before.includes('super_admin') && !keys.includes('super_admin')) throw conflict('不能取消自己的超级管理员角色，请由另一位超级管理员操作')
      await inTransaction(db, async (tx) => {
        await peopleOf(tx, viewer.corpId).setRoles(staffId, chosen.map((role) => role.key))
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'staff.roles_changed', subject: row.name, before, after: chosen.map((role) => role.key), from })
      })
      const [presented] = await present(viewer, [row])
      if (!presented) throw notFound('员工')
      return presented
    },
    routes(register: Register): void {
      identityRoutes(register, identity, { ...needs, platform })
    },
    plainRoutes(app: FastifyInstance): void {
      signIn.routes(app)
    },
    async work(): Promise<void> {
      needs.jobs.define('contacts_sync', contacts.run)
      timetable ??= repeatedly(TIMETABLE_MS, 'contacts', async () => {
        const due = platform.clock.now() - CONTACTS_EVERY_MS
        for (const corp of await needs.corps.active()) {
          if (corp.hasSecret && ((await needs.jobs.lastBegun(corp.id, 'contacts_sync')) ?? 0) < due) await needs.jobs.start(corp.id, 'contacts_sync', { staffId: null })
        }
        await access.forgetExpired()
        await needs.audit.forgetOld()
      }, platform.log)
    },
    async stop(): Promise<void> {
      await timetable?.stop()
      timetable = null
    },
  }
  return identity
}
