import { lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import { forgotten } from '../../platform/retention.ts'
import type { Retention } from '../../platform/retention.ts'
import { auditLogs } from './tables.ts'

/** The audit log is kept two years, or longer (SYS-9). */
export function auditRetention({ db, config }: Platform): Retention[] {
  return [{
    what: 'audit log',
    async forget(now, piece) {
      const [gone] = await db.delete(auditLogs).where(lt(auditLogs.at, now - config.retention.auditMs)).orderBy(auditLogs.at).limit(piece)
      return forgotten(gone.affectedRows, piece)
    },
  }]
}
