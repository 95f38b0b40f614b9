import type { Pool, RowDataPacket } from 'mysql2/promise'
import { errnoOf } from '../../../platform/db/connect.ts'
import type { ViewProgress } from './line.ts'
import { VIEW_STATE } from '../views/store.ts'

const ATTEMPTS = 5

/**
 * Writes cumulative counters of views of one corp: greater values win, so beacons may be lost, doubled and reordered.
 * By the driver itself: thousands of rows a second, for which building query objects would cost more than the database does.
 */
export function progressOf(pool: Pool, corpId: number) {
  return {
    /** The assignments run from left to right: what depends on the old reading time stands before it. */
    async write(list: readonly ViewProgress[]): Promise<void> {
      const rows = list.map((v) => [
        corpId, v.viewKey, v.shareId, v.materialId, v.staffId, v.visitorId, utc(v.openedAt), utc(v.lastSeenAt), v.visibleMs, v.lastPage || null, v.maxPage || null, v.pages || null, v.depth, v.left ? 1 : 0, v.device,
      ])
      await run(`
        INSERT INTO views (corp_id, view_key, share_id, material_id, staff_id, visitor_id, opened_at, last_seen_at, visible_ms, last_page, max_page, pages, depth, has_left, device) VALUES ?
        ON DUPLICATE KEY UPDATE
          announced = IF(announced = ${VIEW_STATE.finished} AND VALUES(visible_ms) > visible_ms, ${VIEW_STATE.announced}, announced),
          has_left = IF(VALUES(visible_ms) > visible_ms, VALUES(has_left), IF(VALUES(visible_ms) = visible_ms, GREATEST(has_left, VALUES(has_left)), has_left)),
          last_page = IF(VALUES(visible_ms) >= visible_ms, COALESCE(VALUES(last_page), last_page), last_page),
          visible_ms = GREATEST(visible_ms, VALUES(visible_ms)),
          last_seen_at = GREATEST(last_seen_at, VALUES(last_seen_at)),
          max_page = NULLIF(GREATEST(COALESCE(max_page, 0), COALESCE(VALUES(max_page), 0)), 0),
          depth = GREATEST(depth, VALUES(depth))`, rows)
    },
    async writePages(list: readonly { viewId: number; page: number; visibleMs: number }[]): Promise<void> {
      if (list.length === 0) return
      await run('INSERT INTO view_pages (corp_id, view_id, page, visible_ms) VALUES ? ON DUPLICATE KEY UPDATE visible_ms = GREATEST(visible_ms, VALUES(visible_ms))', list.map((row) => [corpId, row.viewId, row.page, row.visibleMs]))
    },
    /** What the pages of views come to, by the view. */
    async pageSums(viewIds: readonly number[]): Promise<Map<number, number>> {
      if (viewIds.length === 0) return new Map()
      const [rows] = await pool.query<(RowDataPacket & { viewId: number; ms: string | number })[]>('SELECT view_id AS viewId, SUM(visible_ms) AS ms FROM view_pages WHERE corp_id = ? AND view_id IN (?) GROUP BY view_id', [corpId, viewIds])
      return new Map(rows.map(({ viewId, ms }) => [viewId, Number(ms)]))
    },
  }

  /** One statement, again when it was given up for another (1213, 1205). */
  async function run(text: string, rows: unknown[][]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await pool.query(text, [rows])
        return
      } catch (error) {
        const errno = errnoOf(error)
        if ((errno !== 1213 && errno !== 1205) || attempt === ATTEMPTS) throw error
        await new Promise((done) => setTimeout(done, attempt * 20 * (0.5 + Math.random())))
      }
    }
  }
}

/** Epoch ms as UTC `datetime(3)`. */
function utc(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ')
}
