import { and, eq, gte, inArray, lt, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { friendshipsOf, searchesInside } from '../../customers/index.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { views } from '../tables.ts'
import { entries } from './store.ts'
import type { Way } from './store.ts'

interface Looked { materialId?: number; customerId?: number; now?: 'reading'; q?: string; staffId?: number; from?: number; to?: number }
/** @property most rows are counted up to here; undefined: as usual */
export interface Ways { ways: readonly Way[]; most?: number }

/** Readings are looked up customer by customer, up to so many: a name that more of them bear is soon met among the latest readings. */
const FEW = 2000
const COUNTED_AMONG_MANY = 300

/**
 * How the readings that a filter means are found (MAT-22). A material may have been opened hundreds of thousands of times: who
 * looks for a customer, for a member, or for those of her own links must not have to go through all of that.
 * @param meant all that is asked of a view besides the name and who was told
 */
export async function waysTo(q: Queries, viewer: Viewer, { materialId, customerId, now, q: text = '', staffId, from, to }: Looked, meant: SQL | undefined): Promise<Ways> {
  const friendships = friendshipsOf(q, viewer.corpId)
  const { owners } = viewer
  // Who only knows that a link was passed on must not learn to whom by asking for one name after the other (MAT-19).
  const mayName = owners.all ? undefined : or(eq(views.reader, 'customer'), friendships.befriended(views.customerId, owners))
  const named = text === '' ? undefined : and(friendships.named(views.customerId, text, owners), mayName)
  const told = staffId === undefined ? undefined : or(eq(views.staffId, staffId), eq(views.alsoTold, staffId))
  if (materialId === undefined || customerId !== undefined || now !== undefined) return { ways: [{ where: and(meant, told, named) }] }

  const of = (...which: (SQL | undefined)[]) => and(eq(entries.materialId, materialId), from === undefined ? undefined : gte(entries.openedAt, from), to === undefined ? undefined : lt(entries.openedAt, to), ...which)
  const called = text === '' || searchesInside(owners) ? undefined : await friendships.called(text, owners, FEW)
  if (called?.length === 0) return { ways: [] }
  if (called) return { ways: [{ index: 'views_customer', among: of(inArray(entries.customerId, called)), where: and(mayName, told, withinScope(viewer, views.staffId)) }] }

  const most = called === null ? COUNTED_AMONG_MANY : undefined
  const scope = withinScope(viewer, entries.staffId)
  if (staffId !== undefined) {
    return { most, ways: [{ index: 'views_staff', among: of(eq(entries.staffId, staffId), scope), where: named }, { index: 'views_also_told', among: of(eq(entries.alsoTold, staffId)), where: and(named, withinScope(viewer, views.staffId)) }] }
  }
  if (owners.all) return { most, ways: [{ where: and(meant, named) }] }
  const ofFew = named ? searchesInside(owners) : owners.staffIds.length === 1
  return { most, ways: [{ index: ofFew ? 'views_staff' : 'views_material', among: of(scope), where: named }] }
}
