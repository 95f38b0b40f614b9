import { and, count, countDistinct, desc, eq, gt, gte, inArray, isNotNull, isNull, lte, max, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { AnswerOf } from '@zhike/shared/contract'
import { afterCursor, decodeCursor, encodeCursor, toPage } from '../../../platform/db/keyset.ts'
import type { PageAt } from '../../../platform/db/keyset.ts'
import { badRequest } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import { withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { views } from '../tables.ts'
import { createViewPresenter } from '../views/present.ts'
import { VIEW_STATE } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'
import { lastTwoDays } from './period.ts'

const later = alias(views, 'later')

interface ReaderSums { opens: number; visibleMs: number; materials: number }
/** A customer is one reader on all her devices. */
const readerKey = ({ customerId, visitorId }: Pick<ViewDbRow, 'customerId' | 'visitorId'>): string => (customerId === null ? `v${visitorId}` : `c${customerId}`)

/**
 * Who has read today within the viewer's scope, each reader once at her latest view, the latest first. Walks the views of today
 * from the end and passes over those after which the same reader came again: what a page costs doesn't depend on how many there are.
 */
export function createReadersToday(platform: Platform, needs: RadarNeeds) {
  const { db, clock } = platform
  const present = createViewPresenter(platform, needs)

  /** Nothing comes after this view of the same reader: a customer on any of her devices, else the device, also once it is known whose it is. */
  function isLatest(viewer: Viewer, upTo: number): SQL | undefined {
    const after = or(gt(later.openedAt, views.openedAt), and(eq(later.openedAt, views.openedAt), gt(later.id, views.id)))
    const again = (same: SQL) => sql`NOT EXISTS (SELECT 1 FROM ${views} ${sql.raw('later')} WHERE ${and(eq(later.corpId, viewer.corpId), same, after, lte(later.id, upTo), gt(later.announced, VIEW_STATE.fresh), withinScope(viewer, later.staffId))})`
    return or(and(isNotNull(views.customerId), again(eq(later.customerId, views.customerId))), and(isNull(views.customerId), again(eq(later.visitorId, views.visitorId))))
  }

  /** Where a page begins, and the newest view that was there when the first page was read: who reads on meanwhile keeps her place. */
  async function placeOf(viewer: Viewer, since: number, after: string | undefined): Promise<{ place: string | undefined; upTo: number }> {
    if (after) {
      const [openedAt = 0, id = 0, upTo] = decodeCursor(after, 3)
      if (typeof upTo !== 'number') throw badRequest('翻页位置无效，请刷新列表')
      return { place: encodeCursor([openedAt, id]), upTo }
    }
    const [newest] = await db.select({ id: max(views.id) }).from(views).where(and(eq(views.corpId, viewer.corpId), gte(views.openedAt, since)))
    return { place: undefined, upTo: newest?.id ?? 0 }
  }

  /** What each reader has done today, by `readerKey`. */
  async function sumsOf(viewer: Viewer, since: number, rows: readonly ViewDbRow[]): Promise<Map<string, ReaderSums>> {
    const customerIds = rows.flatMap((row) => row.customerId ?? [])
    const visitorIds = rows.flatMap((row) => (row.customerId === null ? [row.visitorId] : []))
    const columns = { opens: count(), visibleMs: sql<number>`SUM(${views.visibleMs})`.mapWith(Number), materials: countDistinct(views.materialId) }
    const today = and(eq(views.corpId, viewer.corpId), gte(views.openedAt, since), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId))
    const [byCustomer, byVisitor] = await Promise.all([
      customerIds.length === 0 ? [] : db.select({ customerId: views.customerId, ...columns }).from(views).where(and(today, inArray(views.customerId, customerIds))).groupBy(views.customerId),
      visitorIds.length === 0 ? [] : db.select({ visitorId: views.visitorId, ...columns }).from(views).where(and(today, inArray(views.visitorId, visitorIds), isNull(views.customerId))).groupBy(views.visitorId),
    ])
    const sums = new Map<string, ReaderSums>(byVisitor.map((row) => [readerKey({ customerId: null, visitorId: row.visitorId }), row]))
    for (const row of byCustomer) sums.set(readerKey({ customerId: row.customerId, visitorId: '' }), row)
    return sums
  }

  return async (viewer: Viewer, { after, skip = 0, limit }: PageAt): Promise<AnswerOf<'GET /api/radar/readers'>> => {
    const since = lastTwoDays(clock.now(), viewer.corp.zone).today
    const { place, upTo } = await placeOf(viewer, since, after)
    const rows = await db.select().from(views)
      .where(and(eq(views.corpId, viewer.corpId), gte(views.openedAt, since), lte(views.id, upTo), gt(views.announced, VIEW_STATE.fresh), withinScope(viewer, views.staffId), isLatest(viewer, upTo), afterCursor(place, [views.openedAt, views.id])))
      .orderBy(desc(views.openedAt), desc(views.id)).limit(limit + 1).offset(skip)
    const shown = rows.slice(0, limit)
    const [list, sums] = await Promise.all([present(viewer, shown), sumsOf(viewer, since, shown)])
    const keyOf = new Map(shown.map((row) => [row.id, readerKey(row)]))
    const { next } = toPage(rows, limit, (row) => [row.openedAt, row.id, upTo], (row) => row.id)
    return {
      next,
      items: list.map((view) => {
        const { opens = 1, visibleMs = view.visibleMs, materials = 1 } = sums.get(keyOf.get(view.viewId) ?? '') ?? {}
        return { view, opens, visibleMs, materials }
      }),
    }
  }
}
