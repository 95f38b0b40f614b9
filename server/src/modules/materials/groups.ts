import type { MaterialGroupView } from '@zhike/shared/contract'
import { isDuplicate } from '../../platform/db/connect.ts'
import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import { groupsOf } from './groups-store.ts'
import type { GroupRow } from './groups-store.ts'
import { materialsOf } from './store.ts'

/** Who changes something, for the audit log. */
export interface Editor { corpId: number; staffId: number | null; from: string | null }

const DEFAULT_GROUP_NAME = '默认分组'

export type Groups = ReturnType<typeof createGroups>

/** Groups of the corp library (MAT-2). The default group is made when it is first needed. */
export function createGroups(platform: Platform, audit: Audit) {
  const { db } = platform
  const taken = (name: string) => invalid(`已经有名为「${name}」的分组`, { name: '分组名称不能重复' })

  async function defaultGroup(q: Queries, corpId: number): Promise<GroupRow> {
    const groups = groupsOf(q, corpId)
    const found = await groups.default()
    if (found) return found
    await groups.addDefault(DEFAULT_GROUP_NAME)
    const made = await groups.default()
    if (!made) throw new Error('the default group could not be made')
    return made
  }
  const view = (row: GroupRow, materials: number): MaterialGroupView => ({ groupId: row.id, name: row.name, isDefault: row.isDefault === 1, order: row.sortOrder, materials })
  const record = (q: Queries, by: Editor, action: 'created' | 'changed' | 'deleted', subject: string, values: { before?: unknown; after?: unknown }) =>
    audit.record(q, { corpId: by.corpId, actorId: by.staffId, action: `material_group.${action}`, subject, ...values, from: by.from })

  return {
    /** All of a corp, the default group first. */
    async list(corpId: number): Promise<MaterialGroupView[]> {
      await defaultGroup(db, corpId)
      const [rows, counts] = await Promise.all([groupsOf(db, corpId).all(), materialsOf(db, corpId).countByGroup()])
      return rows.map((row) => view(row, counts.get(row.id) ?? 0))
    },
    /** @throws AppError `invalid` when the name is taken */
    async add(by: Editor, name: string): Promise<MaterialGroupView> {
      await defaultGroup(db, by.corpId)
      try {
        return await inTransaction(db, async (tx) => {
          const groups = groupsOf(tx, by.corpId)
          const made = await groups.byId(await groups.add(name))
          if (!made) throw notFound('分组')
          await record(tx, by, 'created', name, {})
          return view(made, 0)
        })
      } catch (error) {
        throw isDuplicate(error) ? taken(name) : error
      }
    },
    async rename(by: Editor, groupId: number, name: string): Promise<MaterialGroupView> {
      try {
        return await inTransaction(db, async (tx) => {
          const groups = groupsOf(tx, by.corpId)
          const row = await groups.hold(groupId)
          if (!row) throw notFound('分组')
          if (row.isDefault) throw conflict('默认分组不能改名')
          const counts = await materialsOf(tx, by.corpId).countByGroup()
          if (row.name !== name) {
            await groups.rename(groupId, name)
            await record(tx, by, 'changed', name, { before: { name: row.name }, after: { name } })
          }
          return view({ ...row, name }, counts.get(groupId) ?? 0)
        })
      } catch (error) {
        throw isDuplicate(error) ? taken(name) : error
      }
    },
    /** Its materials move to the default group. @returns how many */
    async remove(by: Editor, groupId: number): Promise<number> {
      return inTransaction(db, async (tx) => {
        const groups = groupsOf(tx, by.corpId)
        const fallback = await defaultGroup(tx, by.corpId)
        const row = await groups.hold(groupId)
        if (!row) throw notFound('分组')
        if (row.isDefault) throw conflict('默认分组不能删除')
        const moved = await materialsOf(tx, by.corpId).move(groupId, fallback.id)
        await groups.remove(groupId)
        await record(tx, by, 'deleted', row.name, { before: { name: row.name, materials: moved } })
        return moved
      })
    },
  }
}
