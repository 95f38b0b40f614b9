import { and, eq, gt, gte, lt, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { READING_NOW_MS } from '@zhike/shared'
import type { ViewRow } from '@zhike/shared/contract'
import { totalOf, toPage } from '../../../platform/db/keyset.ts'
import type { PageAt } from '../../../platform/db/keyset.ts'
import type { Platform } from '../../../platform/platform.ts'
import { friendshipsOf } from '../../customers/index.ts'
import { mayOwn, withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { views } from '../tables.ts'
import { createViewPresenter } from './present.ts'
import { viewsOf } from './store.ts'

/** Which readings: `staffId` who was told of them, `q` part of the customer's name or remark, opened in [from, to). */
export interface ReadersFilter { materialId?: number; q?: string; staffId?: number; from?: number; to?: number }
interface ViewsQuery extends PageAt, ReadersFilter { customerId?: number; now?: 'reading' }

/**
 * Views that the viewer may see, newest first (MAT-22): those of links sent within her scope, and all views of a customer
 * whose friend is within it. With keyset paging; a fixed number of queries per page.
 */
export function createViewsList(platform: Platform, needs: RadarNeeds) {
  const { db, clock } = platform
  const present = createViewPresenter(platform, needs)

  /** Who only knows that a link was passed on must not learn to whom by asking for one name after the other (MAT-19). */
  function named(viewer: Viewer, q: string | undefined): SQL | undefined {
    if (q === undefined || q === '') return undefined
    const friendships = friendshipsOf(db, viewer.corpId)
    return and(friendships.named(views.customerId, q, viewer.owners), viewer.owners.all ? undefined : or(eq(views.reader, 'customer'), friendships.befriended(views.customerId, viewer.owners)))
  }

  return async (viewer: Viewer, query: ViewsQuery): Promise<{ items: ViewRow[]; next: string | null; total?: number; more?: boolean }> => {
    const owners = query.customerId === undefined ? [] : (await friendshipsOf(db, viewer.corpId).activeOwners([query.customerId])).get(query.customerId) ?? []
    const seesCustomer = owners.some((staffId) => mayOwn(viewer, staffId))
    const store = viewsOf(db, viewer.corpId)
    const meant = [
      query.customerId === undefined ? undefined : eq(views.customerId, query.customerId),
      query.materialId === undefined ? undefined : eq(views.materialId, query.materialId),
      seesCustomer ? undefined : withinScope(viewer, views.staffId),
      query.customerId === undefined || seesCustomer ? undefined : eq(views.reader, 'customer'),
      query.staffId === undefined ? undefined : or(eq(views.staffId, query.staffId), eq(views.alsoTold, query.staffId)),
      query.from === undefined ? undefined : gte(views.openedAt, query.from), query.to === undefined ? undefined : lt(views.openedAt, query.to),
      named(viewer, query.q),
      query.now ? and(gt(views.lastSeenAt, clock.now() - READING_NOW_MS), eq(views.left, 0)) : undefined,
    ]
    // Counting reads each row: only where pages are turned.
    const [rows, total] = await Promise.all([store.list(meant, query), query.skip === undefined ? {} : totalOf(query, (most) => store.count(meant, most))])
    const shown = await present(viewer, rows.slice(0, query.limit))
    const { next } = toPage(rows, query.limit, (row) => [row.openedAt, row.id], (row) => row.id)
    return { items: shown, next, ...total }
  }
}
