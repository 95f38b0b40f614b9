import { and, eq, gt, gte, lt } from 'drizzle-orm'
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
import { waysTo } from './ways.ts'

/** Which readings: `staffId` who was told of them, `q` part of the customer's name or remark (its beginning, where the scope is wide), opened in [from, to). */
export interface ReadersFilter { materialId?: number; q?: string; staffId?: number; from?: number; to?: number }
interface ViewsQuery extends PageAt, ReadersFilter { customerId?: number; now?: 'reading' }

/**
 * Views that the viewer may see, newest first (MAT-22): those of links sent within her scope, and all views of a customer
 * whose friend is within it. With keyset paging; a fixed number of queries per page.
 */
export function createViewsList(platform: Platform, needs: RadarNeeds) {
  const { db, clock } = platform
  const present = createViewPresenter(platform, needs)

  return async (viewer: Viewer, query: ViewsQuery): Promise<{ items: ViewRow[]; next: string | null; total?: number; more?: boolean }> => {
    const owners = query.customerId === undefined ? [] : (await friendshipsOf(db, viewer.corpId).activeOwners([query.customerId])).get(query.customerId) ?? []
    const seesCustomer = owners.some((staffId) => mayOwn(viewer, staffId))
    const store = viewsOf(db, viewer.corpId)
    const meant = and(
      query.customerId === undefined ? undefined : eq(views.customerId, query.customerId),
      query.materialId === undefined ? undefined : eq(views.materialId, query.materialId),
      seesCustomer ? undefined : withinScope(viewer, views.staffId),
      query.customerId === undefined || seesCustomer ? undefined : eq(views.reader, 'customer'),
      query.from === undefined ? undefined : gte(views.openedAt, query.from), query.to === undefined ? undefined : lt(views.openedAt, query.to),
      query.now ? and(gt(views.lastSeenAt, clock.now() - READING_NOW_MS), eq(views.left, 0)) : undefined,
    )
    const { ways, most } = await waysTo(db, viewer, query, meant)
    // Counting is dear: only where pages are turned.
    const [rows, total] = await Promise.all([store.list(ways, query), query.skip === undefined ? {} : totalOf(query, (upTo) => store.count(ways, upTo), most)])
    const shown = await present(viewer, rows.slice(0, query.limit))
    const { next } = toPage(rows, query.limit, (row) => [row.openedAt, row.id], (row) => row.id)
    return { items: shown, next, ...total }
  }
}
