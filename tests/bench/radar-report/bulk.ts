import { Readable } from 'node:stream'
import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'

export type Cell = string | number | null
/** Bytes gathered before they are handed to the server. */
const CHUNK = 256 * 1024

/** A connection for filling tables: no checks that the rows are known to pass. */
export async function bulkConnection(databaseUrl: string): Promise<Connection> {
  const connection = await createConnection({ uri: databaseUrl, timezone: 'Z', charset: 'utf8mb4', multipleStatements: false })
  await connection.query("SET SESSION time_zone = '+00:00', unique_checks = 0, foreign_key_checks = 0")
  return connection
}

/** Streams rows into a table: no statement to build or to parse for each of them. */
export async function loadRows(connection: Connection, table: string, columns: readonly string[], rows: Iterable<readonly Cell[]>): Promise<void> {
  await connection.query({
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE \`${table}\` CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (${columns.join(', ')})`,
    infileStreamFactory: () => Readable.from(chunksOf(rows), { objectMode: false }),
  })
}

function* chunksOf(rows: Iterable<readonly Cell[]>): Generator<Buffer> {
  let text = ''
  for (const row of rows) {
    text += `${row.map((cell) => cell ?? '\\N').join('\t')}\n`
    if (text.length < CHUNK) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

/** Takes a table's indexes away while `fill` writes its rows, and builds them afterwards: sorted once instead of searched for each row. */
export async function withoutIndexes(connection: Connection, table: string, fill: () => Promise<void>): Promise<void> {
  const [[made]] = await connection.query<(RowDataPacket & { 'Create Table': string })[]>(`SHOW CREATE TABLE \`${table}\``)
  const keys = (made?.['Create Table'] ?? '').split('\n').map((line) => line.trim().replace(/,$/, '')).filter((line) => /^(UNIQUE )?KEY /.test(line))
  const names = keys.map((key) => /KEY `([^`]+)`/.exec(key)?.[1] ?? '')
  await connection.query(`ALTER TABLE \`${table}\` ${names.map((name) => `DROP KEY \`${name}\``).join(', ')}`)
  await fill()
  await connection.query(`ALTER TABLE \`${table}\` ${keys.map((key) => `ADD ${key}`).join(', ')}`)
}

const HASTY = { innodb_flush_log_at_trx_commit: 0, innodb_io_capacity: 4000, innodb_io_capacity_max: 8000, innodb_buffer_pool_size: 2 * 1024 ** 3 } as const

/** Lets the server use memory and disk as it likes while a lot is written: what gets lost in a crash is made again. Where that isn't allowed it takes longer. */
export async function inHaste<T>(admin: Connection, write: () => Promise<T>): Promise<T> {
  const [[usual]] = await admin.query<RowDataPacket[]>(`SELECT ${Object.keys(HASTY).map((name) => `@@GLOBAL.${name} AS ${name}`).join(', ')}`)
  const set = async (values: Record<string, unknown>) => {
    // The greatest first: one of them bounds another.
    for (const [name, value] of Object.entries(values).reverse()) await admin.query(`SET GLOBAL ${name} = ${Number(value)}`)
  }
  await set(HASTY)
  try {
    return await write()
  } finally {
    await set({ ...usual })
  }
}

/** Epoch ms as UTC `datetime(3)`. */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')
