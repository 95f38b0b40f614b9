import { sql } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { materialDays, materialPages, materialSenderDays, materialSenders, senderDays } from '../tables.ts'

const OF_A_DAY = ['views', 'shares', 'readings', 'readMs'] as const
const EVER = [...OF_A_DAY, 'readers', 'newReaders'] as const
type Sum = (typeof EVER)[number]

/** What happened with a material, as far as its sums are concerned. */
export interface Counted extends Partial<Record<Sum, number>> {
  materialId: number
  /** Whose link it was. */
  staffId: number
  /** The day of the view or share, `2026-03-04` in the corp's zone; reading time counts on the day of the opening. */
  day: string
}

/** Reading of a page that the sums of its material don't hold yet. @property views 1 when this view had not counted there before */
export interface CountedPage { materialId: number; staffId: number; page: number; views: number; readMs: number }

/** The sums of one corp's materials: written in the transaction of what they count, read instead of counting (MAT-3, MAT-21, MAT-23). */
export function materialSumsOf(q: Queries, corpId: number) {
  return {
    async add(list: readonly Counted[]): Promise<void> {
      if (list.length === 0) return
      const of = (columns: readonly Sum[], keyOf: (one: Counted) => string) => totals(list, columns, keyOf).map((row) => ({ ...row, corpId }))
      await q.insert(materialDays).values(of(OF_A_DAY, (one) => `${one.day} ${one.materialId}`)).onDuplicateKeyUpdate({ set: GROWN_BY_DAY })
      await q.insert(senderDays).values(of(OF_A_DAY, (one) => `${one.day} ${one.staffId}`)).onDuplicateKeyUpdate({ set: GROWN_BY_DAY })
      await q.insert(materialSenderDays).values(of(OF_A_DAY, (one) => `${one.day} ${one.staffId} ${one.materialId}`)).onDuplicateKeyUpdate({ set: GROWN_BY_DAY })
      await q.insert(materialSenders).values(of(EVER, (one) => `${one.materialId} ${one.staffId}`))
        .onDuplicateKeyUpdate({ set: { ...GROWN_BY_DAY, readers: sql`readers + VALUES(readers)`, newReaders: sql`new_readers + VALUES(new_readers)` } })
    },
    async addPages(list: readonly CountedPage[]): Promise<void> {
      const pages = new Map<string, CountedPage>()
      for (const one of list) {
        const key = `${one.materialId} ${one.staffId} ${one.page}`
        const known = pages.get(key)
        pages.set(key, known ? { ...known, views: known.views + one.views, readMs: known.readMs + one.readMs } : one)
      }
      if (pages.size === 0) return
      const inOrder = [...pages.values()].sort((a, b) => a.materialId - b.materialId || a.staffId - b.staffId || a.page - b.page)
      await q.insert(materialPages).values(inOrder.map((row) => ({ ...row, corpId }))).onDuplicateKeyUpdate({ set: { views: sql`views + VALUES(views)`, readMs: sql`read_ms + VALUES(read_ms)` } })
    },
  }
}

const GROWN_BY_DAY = { views: sql`views + VALUES(views)`, shares: sql`shares + VALUES(shares)`, readings: sql`readings + VALUES(readings)`, readMs: sql`read_ms + VALUES(read_ms)` }

/** One row per key, always in the same order, so that two writers don't wait for each other. */
function totals(list: readonly Counted[], columns: readonly Sum[], keyOf: (one: Counted) => string): Required<Counted>[] {
  const found = new Map<string, Required<Counted>>()
  for (const one of list) {
    const key = keyOf(one)
    const total = found.get(key) ?? { materialId: one.materialId, staffId: one.staffId, day: one.day, views: 0, shares: 0, readings: 0, readMs: 0, readers: 0, newReaders: 0 }
    for (const column of columns) total[column] += one[column] ?? 0
    found.set(key, total)
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total)
}
