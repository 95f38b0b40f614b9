import { and, eq, inArray, lt } from 'drizzle-orm'
import { afterCursor, encodeCursor } from '../../platform/db/keyset.ts'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { viewPages, views, visitors } from './tables.ts'
import { VIEW_STATE } from './views/store.ts'

/**
 * Views go with their pages, and readers with their last view. The sums per material and day stay. Shares stay, too: their
 * links keep working.
 */
export function radarRetention({ db, config }: Platform): Retention[] {
  const before = (now: number) => now - config.retention.viewsMs
  /** Where the round through old readers has come to: most of them still read. */
  let passed: string | undefined
  const order = [visitors.createdAt, visitors.corpId, visitors.visitorId]

  return [{
    what: 'views',
    async forget(now, piece) {
      const due = await db.select({ corpId: views.corpId, id: views.id }).from(views)
        .where(and(inArray(views.announced, Object.values(VIEW_STATE)), lt(views.openedAt, before(now)))).limit(piece)
      for (const [corpId, ids] of byCorp(due, (view) => view.id)) {
        await db.delete(viewPages).where(and(eq(viewPages.corpId, corpId), inArray(viewPages.viewId, ids)))
        await db.delete(views).where(and(eq(views.corpId, corpId), inArray(views.id, ids)))
      }
      return forgotten(due.length, piece)
    },
  }, {
    what: 'readers without views',
    async forget(now, piece) {
      const old = await db.select({ corpId: visitors.corpId, visitorId: visitors.visitorId, createdAt: visitors.createdAt }).from(visitors)
        .where(and(lt(visitors.createdAt, before(now)), afterCursor(passed, order, 'asc'))).orderBy(...order).limit(piece)
      let gone = 0
      for (const [corpId, ids] of byCorp(old, (visitor) => visitor.visitorId)) {
        const read = await db.selectDistinct({ visitorId: views.visitorId }).from(views).where(and(eq(views.corpId, corpId), inArray(views.visitorId, ids)))
        const reading = new Set(read.map((view) => view.visitorId))
        const idle = ids.filter((id) => !reading.has(id))
        if (idle.length > 0) gone += (await db.delete(visitors).where(and(eq(visitors.corpId, corpId), inArray(visitors.visitorId, idle))))[0].affectedRows
      }
      const last = old.at(-1)
      passed = last && old.length === piece ? encodeCursor([last.createdAt, last.corpId, last.visitorId]) : undefined
      return { gone, more: passed !== undefined }
    },
  }]
}

function byCorp<Row extends { corpId: number }, Id>(rows: readonly Row[], idOf: (row: Row) => Id): Map<number, Id[]> {
  const found = new Map<number, Id[]>()
  for (const row of rows) found.set(row.corpId, [...(found.get(row.corpId) ?? []), idOf(row)])
  return found
}
