import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { customers, customerScores } from './tables.ts'

/** Points for something a customer did on a day. `source` names what gives them, e.g. `material:12`; `day` is in the corp's zone. */
export interface Points { customerId: number; source: string; day: string; points: number; at: number }

/**
 * Adds points to customers' scores, once per customer, source and day (MAT-9). Called in a transaction that holds the locks of
 * the customers, as reactions to the customer log are.
 * @returns those that counted
 */
export async function addPoints<P extends Points>(tx: Queries, corpId: number, wanted: readonly P[]): Promise<P[]> {
  const worth = wanted.filter(({ points }) => points > 0)
  if (worth.length === 0) return []
  const given = await tx.select({ customerId: customerScores.customerId, source: customerScores.source, day: customerScores.day }).from(customerScores).where(and(
    eq(customerScores.corpId, corpId), inArray(customerScores.customerId, [...new Set(worth.map((one) => one.customerId))]),
    inArray(customerScores.source, [...new Set(worth.map((one) => one.source))]), inArray(customerScores.day, [...new Set(worth.map((one) => one.day))]),
  ))
  const seen = new Set(given.map(onceKey))
  const fresh = worth.filter((one) => !seen.has(onceKey(one)) && seen.add(onceKey(one)))
  if (fresh.length === 0) return []
  await tx.insert(customerScores).values(fresh.map(({ customerId, source, day, points, at }) => ({ corpId, customerId, source, day, points, at })))
  for (const customerId of new Set(fresh.map((one) => one.customerId))) {
    const sum = fresh.reduce((total, one) => total + (one.customerId === customerId ? one.points : 0), 0)
    await tx.update(customers).set({ score: sql`${customers.score} + ${sum}` }).where(and(eq(customers.corpId, corpId), eq(customers.id, customerId)))
  }
  return fresh
}

const onceKey = ({ customerId, source, day }: Pick<Points, 'customerId' | 'source' | 'day'>): string => `${customerId} ${source} ${day}`
