import { sql } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { materialDays, materialSenders } from '../tables.ts'

/** What happened with a material, as far as its sums are concerned. */
export interface Counted {
  materialId: number
  /** Whose link it was. */
  staffId: number
  /** The day of a view or share, `2026-03-04` in the corp's zone. Not needed for reading time. */
  day?: string
  views?: number
  shares?: number
  readers?: number
  newReaders?: number
  readings?: number
  readMs?: number
}

/** The sums of one corp's materials: written in the transaction of what they count, read instead of counting (MAT-3, MAT-21). */
export function materialSumsOf(q: Queries, corpId: number) {
  return {
    async add(list: readonly Counted[]): Promise<void> {
      const days = new Map<string, typeof materialDays.$inferInsert & { views: number; shares: number }>()
      const senders = new Map<string, Required<typeof materialSenders.$inferInsert>>()
      for (const { materialId, staffId, day, views = 0, shares = 0, readers = 0, newReaders = 0, readings = 0, readMs = 0 } of list) {
        if (day !== undefined) {
          const known = days.get(`${materialId}:${day}`) ?? { corpId, materialId, day, views: 0, shares: 0 }
          days.set(`${materialId}:${day}`, { ...known, views: known.views + views, shares: known.shares + shares })
        }
        const known = senders.get(`${materialId}:${staffId}`) ?? { corpId, materialId, staffId, shares: 0, views: 0, readers: 0, newReaders: 0, readings: 0, readMs: 0 }
        senders.set(`${materialId}:${staffId}`, {
          ...known, shares: known.shares + shares, views: known.views + views, readers: known.readers + readers, newReaders: known.newReaders + newReaders,
          readings: known.readings + readings, readMs: known.readMs + readMs,
        })
      }
      // Always in the same order, so that two writers don't wait for each other.
      if (days.size > 0) {
        await q.insert(materialDays).values([...days.values()].sort((a, b) => a.materialId - b.materialId || (a.day < b.day ? -1 : 1)))
          .onDuplicateKeyUpdate({ set: { views: sql`views + VALUES(views)`, shares: sql`shares + VALUES(shares)` } })
      }
      if (senders.size > 0) {
        await q.insert(materialSenders).values([...senders.values()].sort((a, b) => a.materialId - b.materialId || a.staffId - b.staffId)).onDuplicateKeyUpdate({
          set: {
            shares: sql`shares + VALUES(shares)`, views: sql`views + VALUES(views)`, readers: sql`readers + VALUES(readers)`, newReaders: sql`new_readers + VALUES(new_readers)`,
            readings: sql`readings + VALUES(readings)`, readMs: sql`read_ms + VALUES(read_ms)`,
          },
        })
      }
    },
  }
}
