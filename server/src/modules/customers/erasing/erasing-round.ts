import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Platform } from '../../../platform/platform.ts'
import { intakeOf } from '../intake-store.ts'
import { personContext, personIn } from './erase-customer.ts'
import { dueErasures, erasuresOf } from './store.ts'
import type { ErasureRow } from './store.ts'
import type { Tombstones } from './tombstones.ts'

/** A person whose data is deleted, as the areas are told: everything of before `erasedAt` (epoch ms) has to go. */
export interface ErasedPerson { corpId: number; customerId: number; externalUserId: string; unionId: string | null; erasedAt: number }
/** Deletes what one area knows of a person. Repeatable: it is called again after a failure, and once more some minutes later. */
export type ForgetCustomer = (person: ErasedPerson) => Promise<void>

const AT_ONCE = 20
const EVENTS_AT_ONCE = 1000
/** After a failure, and while another process may be at it. */
const TRY_AGAIN_MS = 5 * 60_000
/** What was under way while the first pass ran (beacons, a reading of WeCom) is written by then: the second pass finds it. */
const SECOND_PASS_MS = 10 * 60_000
const PASSES = 2

/**
 * The worker's part of deleting customers' data (SYS-17): goes through all areas, twice. The rows in the database are the work
 * list, so a process that dies in the middle costs some minutes only.
 */
export function createErasingRound(platform: Platform, needs: { tombstones: Tombstones; areas: () => readonly ForgetCustomer[] }) {
  const { db, clock, log, secrets } = platform

  async function forgetHere({ corpId, customerId, externalUserId }: ErasedPerson): Promise<void> {
    const late = await inTransaction(db, async (tx) => {
      // Her row first: who writes her anew holds it. Then the deletion as it stands now, not as it stood when this began.
      const [row] = await intakeOf(tx, corpId).lockCustomers([externalUserId])
      if (!(await needs.tombstones.stands(tx, corpId, externalUserId))) return null
      if (row) await erasuresOf(tx, corpId).removeCustomer(row.id)
      return row?.id ?? null
    })
    for (const id of late === null ? [customerId] : [customerId, late]) {
      while ((await erasuresOf(db, corpId).removeEvents(id, EVENTS_AT_ONCE)) === EVENTS_AT_ONCE);
    }
  }

  async function pass(row: ErasureRow): Promise<void> {
    if (row.person !== null) {
      const { corpId, customerId, erasedAt } = row
      const person = { corpId, customerId, ...personIn(secrets.open(row.person, personContext(corpId))), erasedAt }
      // Files made of rows go after the rows.
      for (const forget of [forgetHere, ...needs.areas()]) await forget(person)
    }
    const passes = row.passes + 1
    await erasuresOf(db, row.corpId).passed(row.id, passes, passes < PASSES ? clock.now() + SECOND_PASS_MS : null)
  }

  /** Does what is due. A person that cannot be forgotten now is tried again later and holds up nobody. */
  return async (ending?: AbortSignal): Promise<void> => {
    for (const row of await dueErasures(db, clock.now(), AT_ONCE)) {
      if (ending?.aborted) return
      if (row.dueAt === null || !(await erasuresOf(db, row.corpId).claim(row.id, row.dueAt, clock.now() + TRY_AGAIN_MS))) continue
      await pass(row).catch((error: unknown) => log.error({ err: error, erasureId: row.id }, 'a customer’s data could not be deleted everywhere; tried again in some minutes'))
    }
  }
}
