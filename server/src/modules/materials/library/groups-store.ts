import { and, asc, eq, inArray, max, sql } from 'drizzle-orm'
import type { MaterialScope } from '@zhike/shared'
import type { Queries } from '../../../platform/db/connect.ts'
import { materialGroupDepartments, materialGroups } from '../tables.ts'

export type GroupRow = typeof materialGroups.$inferSelect

/** One library: a scope, and of the personal ones whose. */
export interface Library { scope: MaterialScope; ownerId: number }

/** Groups of one corp's libraries (MAT-2). */
export function groupsOf(q: Queries, corpId: number) {
  const mine = eq(materialGroups.corpId, corpId)
  const one = (groupId: number) => and(mine, eq(materialGroups.id, groupId))
  const within = ({ scope, ownerId }: Library) => and(mine, eq(materialGroups.scope, scope), eq(materialGroups.ownerId, ownerId))
  const places = materialGroupDepartments
  return {
    /** The default group first, then in the order they were put. */
    all(library: Library): Promise<GroupRow[]> {
      return q.select().from(materialGroups).where(within(library)).orderBy(asc(materialGroups.sortOrder), asc(materialGroups.id))
    },
    async byId(groupId: number): Promise<GroupRow | undefined> {
      const [row] = await q.select().from(materialGroups).where(one(groupId))
      return row
    },
    /** The same, held until the transaction ends. */
    async hold(groupId: number): Promise<GroupRow | undefined> {
      const [row] = await q.select().from(materialGroups).where(one(groupId)).for('update')
      return row
    },
    async default(library: Library): Promise<GroupRow | undefined> {
      const [row] = await q.select().from(materialGroups).where(and(within(library), eq(materialGroups.isDefault, 1)))
      return row
    },
    /** Makes the default group; changes nothing when it is there. */
    async addDefault(library: Library, name: string): Promise<void> {
      await q.insert(materialGroups).values({ corpId, ...library, name, isDefault: 1, sortOrder: 0 }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    async add(library: Library, name: string): Promise<number> {
      const [last] = await q.select({ order: max(materialGroups.sortOrder) }).from(materialGroups).where(within(library))
      const [result] = await q.insert(materialGroups).values({ corpId, ...library, name, sortOrder: (last?.order ?? 0) + 1 })
      return result.insertId
    },
    async rename(groupId: number, name: string): Promise<void> {
      await q.update(materialGroups).set({ name }).where(one(groupId))
    },
    /** Puts groups of a library in this order; the default group stays first. Ids that are not its own are passed over. */
    async arrange(library: Library, groupIds: readonly number[]): Promise<void> {
      if (groupIds.length === 0) return
      const cases = groupIds.map((id, i) => sql`WHEN ${id} THEN ${i + 1}`)
      await q.update(materialGroups).set({ sortOrder: sql`CASE ${materialGroups.id} ${sql.join(cases, sql` `)} END` })
        .where(and(within(library), eq(materialGroups.isDefault, 0), inArray(materialGroups.id, [...groupIds])))
    },
    async remove(groupId: number): Promise<void> {
      await q.delete(places).where(and(eq(places.corpId, corpId), eq(places.groupId, groupId)))
      await q.delete(materialGroups).where(one(groupId))
    },
    /** Every team group with the departments it is open to. */
    async teamDepartments(): Promise<Map<number, number[]>> {
      const rows = await q.select({ groupId: materialGroups.id, departmentId: places.departmentId }).from(materialGroups)
        .leftJoin(places, and(eq(places.corpId, corpId), eq(places.groupId, materialGroups.id))).where(and(mine, eq(materialGroups.scope, 'team')))
      const found = new Map<number, number[]>()
      for (const { groupId, departmentId } of rows) found.set(groupId, [...(found.get(groupId) ?? []), ...(departmentId === null ? [] : [departmentId])])
      return found
    },
    async openTo(groupId: number, departmentIds: readonly number[]): Promise<void> {
      await q.delete(places).where(and(eq(places.corpId, corpId), eq(places.groupId, groupId)))
      if (departmentIds.length > 0) await q.insert(places).values([...new Set(departmentIds)].map((departmentId) => ({ corpId, groupId, departmentId })))
    },
  }
}
