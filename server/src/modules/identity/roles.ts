import { randomUUID } from 'node:crypto'
import { PERMISSION_KEYS, coversScope } from '@zhike/shared'
import type { RoleView } from '@zhike/shared/contract'
import { isDuplicate } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict, forbidden, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import { organisationStore } from './organisation-store.ts'
import { rolesOf } from './role-store.ts'
import type { Rights } from './role-store.ts'
import { peopleOf } from './store.ts'
import { can, isSuperAdmin, mayOwn } from './viewer.ts'
import type { Viewer } from './viewer.ts'

/** Nobody gives, takes or changes rights beyond her own (SYS-4). */
function assertMayGrant(viewer: Viewer, rights: Rights): void {
  if (isSuperAdmin(viewer)) return
  const beyond = rights.permissions.some((permission) => !can(viewer, permission)) || !coversScope(viewer.dataScopes, rights.dataScope)
  if (beyond) throw forbidden('不能授予、收回或修改超出自己权限的角色，请由超级管理员操作')
}

/** A role changes for everybody who holds it: she must see them all (SYS-5). */
async function assertSeesHolders(store: ReturnType<typeof rolesOf>, viewer: Viewer, roleKey: string): Promise<void> {
  if (viewer.owners.all || !(await store.heldBeside(roleKey, viewer.owners.staffIds, viewer.corp.adminUserids))) return
  throw forbidden('这个角色还有你管理范围以外的员工在用，请由超级管理员修改')
}

const changedMeanwhile = (name: string) => conflict(`角色「${name}」刚刚被别人修改过，请看过最新内容再保存，以免覆盖对方的修改`)

/** Roles of a corp, and who is given which (SYS-4, SYS-5). Every change is in the audit log. */
export function createRoles({ db }: Pick<Platform, 'db'>, needs: { audit: Audit }) {
  async function list(viewer: Viewer): Promise<RoleView[]> {
    const store = rolesOf(db, viewer.corpId)
    const [roles, holders] = await Promise.all([store.known(), store.holders(viewer.corp.adminUserids)])
    return roles.map((role) => ({
      key: role.roleKey, name: role.name, predefined: role.predefined === 1, permissions: role.permissions, dataScope: role.dataScope,
      holders: holders.get(role.roleKey) ?? 0, version: role.version,
    }))
  }
  async function view(viewer: Viewer, roleKey: string): Promise<RoleView> {
    const found = (await list(viewer)).find((role) => role.key === roleKey)
    if (!found) throw notFound('角色')
    return found
  }

  return {
    list,
    /** @throws AppError `conflict` when the role has changed since the version that was shown (GEN-8) */
    async change(viewer: Viewer, roleKey: string, { version, ...rights }: Rights & { version: number }, from: string): Promise<RoleView> {
      const before = await view(viewer, roleKey)
      if (roleKey === 'super_admin') throw conflict('超级管理员始终拥有全部权限，不能修改')
      assertMayGrant(viewer, before)
      assertMayGrant(viewer, rights)
      if (before.version !== version) throw changedMeanwhile(before.name)
      await inTransaction(db, async (tx) => {
        const store = rolesOf(tx, viewer.corpId)
        await assertSeesHolders(store, viewer, roleKey)
        if (version > 0) {
          if (!(await store.change(roleKey, version, rights))) throw changedMeanwhile(before.name)
        } else {
          await store.add({ roleKey, name: before.name, predefined: 1, ...rights }).catch((error: unknown) => {
            throw isDuplicate(error) ? changedMeanwhile(before.name) : error
          })
        }
        await organisationStore(tx, viewer.corpId).changed()
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.changed', subject: before.name, before: { permissions: before.permissions, dataScope: before.dataScope }, after: rights, from })
      })
      return await view(viewer, roleKey)
    },
    async add(viewer: Viewer, role: Rights & { name: string }, from: string): Promise<RoleView> {
      if ((await rolesOf(db, viewer.corpId).known()).some((known) => known.name === role.name)) throw conflict('已经有同名的角色')
      assertMayGrant(viewer, role)
      const roleKey = `own_${randomUUID().slice(0, 12)}`
      await inTransaction(db, async (tx) => {
        await rolesOf(tx, viewer.corpId).add({ roleKey, predefined: 0, ...role })
        await organisationStore(tx, viewer.corpId).changed()
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.created', subject: role.name, after: role, from })
      })
      return await view(viewer, roleKey)
    },
    async remove(viewer: Viewer, roleKey: string, from: string): Promise<void> {
      const role = await view(viewer, roleKey)
      if (role.predefined) throw conflict('系统预设的角色不能删除')
      assertMayGrant(viewer, role)
      await inTransaction(db, async (tx) => {
        const store = rolesOf(tx, viewer.corpId)
        await assertSeesHolders(store, viewer, roleKey)
        if (!(await store.remove(roleKey, role.version))) throw changedMeanwhile(role.name)
        await organisationStore(tx, viewer.corpId).changed()
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'role.deleted', subject: role.name, before: role, from })
      })
    },
    /**
     * Gives a member exactly these roles, besides those that come by themselves.
     * @param shown the assigned ones that the form was filled with; null: whatever they are now
     * @throws AppError `conflict` when somebody has changed them meanwhile; the text names what they are now (GEN-8)
     */
    async assign(viewer: Viewer, staffId: number, keys: readonly string[], shown: readonly string[] | null, from: string): Promise<void> {
      const row = await peopleOf(db, viewer.corpId).staffById(staffId)
      if (!row || !mayOwn(viewer, staffId)) throw notFound('员工')
      const known = await rolesOf(db, viewer.corpId).known()
      if (keys.some((key) => !known.some((role) => role.roleKey === key))) throw notFound('角色')
      const chosen = known.filter((role) => keys.includes(role.roleKey) && role.roleKey !== 'staff').map((role) => role.roleKey)
      await inTransaction(db, async (tx) => {
        const store = rolesOf(tx, viewer.corpId)
        await peopleOf(tx, viewer.corpId).lockStaff(staffId)
        const before = (await store.assignedTo([staffId])).map((assigned) => assigned.roleKey)
        if (shown && [...shown].sort().join() !== [...before].sort().join()) {
          const names = known.filter((role) => before.includes(role.roleKey)).map((role) => `「${role.name}」`).join('')
          throw conflict(`${row.name}的角色刚刚被别人改成了${names === '' ? '没有另外的角色' : names}`)
        }
        for (const role of known.filter((one) => chosen.includes(one.roleKey) !== before.includes(one.roleKey))) {
          assertMayGrant(viewer, role.roleKey === 'super_admin' ? { permissions: PERMISSION_KEYS, dataScope: 'all' } : role)
        }
        if (staffId === viewer.staffId && before.includes('super_admin') && !keys.includes('super_admin')) throw forbidden('不能取消自己的超级管理员角色，请由另一位超级管理员操作')
        await store.assign(staffId, chosen)
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'staff.roles_changed', subject: row.name, before, after: chosen, from })
      })
    },
  }
}
