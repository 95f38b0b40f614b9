import { lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { sessions } from './tables.ts'

/** Sessions that have ended by themselves (SYS-3). */
export function identityRetention({ db }: Platform): Retention[] {
  return [{
    what: 'sessions',
    async forget(now, piece) {
      const [gone] = await db.delete(sessions).where(lt(sessions.expiresAt, now)).orderBy(sessions.expiresAt).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}
