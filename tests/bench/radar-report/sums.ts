// Fills the radar's sums from the views and shares of a corp that were written straight into their tables.
import type { Connection } from 'mysql2/promise'
import type { BenchCorp } from './corp.ts'
import { utc } from './bulk.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Page sums are written of so many materials, the most read ones: of the others nobody asks here. */
const PAGED_MATERIALS = 30
/** Older openings make nobody warm any more. */
const WARM_DAYS = 60

export async function fillSums(bulk: Connection, corp: BenchCorp, { now, days }: { now: number; days: number }, tell: (text: string) => void): Promise<void> {
  const { corpId, aheadHours } = corp
  const day = (column: string) => `DATE(${column} + INTERVAL ${aheadHours} HOUR)`
  const today = now - ((now + aheadHours * 3_600_000) % DAY_MS)
  for (let back = days - 1; back >= 0; back--) {
    const from = utc(today - back * DAY_MS)
    const to = utc(today - (back - 1) * DAY_MS)
    await bulk.query(`INSERT INTO material_sender_days (corp_id, staff_id, material_id, day, views, shares, readings, read_ms)
      SELECT ?, staff_id, material_id, d, SUM(views), SUM(shares), SUM(readings), SUM(read_ms) FROM (
        SELECT staff_id, material_id, ${day('opened_at')} AS d, COUNT(*) AS views, 0 AS shares, COUNT(counted_ms) AS readings, COALESCE(SUM(counted_ms), 0) AS read_ms
          FROM views WHERE corp_id = ? AND opened_at >= ? AND opened_at < ? GROUP BY staff_id, material_id
        UNION ALL SELECT staff_id, material_id, ${day('sent_at')} AS d, 0, COUNT(*), 0, 0
          FROM shares WHERE corp_id = ? AND state = 'sent' AND sent_at >= ? AND sent_at < ? GROUP BY staff_id, material_id
      ) AS found GROUP BY staff_id, material_id, d`, [corpId, corpId, from, to, corpId, from, to])
    if (back % 60 === 0) tell(`每日合计还剩 ${back} 天`)
  }
  const sums = 'SUM(views), SUM(shares), SUM(readings), SUM(read_ms)'
  await bulk.query(`INSERT INTO sender_days (corp_id, staff_id, day, views, shares, readings, read_ms) SELECT corp_id, staff_id, day, ${sums} FROM material_sender_days WHERE corp_id = ? GROUP BY corp_id, staff_id, day`, [corpId])
  await bulk.query(`INSERT INTO material_days (corp_id, material_id, day, views, shares, readings, read_ms) SELECT corp_id, material_id, day, ${sums} FROM material_sender_days WHERE corp_id = ? GROUP BY corp_id, material_id, day`, [corpId])
  for (const { id, pages } of corp.materials.slice(0, PAGED_MATERIALS)) {
    for (let page = 1; page <= pages; page++) {
      await bulk.query(`INSERT INTO material_pages (corp_id, material_id, staff_id, page, views, read_ms) SELECT corp_id, material_id, staff_id, ?, CEIL(SUM(readings) / ?), CEIL(SUM(read_ms) / ?) FROM material_sender_days WHERE corp_id = ? AND material_id = ? GROUP BY corp_id, material_id, staff_id`, [page, page, 2 * page, corpId, id])
    }
  }
  tell('热度')
  await bulk.query(`INSERT INTO customer_heat (corp_id, staff_id, customer_id, heat, last_at)
    SELECT corp_id, staff_id, customer_id, LOG2(SUM(POW(2, TIMESTAMPDIFF(SECOND, ?, opened_at) / 259200) * (1 + counted_ms / 60000))) + ? / 259200000, MAX(opened_at)
    FROM views WHERE corp_id = ? AND opened_at >= ? AND reader = 'customer' AND customer_id IS NOT NULL GROUP BY corp_id, staff_id, customer_id`, [utc(now), now, corpId, utc(now - WARM_DAYS * DAY_MS)])
}
