import { and, asc, eq, max, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { materialGroups } from './tables.ts'

export type GroupRow = typeof materialGroups.$inferSelect

/** Groups of one corp's library. */
export function groupsOf(q: Queries, corpId: number) {
  const ofCorp = and(eq(materialGroups.corpId, corpId), eq(materialGroups.scope, 'corp'))
  const one = (groupId: number) => and(ofCorp, eq(materialGroups.id, groupId))
  return {
    /** The default group first, then in the order they were made. */
    all(): Promise<GroupRow[]> {
      return q.select().from(materialGroups).where(ofCorp).orderBy(asc(materialGroups.sortOrder), asc(materialGroups.id))
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
    async default(): Promise<GroupRow | undefined> {
      const [row] = await q.select().from(materialGroups).where(and(ofCorp, eq(materialGroups.isDefault, 1)))
      return row
    },
    /** Makes the default group; changes nothing when it is there. */
    async addDefault(name: string): Promise<void> {
      await q.insert(materialGroups).values({ corpId, scope: 'corp', name, isDefault: 1, sortOrder: 0 }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
    },
    async add(name: string): Promise<number> {
      const [last] = await q.select({ order: max(materialGroups.sortOrder) }).from(materialGroups).where(ofCorp)
      const [result] = await q.insert(materialGroups).values({ corpId, scope: 'corp', name, sortOrder: (last?.order ?? 0) + 1 })
      return result.insertId
    },
    async rename(groupId: number, name: string): Promise<void> {
      await q.update(materialGroups).set({ name }).where(one(groupId))
    },
    async remove(groupId: number): Promise<void> {
      await q.delete(materialGroups).where(one(groupId))
    },
  }
}
