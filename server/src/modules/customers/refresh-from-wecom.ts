import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity } from '../identity/index.ts'
import { takeIn } from './intake.ts'
import { intakeOf } from './intake-store.ts'
import type { Tombstones } from './erasing/tombstones.ts'
import type { PhoneBox } from './phones.ts'
import { readCustomer } from './wecom-answers.ts'
import type { ReadRelation } from './wecom-answers.ts'

/** A customer as just read from WeCom and written here. */
interface Refreshed {
  customerId: number
  relations: (ReadRelation & { staffId: number })[]
}

/** WeCom told by callback that a member and a customer became friends at a moment. */
interface Heard { userid: string; at: number }

/** What may be done in the transaction that writes a reading. `refreshed` is null when nobody follows the customer any more. */
type AfterReading = (tx: Queries, read: { refreshed: Refreshed | null; readAt: number }) => Promise<void>

export type Refresh = ReturnType<typeof createRefresh>

/** Brings customers up to date from WeCom. Every writing is one transaction; WeCom is asked before it, never within. */
export function createRefresh(platform: Platform, needs: { corps: Corps; identity: Identity; phones: PhoneBox; tombstones: Tombstones }) {
  const { corps, identity, phones, tombstones } = needs

  async function withStaff(corpId: number, relations: readonly ReadRelation[]): Promise<(ReadRelation & { staffId: number })[]> {
    const userids = [...new Set(relations.map((relation) => relation.userid))]
    const known = await identity.byUserids(corpId, userids)
    const ids = new Map<string, number>()
    for (const userid of userids) {
      const staff = known.get(userid.toLowerCase()) ?? await identity.ensureStaff(corpId, userid)
      ids.set(userid, staff.staffId)
    }
    return relations.flatMap((relation) => {
      const staffId = ids.get(relation.userid)
      return staffId === undefined ? [] : [{ ...relation, staffId }]
    })
  }

  async function knownOf(corpId: number, relations: readonly ReadRelation[]): Promise<Set<string>> {
    return await intakeOf(platform.db, corpId).knownExternalIds([...new Set(relations.map((relation) => relation.customer.externalUserId))])
  }

  return {
    /** Writes what a batch read gave. `readAt`: when it was asked for. */
    async write(corpId: number, readAt: number, read: readonly ReadRelation[]): Promise<void> {
      if (read.length === 0) return
      const relations = await withStaff(corpId, read)
      const known = await knownOf(corpId, relations)
      await inTransaction(platform.db, async (tx) => takeIn(tx, corpId, phones, { readAt, relations: await tombstones.allowed(tx, corpId, relations) }, known))
    },
    /**
     * Reads one customer from WeCom and writes her with all her relations; `after` runs in the same transaction.
     * Null when nobody within the app's visible range follows her, or her data was deleted on request (SYS-17). Throws WecomError.
     */
    async customer(corpId: number, externalUserId: string, heard: Heard | null = null, after?: AfterReading): Promise<Refreshed | null> {
      const readAt = platform.clock.now()
      const read = await readCustomer(await corps.wecomContact(corpId), externalUserId)
      const relations = read && await withStaff(corpId, read)
      const known = await knownOf(corpId, relations ?? [])
      const told = heard && relations?.find((relation) => relation.userid.toLowerCase() === heard.userid.toLowerCase())
      return await inTransaction(platform.db, async (tx) => {
        let refreshed: Refreshed | null = null
        if (relations) {
          const heardAt = new Map(told && heard ? [[told.staffId, heard.at]] : [])
          const allowed = await tombstones.allowed(tx, corpId, relations, heardAt)
          const ids = await takeIn(tx, corpId, phones, { readAt, relations: allowed, heard: heardAt }, known)
          const customerId = ids.get(externalUserId)
          if (customerId !== undefined) refreshed = { customerId, relations: allowed }
        }
        await after?.(tx, { refreshed, readAt })
        return refreshed
      })
    },
  }
}
