import { RELATION_STATES } from '@zhike/shared'
import type { RelationState } from '@zhike/shared'
import { and, asc, count, eq, gte, inArray, like, lt, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Queries } from '../../platform/db/connect.ts'
import { beginsWith, contains } from '../../platform/db/like.ts'
import type { OwnerScope } from '../identity/index.ts'
import { customers, relations } from './tables.ts'

/** Names and remarks are searched inside, not only from their beginning, up to this many owners: from their beginning an index finds them. */
const INSIDE_SEARCH_OWNERS = 20
export const searchesInside = (owners: OwnerScope): boolean => !owners.all && owners.staffIds.length <= INSIDE_SEARCH_OWNERS

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
    /** For another area's rows that name a customer: is she called so, or by a remark of somebody within the scope? Looked up row by row, by keys. */
    named(customerId: MySqlColumn, text: string, owners: OwnerScope): SQL | undefined {
      const pattern = searchesInside(owners) ? contains(text) : beginsWith(text)
      return or(
        sql`EXISTS (SELECT 1 FROM ${customers} WHERE ${eq(customers.corpId, corpId)} AND ${customers.id} = ${customerId} AND ${customers.name} LIKE ${pattern})`,
        sql`EXISTS (SELECT 1 FROM ${relations} WHERE ${and(mine, within(owners))} AND ${relations.customerId} = ${customerId} AND ${relations.remark} LIKE ${pattern})`,
      )
    },
    /**
     * Customers whose name, or a remark of somebody within the scope, begins with a text; null when there are more than `most`.
     * By two indexes, however many customers there are.
     */
    async called(text: string, owners: OwnerScope, most: number): Promise<number[] | null> {
      const pattern = beginsWith(text)
      const [byName, byRemark] = await Promise.all([
        q.select({ id: customers.id }).from(customers).where(and(eq(customers.corpId, corpId), like(customers.name, pattern))).limit(most + 1),
        q.select({ id: relations.customerId }).from(relations).where(and(mine, like(relations.remark, pattern), within(owners))).limit(most + 1),
      ])
      const found = new Set([...byName, ...byRemark].map((row) => row.id))
      return byName.length > most || byRemark.length > most || found.size > most ? null : [...found]
    },
    /** The same kind of condition as `named`: has she a friend within the scope? */
    befriended: (customerId: MySqlColumn, owners: OwnerScope): SQL =>
      sql`EXISTS (SELECT 1 FROM ${relations} WHERE ${and(mine, within(owners), eq(relations.state, 'active'))} AND ${relations.customerId} = ${customerId})`,
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
