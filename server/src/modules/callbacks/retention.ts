import { and, eq, lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { callbacks } from './tables.ts'

/** Dead letters wait for a person six times as long as what was handled is kept for looking it up. */
const DEAD_FACTOR = 6

/** Callbacks that have come to an end; `dueAt` says when they did. */
export function callbacksRetention({ db, config }: Platform): Retention[] {
  const rule = (state: 'done' | 'dead', keptMs: number): Retention => ({
    what: `${state} callbacks`,
    async forget(now, piece) {
      const [gone] = await db.delete(callbacks).where(and(eq(callbacks.state, state), lt(callbacks.dueAt, now - keptMs))).orderBy(callbacks.dueAt).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  })
  return [rule('done', config.retention.callbacksMs), rule('dead', DEAD_FACTOR * config.retention.callbacksMs)]
}
