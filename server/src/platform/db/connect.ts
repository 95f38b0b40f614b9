import { drizzle } from 'drizzle-orm/mysql2'
import type { MySql2Database, MySql2PreparedQueryHKT, MySql2QueryResultHKT } from 'drizzle-orm/mysql2'
import type { MySqlDatabase } from 'drizzle-orm/mysql-core'
import { createPool } from 'mysql2/promise'
import type { Pool } from 'mysql2/promise'

export type Db = MySql2Database
/** A database or an open transaction: what stores run their queries on. */
export type Queries = MySqlDatabase<MySql2QueryResultHKT, MySql2PreparedQueryHKT>

export interface Database { db: Db; pool: Pool; close(): Promise<void> }

/** Opens a pool. Times are UTC; a server that is away makes queries fail quickly instead of hanging. */
export function connectDatabase(url: string, options: { connections: number }): Database {
  const pool = createPool({
    uri: url,
    connectionLimit: options.connections,
    maxIdle: options.connections,
    connectTimeout: 3000,
    enableKeepAlive: true,
    timezone: 'Z',
    charset: 'utf8mb4',
    supportBigNumbers: true,
    queueLimit: 5000,
    multipleStatements: false,
  })
  // A connection that breaks while idle reports here; the pool opens a new one for the next query.
  pool.on('connection', (connection) => {
    connection.on('error', () => connection.destroy())
    // Runs before the first query of the connection; its failure shows there.
    void connection.query("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'")
  })
  return { db: drizzle(pool), pool, close: () => pool.end() }
}

const awayCodes = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'PROTOCOL_CONNECTION_LOST', 'ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR',
  'ENOENT', 'ER_CONNECTION_KILLED', 'ER_UNKNOWN_COM_ERROR', 'POOL_CLOSED',
])

/** True when an error means "the database is away for the moment", whatever wraps it. */
export function isDatabaseAway(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const { code, fatal } = e as Error & { code?: string; fatal?: boolean }
    if (code && awayCodes.has(code)) return true
    if (fatal === true || /connection is in closed state|Pool is closed|Queue limit reached/i.test(e.message)) return true
  }
  return false
}

/** MySQL's error number of an error, whatever wraps it: 1062 duplicate, 1213 deadlock, 1205 lock wait. */
export function errnoOf(error: unknown): number | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const { errno } = e as Error & { errno?: number }
    if (typeof errno === 'number' && errno > 0) return errno
  }
  return undefined
}

/** True for a violated unique key. */
export function isDuplicate(error: unknown): boolean {
  return errnoOf(error) === 1062
}
