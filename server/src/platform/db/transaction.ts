import { errnoOf } from './connect.ts'
import type { Db, Queries } from './connect.ts'

const ATTEMPTS = 5

/** Did the server give a transaction up for another: 1213 deadlock or certification failure, 1205 lock wait? */
export function gaveWay(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === 1213 || errno === 1205
}

/**
 * Runs `work` in one transaction, and again from the start when the server gave it up for another. `work` must touch nothing
 * but the database: no outside service is ever called inside a transaction.
 */
export async function inTransaction<T>(db: Db, work: (tx: Queries) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (!gaveWay(error) || attempt === ATTEMPTS) throw error
      await new Promise((done) => setTimeout(done, attempt * 20 * (0.5 + Math.random())))
    }
  }
}
