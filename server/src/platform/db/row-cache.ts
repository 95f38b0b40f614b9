import type { Clock } from '../clock.ts'

const KEPT_MS = 2000
const MOST = 2000

/** Rows for two seconds, so that a request reads its tenant once. What is not there is remembered apart: invented ids push no tenant out. */
export function createRowCache<K, Row>(clock: Clock) {
  const found = new Map<K, { row: Promise<Row | undefined>; at: number }>()
  const missing = new Map<K, number>()
  return {
    async get(key: K, load: () => Promise<Row | undefined>): Promise<Row | undefined> {
      const now = clock.now()
      const known = found.get(key)
      if (known && now - known.at < KEPT_MS) return await known.row
      if (now - (missing.get(key) ?? 0) < KEPT_MS) return undefined
      const row = load()
      found.set(key, { row, at: now })
      row.then((value) => {
        if (value) return
        found.delete(key)
        if (missing.size >= MOST) missing.clear()
        missing.set(key, now)
      }, () => found.delete(key))
      return await row
    },
    clear(): void {
      found.clear()
      missing.clear()
    },
  }
}
