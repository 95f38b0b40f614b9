import { and, count, eq, gt, lt, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import { badRequest } from '../http/errors.ts'
import type { Queries } from './connect.ts'

type Key = number | string

/** Which page of a list: the rows after a cursor, `skip` rows later. */
export interface PageAt { after?: string; skip?: number; limit: number }

/** Rows of a long list are counted up to here: beyond that it is “more than”, not another second of waiting. */
const COUNTED_MOST = 10_000

/** Counts the rows of a table, but no further than `most`. @param index the one to take, where the database can't know better */
export async function countUpTo(q: Queries, table: MySqlTable, where: SQL | undefined, most: number, index?: string): Promise<number> {
  const found = q.select({ one: sql`1`.as('one') }).from(table, { forceIndex: index ?? [] }).where(where).limit(most).as('found')
  return (await q.select({ rows: count() }).from(found))[0]?.rows ?? 0
}

/** How many rows there are, for a first or turned page. @param count counts no further than it is told @param most beyond that it is “more than” */
export async function totalOf({ after }: PageAt, count: (most: number) => Promise<number>, most: number = COUNTED_MOST): Promise<{ total?: number; more?: boolean }> {
  if (after !== undefined) return {}
  const found = await count(most + 1)
  return found > most ? { total: most, more: true } : { total: found, more: false }
}

/** Where a page starts: the sort values of the last row shown, opaque to callers. */
export function encodeCursor(keys: readonly Key[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url')
}

/** Reads a cursor of `length` values; anything else is a 400. */
export function decodeCursor(cursor: string, length: number): Key[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(keys) && keys.length === length && keys.every((k) => typeof k === 'string' || (typeof k === 'number' && Number.isFinite(k)))) return keys
  } catch {
    throw badRequest('翻页位置无效，请刷新列表')
  }
  throw badRequest('翻页位置无效，请刷新列表')
}

/**
 * The rows after a cursor, for a list sorted by the given columns (all descending, or all ascending).
 * Undefined without a cursor.
 */
export function afterCursor(cursor: string | undefined, columns: readonly MySqlColumn[], direction: 'desc' | 'asc' = 'desc'): SQL | undefined {
  if (!cursor) return undefined
  const keys = decodeCursor(cursor, columns.length)
  if (!columns.every((column, i) => suits(column, keys[i]))) throw badRequest('翻页位置无效，请刷新列表')
  const beyond = direction === 'desc' ? lt : gt
  const alternatives = columns.map((column, i) => and(...columns.slice(0, i).map((earlier, j) => eq(earlier, keys[j])), beyond(column, keys[i])))
  return or(...alternatives)
}

/** Cursors travel through browsers: a value that the column can't hold, such as a text for a moment, is a mistake of the caller. */
function suits(column: MySqlColumn, key: Key | undefined): boolean {
  try {
    column.mapToDriverValue(key)
    return column.dataType !== 'number' || typeof key === 'number'
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Cuts `limit + 1` fetched rows to a page and its cursor. */
export function toPage<R, T>(rows: readonly R[], limit: number, keysOf: (row: R) => readonly Key[], present: (row: R) => T): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(present), next: rows.length > limit && last ? encodeCursor(keysOf(last)) : null }
}

/** All rows of a list that is read page by page, a page at a time, such as for an export. */
export async function* allPages<T>(page: (after: string | undefined) => Promise<{ items: T[]; next: string | null }>): AsyncGenerator<T[], void> {
  for (let after: string | undefined; ;) {
    const { items, next } = await page(after)
    yield items
    if (next === null) return
    after = next
  }
}
