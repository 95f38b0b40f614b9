import type { MaterialGroupView } from '@zhike/shared/contract'
import { MATERIAL_SCOPE_LABELS } from '@zhike/shared'
import type { MaterialScope, Permission } from '@zhike/shared'
import { isDuplicate } from '../../../platform/db/connect.ts'
import type { Queries } from '../../../platform/db/connect.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { conflict, forbidden, invalid, notFound } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Audit } from '../../audit/index.ts'
import { can } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { groupsOf } from './groups-store.ts'
import type { GroupRow, Library } from './groups-store.ts'
import { leadsAll, reachOf, requireEdits } from './reach.ts'
import type { Reach } from './reach.ts'
import { materialsOf } from './store.ts'

/** Who changes something, for the audit log. */
export interface Editor { corpId: number; staffId: number | null; from: string | null }
interface GroupForm { name: string; departmentIds: readonly number[] }

const DEFAULT_GROUP_NAME = '默认分组'
/** Groups of one member's own library. */
const PERSONAL_MOST = 50

/** What it takes to change the shared libraries. */
const WRITES = { corp: 'materials.write', team: 'team_materials.write' } as const satisfies Record<string, Permission>

export type Groups = ReturnType<typeof createGroups>
type DepartmentNames = (corpId: number, departmentIds: readonly number[]) => Promise<Map<number, string>>

/** The library of a scope that a viewer means. */
export const libraryOf = (viewer: Viewer, scope: MaterialScope): Library => ({ scope, ownerId: scope === 'personal' ? viewer.staffId : 0 })

