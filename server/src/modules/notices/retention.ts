import { and, inArray, lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { notices, NOTICE_STATES } from './tables.ts'

/** What somebody was told stays under 我的消息 for half a year. */
export function noticesRetention({ db, config }: Platform): Retention[] {
  return [{
    what: 'notices',
    async forget(now, piece) {
      const [gone] = await db.delete(notices).where(and(inArray(notices.state, [...NOTICE_STATES]), lt(notices.dueAt, now - config.retention.noticesMs))).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}
