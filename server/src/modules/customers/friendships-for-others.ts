import { RELATION_STATES } from '@zhike/shared'
import type { RelationState } from '@zhike/shared'
import { and, asc, count, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import type { OwnerScope } from '../identity/index.ts'
import { relations } from './tables.ts'

/** Who is friends with whom in one corp, for areas that tell owners or count. */
export function friendshipsOf(q: Queries, corpId: number) {
  const mine = eq(relations.corpId, corpId)
  const within = (owners: OwnerScope): SQL | undefined => {
    if (owners.all) return undefined
    return owners.staffIds.length > 0 ? inArray(relations.staffId, [...owners.staffIds]) : sql`FALSE`
  }
  return {
    /** Members who are friends of each customer now, the earliest friendship first. Customers without any are left out. */
    async activeOwners(customerIds: readonly number[]): Promise<Map<number, number[]>> {
      const found = new Map<number, number[]>()
      if (customerIds.length === 0) return found
      const rows = await q.select({ customerId: relations.customerId, staffId: relations.staffId }).from(relations)
        .where(and(mine, inArray(relations.customerId, [...new Set(customerIds)]), eq(relations.state, 'active'))).orderBy(asc(relations.addedAt), asc(relations.id))
      for (const row of rows) found.set(row.customerId, [...(found.get(row.customerId) ?? []), row.staffId])
      return found
    },
    /** What the friendship of a member with a customer is now; null: there never was one. */
    async stateOf(customerId: number, staffId: number): Promise<RelationState | null> {
      const [row] = await q.select({ state: relations.state }).from(relations).where(and(mine, eq(relations.customerId, customerId), eq(relations.staffId, staffId)))
      return row?.state ?? null
    },
    /** Friendships begun, and friendships that customers ended, in [from, to). Epoch ms. */
    async addedAndLost(owners: OwnerScope, from: number, to: number): Promise<{ added: number; lost: number }> {
      const [[added], [lost]] = await Promise.all([
        q.select({ n: count() }).from(relations).where(and(mine, within(owners), inArray(relations.state, [...RELATION_STATES]), gte(relations.addedAt, from), lt(relations.addedAt, to))),
        q.select({ n: count() }).from(relations).where(and(mine, within(owners), eq(relations.state, 'lost'), gte(relations.endedAt, from), lt(relations.endedAt, to))),
      ])
      return { added: added?.n ?? 0, lost: lost?.n ?? 0 }
    },
  }
}
