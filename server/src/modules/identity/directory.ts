import type { StaffRef } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import { createShortMemory } from '../../platform/short-memory.ts'
import { peopleOf } from './store.ts'
import type { StaffDbRow } from './store.ts'

interface BusinessCard { name: string; avatar: string | null; department: string | null; position: string | null }
/** Cards stand on every tracked page. */
const CARDS_KEPT = { keptMs: 2000, most: 2000 }

export type KnownStaff = StaffRef & { state: StaffDbRow['state'] }

/** Names of members, for whoever has only their ids. */
export function createDirectory(platform: Platform) {
  const { db, clock } = platform
  const cards = createShortMemory<BusinessCard | null>(clock, CARDS_KEPT)

  async function cardOf(corpId: number, staffId: number): Promise<BusinessCard | null> {
    const people = peopleOf(db, corpId)
    const row = await people.staffById(staffId)
    if (!row) return null
    const names = await people.departmentNames(row.mainDepartment === null ? [] : [row.mainDepartment])
    return { name: row.name, avatar: row.avatar, department: names.get(row.mainDepartment ?? 0) ?? null, position: row.position }
  }

  return {
    async staffRefs(corpId: number, ids: readonly number[]): Promise<Map<number, StaffRef>> {
      const rows = await peopleOf(db, corpId).staffByIds(ids)
      return new Map(rows.map((row) => [row.id, toRef(row)]))
    },
    /** By lower-cased userid. */
    async byUserids(corpId: number, userids: readonly string[]): Promise<Map<string, KnownStaff>> {
      const rows = await peopleOf(db, corpId).staffByUserids(userids)
      return new Map(rows.map((row) => [row.useridKey, { ...toRef(row), state: row.state }]))
    },
    /** The member with this userid; a row with the userid as name is made when the contacts sync hasn't brought her yet. */
    async ensureStaff(corpId: number, userid: string): Promise<KnownStaff> {
      const people = peopleOf(db, corpId)
      const known = (await people.staffByUserids([userid]))[0]
      if (known) return { ...toRef(known), state: known.state }
      const now = clock.now()
      await people.addUnknownStaff({ userid, useridKey: userid.toLowerCase(), name: userid, directLeaders: [], state: 'active', seenAt: now, createdAt: now })
      const made = (await people.staffByUserids([userid]))[0]
      if (!made) throw new Error('a new member cannot be read')
      return { ...toRef(made), state: made.state }
    },
    /** Null for another corp's id. */
    async knownStaff(corpId: number, staffId: number): Promise<KnownStaff | null> {
      const row = await peopleOf(db, corpId).staffById(staffId)
      return row ? { ...toRef(row), state: row.state } : null
    },
    /** Names of departments that exist. */
    departmentNames: (corpId: number, departmentIds: readonly number[]): Promise<Map<number, string>> => peopleOf(db, corpId).departmentNames(departmentIds),
    /** With department and position, as a customer page shows its sender. Null for another corp's id. */
    businessCard: (corpId: number, staffId: number): Promise<BusinessCard | null> => cards.read(`${corpId}:${staffId}`, () => cardOf(corpId, staffId)),
  }
}

export function toRef(row: StaffDbRow): StaffRef {
  return { staffId: row.id, userid: row.userid, name: row.name, avatar: row.avatar }
}
