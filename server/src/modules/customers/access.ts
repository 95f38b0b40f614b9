import { eq, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Platform } from '../../platform/platform.ts'
import { mayOwn, withinScope } from '../identity/index.ts'
import type { Viewer } from '../identity/index.ts'
import type { CustomerRecord, RelationRecord } from './intake-store.ts'
import { customersOf } from './store.ts'

/** A customer as a viewer may see her (GEN-9): with the relations of her data scope, and always with her own. */
export interface Readable {
  customer: CustomerRecord
  relations: RelationRecord[]
  own: RelationRecord | null
}

/** May the viewer see this relation? Her own always; others' as her data scope says. */
export function maySee(viewer: Viewer, staffId: number): boolean {
  return staffId === viewer.staffId || mayOwn(viewer, staffId)
}

/** The same as an SQL condition; undefined: no restriction. */
export function seenBy(viewer: Viewer, column: MySqlColumn): SQL | undefined {
  const scope = withinScope(viewer, column)
  return scope && or(eq(column, viewer.staffId), scope)
}

/** Null when the customer is not of this corp, or only a friend of people outside the viewer's scope. */
export async function readableBy(platform: Platform, viewer: Viewer, customer: CustomerRecord | undefined): Promise<Readable | null> {
  if (!customer || customer.corpId !== viewer.corpId) return null
  const relations = (await customersOf(platform.db, viewer.corpId).relationsOf([customer.id])).filter((relation) => maySee(viewer, relation.staffId))
  if (relations.length === 0) return null
  return { customer, relations, own: relations.find((relation) => relation.staffId === viewer.staffId) ?? null }
}
