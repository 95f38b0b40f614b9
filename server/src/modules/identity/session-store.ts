import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { organisationVersions, sessions, staff } from './tables.ts'

/** Sessions by the hash of their cookie: the tenant is what they tell. */
export function sessionStore(q: Queries) {
  return {
    /** With the version of the corp's organisation, so that a request learns by one read what it may still keep in memory. */
    async find(tokenHash: string, now: number) {
      const [row] = await q.select({ session: sessions, staff, version: organisationVersions.version }).from(sessions)
        .leftJoin(staff, and(eq(staff.corpId, sessions.corpId), eq(staff.id, sessions.staffId)))
        .leftJoin(organisationVersions, eq(organisationVersions.corpId, sessions.corpId))
        .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now), or(isNull(sessions.staffId), eq(staff.state, 'active'))))
      return row
    },
    async remove(tokenHash: string): Promise<void> {
      await q.delete(sessions).where(eq(sessions.tokenHash, tokenHash))
    },
  }
}
