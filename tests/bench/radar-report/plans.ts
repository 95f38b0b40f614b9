import type { Connection, RowDataPacket } from 'mysql2/promise'

/** How the database goes about one table of a query. @property key the index it takes; null: none @property whole: it walks through all of the table */
export interface Step { table: string; key: string | null; rows: number; whole: boolean }

/** Tables that grow with the corp. The others are small, and read whole is what they are best. */
const GROWING = ['views', 'view_pages', 'shares', 'notices', 'customers', 'customer_relations', 'material_days', 'sender_days', 'material_sender_days', 'material_pages', 'customer_heat', 'visitors']

/** The queries that the database gets while `ask` runs, as it got them. Needs a connection that may set the server's log. */
export async function queriesDuring(admin: Connection, database: string, ask: () => Promise<void>): Promise<string[]> {
  await admin.query("SET GLOBAL log_output = 'TABLE'")
  await admin.query('TRUNCATE TABLE mysql.general_log')
  await admin.query('SET GLOBAL general_log = 1')
  try {
    await ask()
  } finally {
    await admin.query('SET GLOBAL general_log = 0')
  }
  const [rows] = await admin.query<(RowDataPacket & { text: string })[]>("SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log WHERE command_type IN ('Query', 'Execute')")
  await admin.query(`USE \`${database}\``)
  return rows.map((row) => row.text).filter((text) => /^\(?\s*select\b/i.test(text) && GROWING.some((table) => text.includes(`\`${table}\``)))
}

export async function planOf(admin: Connection, query: string): Promise<Step[]> {
  const [rows] = await admin.query<(RowDataPacket & { table: string | null; type: string | null; key: string | null; rows: number | null })[]>(`EXPLAIN ${query}`)
  return rows.flatMap(({ table, type, key, rows: looked }) => (table === null || table.startsWith('<') ? [] : [{ table, key, rows: Number(looked ?? 0), whole: (type === 'ALL' || type === 'index') && isGrowing(table, query) }]))
}

/** By its name or by the name it has in the query. */
function isGrowing(table: string, query: string): boolean {
  return GROWING.includes(table) || GROWING.some((known) => new RegExp(`\`${known}\` (as )?\`?${table}\\b`, 'i').test(query))
}
