import { and, desc, eq, exists, getTableColumns, gt, gte, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { Queries } from '../../../platform/db/connect.ts'
import { afterCursor, countUpTo } from '../../../platform/db/keyset.ts'
import type { PageAt } from '../../../platform/db/keyset.ts'
import type { CountedPage } from '../figures/sums.ts'
import { shares, viewPages, views } from '../tables.ts'

export type ViewDbRow = typeof views.$inferSelect

export type Opening = Pick<ViewDbRow, 'id' | 'shareId' | 'customerId' | 'visitorId' | 'openedAt' | 'lastSeenAt' | 'visibleMs' | 'announced' | 'maxPage' | 'pages' | 'depth'>

/** How often a reader has opened a material through one member's links. */
export interface EarlierReading { customerId: number | null; visitorId: string; materialId: number; staffId: number; opens: number }

/** Views as an index shows them. */
export const entries = alias(views, 'entry')

/**
 * A way to views: the index to go by, where the database can't know which is the shortest; which of its entries, asked of nothing
 * that it doesn't hold; and what is asked of the views themselves.
 */
export type Way = { index?: undefined; where: SQL | undefined } | { index: 'views_material' | 'views_customer' | 'views_staff' | 'views_also_told'; among: SQL | undefined; where?: SQL }

/** Life of a view: new → announced (timeline, notice, figures) → finished; announced again when the reader comes back. */
export const VIEW_STATE = { fresh: 0, announced: 1, finished: 2 } as const

/** Views of one corp. */
export function viewsOf(q: Queries, corpId: number) {
  const mine = eq(views.corpId, corpId)
  const known = and(mine, gt(views.announced, VIEW_STATE.fresh))
  return {
    async byKeys(keys: readonly string[]): Promise<ViewDbRow[]> {
      return keys.length === 0 ? [] : await q.select().from(views).where(and(mine, inArray(views.viewKey, [...keys])))
    },
    async byIds(ids: readonly number[]): Promise<ViewDbRow[]> {
      return ids.length === 0 ? [] : await q.select().from(views).where(and(mine, inArray(views.id, [...ids])))
    },
    /** Of these, the views nobody has announced, locked until the transaction ends. */
    async lockFresh(ids: readonly number[]): Promise<ViewDbRow[]> {
      if (ids.length === 0) return []
      return await q.select().from(views).where(and(mine, inArray(views.id, [...ids]), eq(views.announced, VIEW_STATE.fresh))).orderBy(views.id).for('update')
    },
    /** fresh → announced, with who each reader turned out to be; the caller has locked them. */
    async announce(list: readonly Pick<ViewDbRow, 'id' | 'reader' | 'customerId' | 'openNumber' | 'alsoTold'>[]): Promise<void> {
      if (list.length === 0) return
      const each = (value: (view: (typeof list)[number]) => string | number | null) => sql`CASE ${views.id} ${sql.join(list.map((view) => sql`WHEN ${view.id} THEN ${value(view)}`), sql` `)} END`
      await q.update(views).set({ reader: each((view) => view.reader), customerId: each((view) => view.customerId), openNumber: each((view) => view.openNumber), alsoTold: each((view) => view.alsoTold), announced: VIEW_STATE.announced })
        .where(and(mine, inArray(views.id, list.map((view) => view.id)), eq(views.announced, VIEW_STATE.fresh)))
    },
    /** Views that belong to no share of this corp: there is nobody to tell. */
    async removeOrphans(ids: readonly number[]): Promise<void> {
      if (ids.length > 0) await q.delete(views).where(and(mine, inArray(views.id, [...ids]), eq(views.announced, VIEW_STATE.fresh)))
    },
    /** Of these, the views that are announced and not finished, locked until the transaction ends. */
    async lockOpen(ids: readonly number[]): Promise<ViewDbRow[]> {
      if (ids.length === 0) return []
      return await q.select().from(views).where(and(mine, inArray(views.id, [...ids]), eq(views.announced, VIEW_STATE.announced))).orderBy(views.id).for('update')
    },
    /** announced → finished, its reading time counted; the caller has locked them. */
    async finish(ids: readonly number[]): Promise<void> {
      if (ids.length > 0) await q.update(views).set({ announced: VIEW_STATE.finished, countedMs: sql`${views.visibleMs}` }).where(and(mine, inArray(views.id, [...ids]), eq(views.announced, VIEW_STATE.announced)))
    },
    /** Which of these customers and devices have opened these materials, how often, and through whose links. A device may be found by both. */
    async earlier(customerIds: readonly number[], visitorIds: readonly string[], materialIds: readonly number[]): Promise<{ byCustomer: EarlierReading[]; byVisitor: EarlierReading[] }> {
      const found = async (who: SQL | undefined): Promise<EarlierReading[]> => (who === undefined || materialIds.length === 0 ? [] : await q
        .select({ customerId: views.customerId, visitorId: views.visitorId, materialId: views.materialId, staffId: views.staffId, opens: sql<number>`COUNT(*)`.mapWith(Number) }).from(views)
        .where(and(mine, gt(views.announced, VIEW_STATE.fresh), inArray(views.materialId, [...materialIds]), who))
        .groupBy(views.customerId, views.visitorId, views.materialId, views.staffId))
      const [byCustomer, byVisitor] = await Promise.all([
        found(customerIds.length > 0 ? inArray(views.customerId, [...customerIds]) : undefined), found(visitorIds.length > 0 ? inArray(views.visitorId, [...visitorIds]) : undefined),
      ])
      return { byCustomer, byVisitor }
    },
    /** Announced views through these shares by these readers since a moment, oldest first: what stories are told from. */
    async openingsOf(readers: readonly Pick<ViewDbRow, 'customerId' | 'visitorId' | 'shareId'>[], since: number): Promise<Opening[]> {
      const customerIds = [...new Set(readers.flatMap((reader) => reader.customerId ?? []))]
      const visitorIds = [...new Set(readers.flatMap((reader) => (reader.customerId === null ? [reader.visitorId] : [])))]
      const who = [customerIds.length > 0 ? inArray(views.customerId, customerIds) : undefined, visitorIds.length > 0 ? and(inArray(views.visitorId, visitorIds), isNull(views.customerId)) : undefined].filter((part) => part !== undefined)
      const found = await Promise.all(who.map((part) => q.select({
        id: views.id, shareId: views.shareId, customerId: views.customerId, visitorId: views.visitorId, openedAt: views.openedAt, lastSeenAt: views.lastSeenAt,
        visibleMs: views.visibleMs, announced: views.announced, maxPage: views.maxPage, pages: views.pages, depth: views.depth,
      }).from(views).where(and(mine, part, inArray(views.shareId, [...new Set(readers.map((reader) => reader.shareId))]), gte(views.openedAt, since), gt(views.announced, VIEW_STATE.fresh))).limit(5000)))
      return found.flat().sort((a, b) => a.openedAt - b.openedAt || a.id - b.id)
    },
    /**
     * The first devices without a name that announced views through a chain of links within a time. By id, the order in which
     * views were written: opening times are the pages' own.
     * @param root the first link of the chain
     */
    async firstStrangers(root: number, { staffId, materialId }: Pick<ViewDbRow, 'staffId' | 'materialId'>, from: number, until: number, limit: number): Promise<string[]> {
      const rows = await q.select({ visitorId: views.visitorId }).from(views).innerJoin(shares, eq(shares.id, views.shareId))
        .where(and(
          mine, eq(views.staffId, staffId), eq(views.materialId, materialId), isNull(views.customerId), gte(views.openedAt, from), lt(views.openedAt, until), gt(views.announced, VIEW_STATE.fresh),
          or(eq(shares.id, root), eq(shares.rootId, root)),
        ))
        .groupBy(views.visitorId).orderBy(sql`MIN(${views.id})`).limit(limit)
      return rows.map((row) => row.visitorId)
    },
    /** Pages of views, first page first. */
    async pagesOf(viewIds: readonly number[]): Promise<Map<number, number[]>> {
      const found = new Map<number, number[]>()
      if (viewIds.length === 0) return found
      const rows = await q.select().from(viewPages).where(and(eq(viewPages.corpId, corpId), inArray(viewPages.viewId, [...viewIds])))
      for (const row of rows) {
        const pages = found.get(row.viewId) ?? []
        while (pages.length < row.page) pages.push(0)
        pages[row.page - 1] = row.visibleMs
        found.set(row.viewId, pages)
      }
      return found
    },
    /** What of these views' pages is in no sum yet, locked; from now on it counts as being in them. */
    async takePages(list: readonly Pick<ViewDbRow, 'id' | 'materialId' | 'staffId'>[]): Promise<CountedPage[]> {
      if (list.length === 0) return []
      const uncounted = and(eq(viewPages.corpId, corpId), inArray(viewPages.viewId, list.map((view) => view.id)), sql`${viewPages.visibleMs} > COALESCE(${viewPages.countedMs}, -1)`)
      const rows = await q.select().from(viewPages).where(uncounted).orderBy(viewPages.viewId, viewPages.page).for('update')
      if (rows.length > 0) await q.update(viewPages).set({ countedMs: sql`${viewPages.visibleMs}` }).where(uncounted)
      const byId = new Map(list.map((view) => [view.id, view]))
      return rows.flatMap(({ viewId, page, visibleMs, countedMs }) => {
        const view = byId.get(viewId)
        return view ? [{ materialId: view.materialId, staffId: view.staffId, page, views: countedMs === null ? 1 : 0, readMs: visibleMs - (countedMs ?? 0) }] : []
      })
    },
    /**
     * Takes from the pages of a view what they have more than the whole, first from those that were just told of, from the last
     * page on. What is in the sums already stays: it was no more than the whole then.
     */
    async cutPages(viewId: number, told: readonly { page: number; visibleMs: number }[]): Promise<void> {
      const rows = await q.select().from(viewPages).where(and(eq(viewPages.corpId, corpId), eq(viewPages.viewId, viewId))).orderBy(desc(viewPages.page)).for('update')
      // After the pages: whoever wrote these has written the whole before.
      const [view] = await q.select({ visibleMs: views.visibleMs }).from(views).where(and(mine, eq(views.id, viewId)))
      let over = rows.reduce((sum, row) => sum + row.visibleMs, 0) - (view?.visibleMs ?? 0)
      const justTold = (row: (typeof rows)[number]) => told.some(({ page, visibleMs }) => page === row.page && visibleMs === row.visibleMs)
      for (const row of [...rows.filter(justTold), ...rows.filter((each) => !justTold(each))]) {
        const less = Math.min(over, row.visibleMs - (row.countedMs ?? 0))
        if (less <= 0) continue
        await q.update(viewPages).set({ visibleMs: row.visibleMs - less }).where(and(eq(viewPages.corpId, corpId), eq(viewPages.viewId, viewId), eq(viewPages.page, row.page)))
        over -= less
      }
    },
    async addPages(rows: readonly { viewId: number; page: number; visibleMs: number; countedMs: number }[]): Promise<void> {
      if (rows.length > 0) await q.insert(viewPages).values(rows.map((row) => ({ ...row, corpId })))
    },
    async insert(row: Omit<typeof views.$inferInsert, 'corpId'>): Promise<number> {
      const [result] = await q.insert(views).values({ ...row, corpId })
      return result.insertId
    },
    /** A page of what is found on these ways, newest first. No view may be found on two of them. */
    async list(ways: readonly Way[], { after, skip = 0, limit }: PageAt): Promise<ViewDbRow[]> {
      const passed = ways.length === 1 ? skip : 0
      const wanted = limit + 1 + skip - passed
      const found = await Promise.all(ways.map((way) => (way.index === undefined
        ? q.select().from(views).where(and(known, way.where, afterCursor(after, [views.openedAt, views.id]))).orderBy(desc(views.openedAt), desc(views.id)).limit(wanted).offset(passed)
        : q.select(getTableColumns(views)).from(entries, { forceIndex: way.index }).innerJoin(views, eq(views.id, entries.id))
          .where(and(eq(entries.corpId, corpId), way.among, afterCursor(after, [entries.openedAt, entries.id]), known, way.where)).orderBy(desc(entries.openedAt), desc(entries.id)).limit(wanted).offset(passed))))
      return found.flat().sort((a, b) => b.openedAt - a.openedAt || b.id - a.id).slice(skip - passed, skip - passed + limit + 1)
    },
    /** How many there are, but no further than `most`. Those count as well that are announced at this moment: to leave them out each view would have to be read. */
    async count(ways: readonly Way[], most: number): Promise<number> {
      const found = await Promise.all(ways.map((way) => {
        if (way.index === undefined) return countUpTo(q, views, and(mine, way.where), most)
        const itself = way.where && exists(q.select({ one: sql`1` }).from(views).where(and(eq(views.id, entries.id), way.where)))
        return countUpTo(q, entries, and(eq(entries.corpId, corpId), way.among, itself), most, way.index)
      }))
      return Math.min(most, found.reduce((sum, rows) => sum + rows, 0))
    },
  }
}

/** Views of any corp whose announcement a dead process left undone. @param except ids that are left out */
export async function unannouncedViews(q: Queries, openedBefore: number, limit: number, except: readonly number[]): Promise<{ corpId: number; id: number }[]> {
  return await oldest(q, and(eq(views.announced, VIEW_STATE.fresh), lt(views.openedAt, openedBefore)), limit, except)
}

/** Views of any corp that fell silent and are not finished. @param except ids that are left out */
export async function silentViews(q: Queries, seenBefore: number, limit: number, except: readonly number[]): Promise<{ corpId: number; id: number }[]> {
  return await oldest(q, and(eq(views.announced, VIEW_STATE.announced), lt(views.lastSeenAt, seenBefore)), limit, except)
}

async function oldest(q: Queries, where: SQL | undefined, limit: number, except: readonly number[]): Promise<{ corpId: number; id: number }[]> {
  return await q.select({ corpId: views.corpId, id: views.id }).from(views).where(and(where, except.length > 0 ? notInArray(views.id, [...except]) : undefined)).orderBy(views.openedAt).limit(limit)
}
