import { lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { setupTickets } from './tables.ts'

/** Set-up links that nobody used in time (SYS-14). */
export function corpsRetention({ db }: Platform): Retention[] {
  return [{
    what: 'set-up links',
    async forget(now, piece) {
      const [gone] = await db.delete(setupTickets).where(lt(setupTickets.expiresAt, now)).orderBy(setupTickets.expiresAt).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}
