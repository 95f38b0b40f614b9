import { and, eq, gt } from 'drizzle-orm'
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
import { factsOf } from './facts.ts'
import { isReading } from './live-news.ts'
import { viewsOf } from './store.ts'
import type { ViewDbRow } from './store.ts'

interface ViewsQuery extends PageAt { customerId?: number; materialId?: number; now?: 'reading' }

/**
 * Views that the viewer may see, newest first (MAT-22): those of links sent within her scope, and all views of a customer
 * whose friend is within it. With keyset paging; a fixed number of queries per page.
 */
export function createViewsList(platform: Platform, needs: RadarNeeds) {
  const { db, clock } = platform
  return async (viewer: Viewer, query: ViewsQuery): Promise<{ items: ViewRow[]; next: string | null; total?: number; more?: boolean }> => {
    const now = clock.now()
    const owners = query.customerId === undefined ? [] : (await friendshipsOf(db, viewer.corpId).activeOwners([query.customerId])).get(query.customerId) ?? []
    const seesCustomer = owners.some((staffId) => mayOwn(viewer, staffId))
    const store = viewsOf(db, viewer.corpId)
    const meant = [
      query.customerId === undefined ? undefined : eq(views.customerId, query.customerId),
      query.materialId === undefined ? undefined : eq(views.materialId, query.materialId),
      seesCustomer ? undefined : withinScope(viewer, views.staffId),
      // Who only knows that a link was passed on must not learn to whom by asking for one customer after the other (MAT-19).
      query.customerId === undefined || seesCustomer ? undefined : eq(views.reader, 'customer'),
      query.now ? and(gt(views.lastSeenAt, now - READING_NOW_MS), eq(views.left, 0)) : undefined,
    ]
    // Counting reads each row: only where pages are turned.
    const [rows, total] = await Promise.all([store.list(meant, query), query.skip === undefined ? {} : totalOf(query, (most) => store.count(meant, most))])
    const shown = rows.slice(0, query.limit)
    const [facts, staff, pages] = await Promise.all([
      factsOf(db, needs, viewer.corpId, shown), needs.identity.staffRefs(viewer.corpId, [...new Set(shown.map((row) => row.staffId))]), store.pagesOf(shown.map((row) => row.id)),
    ])
    const present = (row: ViewDbRow): ViewRow => {
      const mayKnow = facts.mayKnow(row, (staffId) => mayOwn(viewer, staffId))
      const customer = mayKnow ? facts.customer(row.customerId) : null
      const material = facts.material(row)
      return {
        viewId: row.id, shareId: row.shareId,
        material: { materialId: row.materialId, title: material?.title ?? '已删除的素材', type: material?.type ?? 'link', pages: row.pages },
        reader: row.reader, customer: customer && { customerId: customer.customerId, name: customer.name, avatar: customer.avatar }, readerName: facts.nameOf(row, mayKnow),
        staff: staff.get(row.staffId) ?? { staffId: row.staffId, userid: '', name: '已离职员工', avatar: null },
        openedAt: row.openedAt, lastSeenAt: row.lastSeenAt, visibleMs: row.visibleMs, lastPage: row.lastPage, maxPage: row.maxPage, pageMs: pages.get(row.id) ?? [],
        depth: row.depth, readingNow: isReading(row, now), device: row.device, openNumber: row.openNumber,
      }
    }
    return { ...toPage(rows, query.limit, (row) => [row.openedAt, row.id], present), ...total }
  }
}