/** Groups of the libraries (MAT-2). A default group is made when it is first needed. */
export function createGroups(platform: Platform, { audit, departmentNames }: { audit: Audit; departmentNames: DepartmentNames }) {
  const { db } = platform
  const taken = (name: string) => invalid(`已经有名为「${name}」的分组`, { name: '分组名称不能重复' })

  async function defaultGroup(q: Queries, corpId: number, library: Library): Promise<GroupRow> {
    const groups = groupsOf(q, corpId)
    const found = await groups.default(library)
    if (found) return found
    await groups.addDefault(library, DEFAULT_GROUP_NAME)
    const made = await groups.default(library)
    if (!made) throw new Error('the default group could not be made')
    return made
  }
  const record = (q: Queries, by: Editor, action: 'created' | 'changed' | 'arranged' | 'deleted', subject: string, values: { before?: unknown; after?: unknown }) =>
    audit.record(q, { corpId: by.corpId, actorId: by.staffId, action: `material_group.${action}`, subject, ...values, from: by.from })
  const shelved = (row: GroupRow) => ({ scope: row.scope, ownerId: row.ownerId, groupId: row.id })

  /** Groups with their departments and number of materials. */
  async function present(corpId: number, library: Library, rows: readonly GroupRow[], reach: Reach | null): Promise<MaterialGroupView[]> {
    const [counts, departments] = await Promise.all([materialsOf(db, corpId).countByGroup(library), library.scope === 'team' ? groupsOf(db, corpId).teamDepartments() : new Map<number, number[]>()])
    const names = await departmentNames(corpId, [...departments.values()].flat())
    return rows.map((row) => ({
      groupId: row.id, scope: row.scope, name: row.name, isDefault: row.isDefault === 1, order: row.sortOrder, materials: counts.get(row.id) ?? 0,
      departments: (departments.get(row.id) ?? []).map((departmentId) => ({ departmentId, name: names.get(departmentId) ?? '已删除的部门' })),
      mayEdit: reach === null || reach.edits(shelved(row)),
    }))
  }

  /** Into which departments a team group may be opened, and that it needs at least one (MAT-2). */
  async function requireDepartments(viewer: Viewer, scope: MaterialScope, departmentIds: readonly number[], isDefault: boolean): Promise<void> {
    if (scope !== 'team') {
      if (departmentIds.length > 0) throw invalid('只有团队分组可以设置部门', { departmentIds: '只有团队分组可以设置部门' })
      return
    }
    if (departmentIds.length === 0) {
      if (isDefault) return
      throw invalid('请至少选择一个部门', { departmentIds: '请至少选择一个部门' })
    }
    const known = await departmentNames(viewer.corpId, departmentIds)
    if (departmentIds.some((id) => !known.has(id))) throw invalid('有部门已被删除，请重新选择', { departmentIds: '请重新选择部门' })
    if (!leadsAll(viewer, departmentIds)) throw forbidden('只能选择你管理的部门')
  }

  /** The group as she may change it, held. */
  async function requireGroup(tx: Queries, viewer: Viewer, groupId: number): Promise<{ row: GroupRow; reach: Reach }> {
    const reach = await reachOf(tx, viewer)
    const row = await groupsOf(tx, viewer.corpId).hold(groupId)
    if (!row || !reach.sees(shelved(row))) throw notFound('分组')
    requireEdits(reach, shelved(row))
    return { row, reach }
  }

  async function nameWritten<T>(name: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      throw isDuplicate(error) ? taken(name) : error
    }
  }

  async function viewOf(viewer: Viewer, groupId: number): Promise<MaterialGroupView> {
    const row = await groupsOf(db, viewer.corpId).byId(groupId)
    const [view] = row ? await present(viewer.corpId, { scope: row.scope, ownerId: row.ownerId }, [row], await reachOf(db, viewer)) : []
    if (!view) throw notFound('分组')
    return view
  }

  return {
    /** All of a library that the viewer may use, the default group first. */
    async list(viewer: Viewer, scope: MaterialScope): Promise<{ groups: MaterialGroupView[]; mayEdit: boolean }> {
      const library = libraryOf(viewer, scope)
      await defaultGroup(db, viewer.corpId, library)
      const [rows, reach] = await Promise.all([groupsOf(db, viewer.corpId).all(library), reachOf(db, viewer)])
      const mayEdit = scope === 'personal' || can(viewer, WRITES[scope])
      return { groups: await present(viewer.corpId, library, rows.filter((row) => reach.sees(shelved(row))), reach), mayEdit }
    },
    /** All groups of a library, the default one first, for programs that fill it. */
    async of(corpId: number, library: Library): Promise<MaterialGroupView[]> {
      await defaultGroup(db, corpId, library)
      return await present(corpId, library, await groupsOf(db, corpId).all(library), null)
    },
    /** Makes a group in one of the shared libraries, for programs that fill them. @returns its id */
    async addFor(by: Editor, scope: 'corp' | 'team', form: GroupForm): Promise<number> {
      const library: Library = { scope, ownerId: 0 }
      await defaultGroup(db, by.corpId, library)
      return await nameWritten(form.name, () => inTransaction(db, async (tx) => {
        const groups = groupsOf(tx, by.corpId)
        const groupId = await groups.add(library, form.name)
        await groups.openTo(groupId, form.departmentIds)
        await record(tx, by, 'created', form.name, { after: { name: form.name, departmentIds: form.departmentIds } })
        return groupId
      }))
    },
    /** @throws AppError `invalid` when the name is taken */
    async add(viewer: Viewer, from: string, scope: MaterialScope, form: GroupForm): Promise<MaterialGroupView> {
      const library = libraryOf(viewer, scope)
      if (scope !== 'personal' && !can(viewer, WRITES[scope])) throw forbidden()
      await requireDepartments(viewer, scope, form.departmentIds, false)
      await defaultGroup(db, viewer.corpId, library)
      const groupId = await nameWritten(form.name, () => inTransaction(db, async (tx) => {
        const groups = groupsOf(tx, viewer.corpId)
        if (scope === 'personal' && (await groups.all(library)).length >= PERSONAL_MOST) throw invalid(`最多 ${PERSONAL_MOST} 个分组`)
        const made = await groups.add(library, form.name)
        await groups.openTo(made, form.departmentIds)
        await record(tx, { corpId: viewer.corpId, staffId: viewer.staffId, from }, 'created', form.name, { after: { name: form.name, ...(scope === 'team' ? { departmentIds: form.departmentIds } : {}) } })
        return made
      }))
      return await viewOf(viewer, groupId)
    },
    /** Changes the name and, of a team group, who may use it. The default group keeps its name. */
    async change(viewer: Viewer, from: string, groupId: number, form: GroupForm): Promise<MaterialGroupView> {
      await nameWritten(form.name, () => inTransaction(db, async (tx) => {
        const { row } = await requireGroup(tx, viewer, groupId)
        if (row.isDefault && row.name !== form.name) throw conflict('默认分组不能改名')
        await requireDepartments(viewer, row.scope, form.departmentIds, row.isDefault === 1)
        const groups = groupsOf(tx, viewer.corpId)
        const before = [...((await groups.teamDepartments()).get(groupId) ?? [])].sort((a, b) => a - b)
        const after = [...new Set(form.departmentIds)].sort((a, b) => a - b)
        if (row.name === form.name && before.join() === after.join()) return
        await groups.rename(groupId, form.name)
        if (row.scope === 'team') await groups.openTo(groupId, after)
        const values = (name: string, departmentIds: readonly number[]) => ({ name, ...(row.scope === 'team' ? { departmentIds } : {}) })
        await record(tx, { corpId: viewer.corpId, staffId: viewer.staffId, from }, 'changed', form.name, { before: values(row.name, before), after: values(form.name, after) })
      }))
      return await viewOf(viewer, groupId)
    },
    /** Puts the groups of a library into this order; those that the viewer may not change stay where they are. */
    async arrange(viewer: Viewer, from: string, scope: MaterialScope, groupIds: readonly number[]): Promise<void> {
      const library = libraryOf(viewer, scope)
      const reach = await reachOf(db, viewer)
      const rows = await groupsOf(db, viewer.corpId).all(library)
      if (scope !== 'personal' && !can(viewer, WRITES[scope])) throw forbidden()
      const known = new Map(rows.filter((row) => reach.edits(shelved(row))).map((row) => [row.id, row.name]))
      const wanted = groupIds.filter((id) => known.has(id))
      await inTransaction(db, async (tx) => {
        await groupsOf(tx, viewer.corpId).arrange(library, wanted)
        if (scope !== 'personal') await record(tx, { corpId: viewer.corpId, staffId: viewer.staffId, from }, 'arranged', MATERIAL_SCOPE_LABELS[scope], { after: { groups: wanted.map((id) => known.get(id)) } })
      })
    },
    /**
     * Its materials move to another group of its library: the default one, if none is named. Who may not change that one names
     * one of hers, or she would never see them again. @returns how many
     */
    async remove(viewer: Viewer, from: string, groupId: number, to?: number): Promise<number> {
      return await inTransaction(db, async (tx) => {
        const { row, reach } = await requireGroup(tx, viewer, groupId)
        if (row.isDefault) throw conflict('默认分组不能删除')
        const library = { scope: row.scope, ownerId: row.ownerId }
        const target = to === undefined ? await defaultGroup(tx, viewer.corpId, library) : await groupsOf(tx, viewer.corpId).hold(to)
        const isHers = target !== undefined && target.id !== groupId && target.scope === row.scope && target.ownerId === row.ownerId && reach.edits(shelved(target))
        if (!isHers && (to !== undefined || await materialsOf(tx, viewer.corpId).inGroup(groupId) > 0)) throw invalid('请选择分组里的素材移到哪个分组', { to: '请选择你管理的另一个分组' })
        const moved = isHers ? await materialsOf(tx, viewer.corpId).move(groupId, target.id) : 0
        await groupsOf(tx, viewer.corpId).remove(groupId)
        await record(tx, { corpId: viewer.corpId, staffId: viewer.staffId, from }, 'deleted', row.name, { before: { name: row.name, materials: moved }, ...(isHers && moved > 0 ? { after: { movedTo: target.name } } : {}) })
        return moved
      })
    },
  }
}
