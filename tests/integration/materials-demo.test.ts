// The demo corp, loaded as `npm start` does: by the built product against the sandbox.
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProduct, type Product } from '../run/product.ts'

let product: Product
let connection: Connection
// Pages are drawn and three hundred customers read: minutes on a busy machine.
beforeAll(async () => {
  product = await startProduct()
  connection = await createConnection(product.databaseUrl)
  await product.loadDemo()
}, 400_000)
afterAll(async () => {
  await connection?.end()
  await product?.stop()
})

async function rows(sql: string): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql))[0]
}
async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const table of ['customers', 'group_chats', 'materials', 'files', 'shares', 'views', 'customer_events']) found[table] = Number((await rows(`SELECT count(*) AS n FROM ${table}`))[0]?.n)
  return found
}

it('the demo corp has something to show on every screen, and a second start adds nothing', async () => {
  const first = await counts()
  expect(first).toMatchObject({ materials: 22, files: 23 })
  expect(first.customers).toBeGreaterThanOrEqual(300)
  expect(first.group_chats).toBe(20)
  expect(first.shares).toBeGreaterThan(120)
  expect(first.views).toBeGreaterThan(100)
  expect(await rows("SELECT id FROM files WHERE state <> 'ready'")).toEqual([])
  expect(await rows("SELECT type, count(*) AS n FROM materials GROUP BY type ORDER BY type")).toEqual([{ type: 'article', n: 2 }, { type: 'file', n: 1 }, { type: 'image', n: 9 }, { type: 'link', n: 2 }, { type: 'miniprogram', n: 1 }, { type: 'pdf', n: 6 }, { type: 'video', n: 1 }])

  await product.loadDemo()
  const second = await counts()
  for (const table of ['materials', 'files', 'shares', 'views']) expect(second[table], table).toBe(first[table])
})

it('the customer whose chat is open first has read and passed on what she was sent, today as well', async () => {
  const views = await rows(`SELECT v.reader, v.visible_ms, v.max_page, v.opened_at > UTC_TIMESTAMP(3) - INTERVAL 1 HOUR AS lately FROM views v JOIN shares s ON s.id = v.share_id JOIN staff p ON p.id = s.staff_id
    JOIN customers c ON c.id = s.customer_id WHERE c.name = '林间小路' AND p.userid = 'wuxiaoyan' ORDER BY v.opened_at`)
  expect(views.filter((view) => view.reader === 'forwarded').length).toBeGreaterThanOrEqual(2)
  expect(views.some((view) => view.reader === 'customer' && view.visible_ms > 180_000 && view.max_page > 1)).toBe(true)
  expect(views.some((view) => view.lately === 1)).toBe(true)
})

it('nothing of the demo’s history lies in the future, before its material or before the friendship', async () => {
  expect(await rows('SELECT id FROM views WHERE last_seen_at > UTC_TIMESTAMP(3)')).toEqual([])
  expect(await rows('SELECT s.id FROM shares s JOIN materials m ON m.id = s.material_id WHERE s.sent_at < m.created_at')).toEqual([])
  expect(await rows('SELECT s.id FROM shares s JOIN customer_relations r ON r.corp_id = s.corp_id AND r.customer_id = s.customer_id AND r.staff_id = s.staff_id WHERE s.sent_at < r.added_at')).toEqual([])
  expect(await rows('SELECT v.id FROM views v JOIN shares s ON s.id = v.share_id WHERE v.opened_at < s.sent_at')).toEqual([])
})
