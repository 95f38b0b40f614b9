import { and, asc, count, desc, eq, inArray, isNull, lte, max, ne, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { afterCursor } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { beginsWith, contains } from '../../platform/db/like.ts'
import { customerEvents, customers, relations, relationTags, tagGroups, tags } from './tables.ts'
import type { CustomerRecord, RelationRecord } from './intake-store.ts'

export interface ListFilter {
  /** Data scope on the relation's member. */
  scope: SQL | undefined
  /** Search inside names: only over a scope small enough; else by how they begin, which an index answers. */
  inside: boolean
  q?: string
  tagId?: string
  ownerId?: number
  state: RelationRecord['state']
}

export interface TagOnRelation { relationId: number; tagId: string; name: string; group: string; kind: 'wecom' | 'personal' }
interface ListedRelation { relation: RelationRecord; customer: CustomerRecord }

/** Customers of one corp, as screens read them. */
export function customersOf(q: Queries, corpId: number) {
  const ofRelation = and(eq(customers.corpId, relations.corpId), eq(customers.id, relations.customerId))
  const filtered = (filter: ListFilter) => and(
    eq(relations.corpId, corpId), eq(relations.state, filter.state), filter.scope, filter.ownerId ? eq(relations.staffId, filter.ownerId) : undefined,
    filter.tagId ? sql`EXISTS (SELECT 1 FROM ${relationTags} WHERE ${relationTags.corpId} = ${relations.corpId} AND ${relationTags.tagKey} = ${filter.tagId} AND ${relationTags.relationId} = ${relations.id})` : undefined,
    filter.q ? named(filter.q, filter.inside) : undefined,
  )
  const named = (text: string, inside: boolean): SQL | undefined => {
    const pattern = inside ? contains(text) : beginsWith(text)
    if (inside) return or(sql`${relations.remark} LIKE ${pattern}`, sql`${customers.name} LIKE ${pattern}`)
    return inArray(relations.id, sql`(SELECT found.id FROM (
      SELECT r.id FROM ${customers} c JOIN ${relations} r ON r.corp_id = c.corp_id AND r.customer_id = c.id WHERE c.corp_id = ${corpId} AND c.name LIKE ${pattern}
      UNION SELECT r.id FROM ${relations} r WHERE r.corp_id = ${corpId} AND r.remark LIKE ${pattern}) found)`)
  }
  return {
    async byId(customerId: number): Promise<CustomerRecord | undefined> {
      return (await q.select().from(customers).where(and(eq(customers.corpId, corpId), eq(customers.id, customerId))))[0]
    },
    async byIds(ids: readonly number[]): Promise<CustomerRecord[]> {
      if (ids.length === 0) return []
      return await q.select().from(customers).where(and(eq(customers.corpId, corpId), inArray(customers.id, [...new Set(ids)])))
    },
    async byExternalIds(externalIds: readonly string[]): Promise<CustomerRecord[]> {
      if (externalIds.length === 0) return []
      return await q.select().from(customers).where(and(eq(customers.corpId, corpId), inArray(customers.externalUserId, [...new Set(externalIds)])))
    },
    /** A WeChat user is one customer of a corp; should there be two rows, the later one. */
    async byUnionId(unionId: string): Promise<CustomerRecord | undefined> {
      return (await q.select().from(customers).where(and(eq(customers.corpId, corpId), eq(customers.unionId, unionId))).orderBy(desc(customers.id)).limit(1))[0]
    },
    async relationsOf(customerIds: readonly number[]): Promise<RelationRecord[]> {
      if (customerIds.length === 0) return []
      return await q.select().from(relations).where(and(eq(relations.corpId, corpId), inArray(relations.customerId, [...new Set(customerIds)]))).orderBy(asc(relations.addedAt), asc(relations.id))
    },
    async tagsOn(relationIds: readonly number[]): Promise<TagOnRelation[]> {
      if (relationIds.length === 0) return []
      const rows = await q.select({ relationId: relationTags.relationId, tagId: relationTags.tagKey, kind: relationTags.kind, stored: relationTags.name, storedGroup: relationTags.group, name: tags.name, group: tagGroups.name })
        .from(relationTags)
        .leftJoin(tags, and(eq(tags.corpId, relationTags.corpId), eq(tags.tagId, relationTags.tagKey)))
        .leftJoin(tagGroups, and(eq(tagGroups.corpId, tags.corpId), eq(tagGroups.groupId, tags.groupId)))
        .where(and(eq(relationTags.corpId, corpId), inArray(relationTags.relationId, [...relationIds])))
        .orderBy(desc(tagGroups.sortOrder), desc(tags.sortOrder), asc(relationTags.tagKey))
      return rows.map((row) => ({ relationId: row.relationId, tagId: row.tagId, kind: row.kind, name: row.name ?? row.stored, group: row.group ?? row.storedGroup })).filter((tag) => tag.name !== '')
    },
    /** Relations with their customers, newest friendship first. */
    async list(filter: ListFilter, { after, skip = 0, limit }: PageAt): Promise<ListedRelation[]> {
      return await q.select({ relation: relations, customer: customers }).from(relations).innerJoin(customers, ofRelation)
        .where(and(filtered(filter), afterCursor(after, [relations.addedAt, relations.id]))).orderBy(desc(relations.addedAt), desc(relations.id)).limit(limit + 1).offset(skip)
    },
    async count(filter: ListFilter): Promise<number> {
      const counted = q.select({ total: count() }).from(relations).$dynamic()
      const [row] = await (filter.q && filter.inside ? counted.innerJoin(customers, ofRelation) : counted).where(filtered(filter))
      return row?.total ?? 0
    },
    /** When each customer last opened something: one look into the index for each, however much she has read. */
    async lastReads(customerIds: readonly number[]): Promise<Map<number, number>> {
      if (customerIds.length === 0) return new Map()
      const rows = await q.select({ customerId: customerEvents.customerId, at: max(customerEvents.at) }).from(customerEvents)
        .where(and(eq(customerEvents.corpId, corpId), inArray(customerEvents.customerId, [...customerIds]), eq(customerEvents.kind, 'material_opened'))).groupBy(customerEvents.corpId, customerEvents.customerId, customerEvents.kind)
      return new Map(rows.flatMap((row) => (row.at === null ? [] : [[row.customerId, row.at]])))
    },
    /** Happenings of one customer that concern nobody in particular, the viewer, or members within a scope; newest first. */
    async events(customerId: number, staff: SQL | undefined, { after, skip = 0, limit }: PageAt) {
      return await q.select().from(customerEvents).where(and(eventsOf(customerId, staff), afterCursor(after, [customerEvents.at, customerEvents.id])))
        .orderBy(desc(customerEvents.at), desc(customerEvents.id)).limit(limit + 1).offset(skip)
    },
    async countEvents(customerId: number, staff: SQL | undefined): Promise<number> {
      const [row] = await q.select({ total: count() }).from(customerEvents).where(eventsOf(customerId, staff))
      return row?.total ?? 0
    },
    /** Friends per member. */
    async friendsPerStaff(staffIds: readonly number[]): Promise<Map<number, number>> {
      if (staffIds.length === 0) return new Map()
      const rows = await q.select({ staffId: relations.staffId, friends: count() }).from(relations)
        .where(and(eq(relations.corpId, corpId), inArray(relations.staffId, [...staffIds]), eq(relations.state, 'active'))).groupBy(relations.staffId)
      return new Map(rows.map((row) => [row.staffId, row.friends]))
    },
    async otherFriends(customerId: number, staffId: number): Promise<number> {
      const [row] = await q.select({ friends: count() }).from(relations)
        .where(and(eq(relations.corpId, corpId), eq(relations.customerId, customerId), ne(relations.staffId, staffId), eq(relations.state, 'active')))
      return row?.friends ?? 0
    },
  }

  function eventsOf(customerId: number, staff: SQL | undefined): SQL | undefined {
    return and(eq(customerEvents.corpId, corpId), eq(customerEvents.customerId, customerId), staff && or(isNull(customerEvents.staffId), staff))
  }
}

/** Over all corps, for the worker: relations whose last writing to WeCom has an outcome we may not know. */
export async function overdueChecks(q: Queries, now: number, limit: number): Promise<{ corpId: number; externalUserId: string; relationId: number }[]> {
  return await q.select({ corpId: relations.corpId, externalUserId: customers.externalUserId, relationId: relations.id }).from(relations)
    .innerJoin(customers, and(eq(customers.corpId, relations.corpId), eq(customers.id, relations.customerId)))
    .where(lte(relations.checkAt, now)).orderBy(relations.checkAt).limit(limit)
}
