import { sql } from 'drizzle-orm'
import { views } from '../tables.ts'

/**
 * How many different readers there are among views: a customer is one on all her devices, and a device one before and after it
 * was known whose it is.
 */
export const differentReaders = sql<number>`COUNT(DISTINCT ${views.customerId}) + COUNT(DISTINCT ${views.visitorId}) - COUNT(DISTINCT IF(${views.customerId} IS NULL, NULL, ${views.visitorId}))`.mapWith(Number)
