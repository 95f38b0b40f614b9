import type { StaffState } from '@zhike/shared'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { WecomDepartment, WecomMember } from '../../wecom/index.ts'
import { organisationStore } from './organisation-store.ts'
import { peopleOf } from './store.ts'
import type { NewStaff, Place, StaffDbRow } from './store.ts'

const MEMBERS_AT_ONCE = 200

export type ContactsWriter = ReturnType<typeof createContactsWriter>

/**
 * Writes what WeCom says of departments and members (SYS-8). Only differences are written, so that a round without news
 * costs little, locks nothing and lets every process keep what it has in memory.
 */
export function createContactsWriter({ db, clock }: Pick<Platform, 'db' | 'clock'>) {
  /** Members as they are now. Whoever is no longer active is signed out in the same moment. @returns ids by lower-cased userid */
  async function saveMembers(corpId: number, members: readonly WecomMember[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>()
    for (let i = 0; i < members.length; i += MEMBERS_AT_ONCE) {
      const rows = members.slice(i, i + MEMBERS_AT_ONCE).map((member) => staffOf(member, clock.now()))
      const userids = rows.map((row) => row.useridKey)
      const before = new Map((await peopleOf(db, corpId).staffByUserids(userids)).map((row) => [row.useridKey, row]))
      const changed = rows.filter((row) => differs(row, before.get(row.useridKey)))
      if (changed.length > 0) {
        await inTransaction(db, async (tx) => {
          const people = peopleOf(tx, corpId)
          await people.upsertStaff(changed)
          for (const row of changed) {
            const known = before.get(row.useridKey)
            if (known && row.state !== 'active') await people.signOutEverywhere(known.id)
          }
          await organisationStore(tx, corpId).changed()
        })
      }
      await peopleOf(db, corpId).markSeen([...before.values()].map((row) => row.id), clock.now())
      const after = changed.length > 0 ? await peopleOf(db, corpId).staffByUserids(userids) : before.values()
      for (const row of after) ids.set(row.useridKey, row.id)
    }
    return ids
  }

  async function saveOrganisation(corpId: number, departments: readonly WecomDepartment[], members: readonly WecomMember[], ids: ReadonlyMap<string, number>): Promise<void> {
    const store = organisationStore(db, corpId)
    const [before, memberships, leaderships] = await Promise.all([peopleOf(db, corpId).departments(), store.memberships(), store.leaderships()])
    const placesOf = placesIn(departments, members, ids)
    const rows = departments.map((d) => ({ departmentId: d.id, name: d.name || `部门 ${d.id}`, parentId: d.parentid || null, sortOrder: d.order ?? 0 }))
    const known = new Map(before.map((row) => [row.departmentId, row]))
    const changedDepartments = rows.filter((row) => {
      const old = known.get(row.departmentId)
      return !old || old.name !== row.name || old.parentId !== row.parentId || old.sortOrder !== row.sortOrder
    })
    const gone = before.filter((row) => !rows.some((one) => one.departmentId === row.departmentId)).map((row) => row.departmentId)
    const moved = movedStaff(memberships, placesOf.memberships)
    const promoted = movedStaff(leaderships, placesOf.leaderships)
    if (changedDepartments.length + gone.length + moved.size + promoted.size === 0) return
    await inTransaction(db, async (tx) => {
      const organisation = organisationStore(tx, corpId)
      await organisation.saveDepartments(changedDepartments)
      await organisation.removeDepartments(gone)
      await organisation.setMemberships([...moved], placesOf.memberships.filter((place) => moved.has(place.staffId)))
      await organisation.setLeaderships([...promoted], placesOf.leaderships.filter((place) => promoted.has(place.staffId)))
      await organisation.changed()
    })
  }

  return {
    saveMembers,
    async saveAll(corpId: number, departments: readonly WecomDepartment[], members: readonly WecomMember[]): Promise<void> {
      await saveOrganisation(corpId, departments, members, await saveMembers(corpId, members))
    },
    /** One member's new state. Leavers are signed out in the same moment. */
    async setState(corpId: number, staffId: number, state: StaffState): Promise<void> {
      await inTransaction(db, async (tx) => {
        const people = peopleOf(tx, corpId)
        const changed = await people.setStaffState(staffId, state, clock.now())
        if (state !== 'active') await people.signOutEverywhere(staffId)
        if (changed) await organisationStore(tx, corpId).changed()
      })
    },
  }
}

/** wecom-api/02 §3: 1 active, 2 disabled, 4 not activated, 5 left. Answers without a status are of active members. */
export function stateOf(member: WecomMember): StaffState {
  if (member.status === 5) return 'left'
  return member.status === 2 ? 'inactive' : 'active'
}

function staffOf(member: WecomMember, now: number) {
  const state = stateOf(member)
  return {
    userid: member.userid, useridKey: member.userid.toLowerCase(), name: member.name || member.userid, avatar: member.thumb_avatar || member.avatar || null, position: member.position || null,
    mainDepartment: member.main_department ?? member.department[0] ?? null, directLeaders: member.direct_leader.map((id) => id.toLowerCase()),
    state, leftAt: state === 'left' ? now : null, seenAt: now, createdAt: now,
  } satisfies NewStaff
}

function differs(row: ReturnType<typeof staffOf>, old: StaffDbRow | undefined): boolean {
  return !old || old.userid !== row.userid || old.name !== row.name || (row.avatar !== null && old.avatar !== row.avatar) || old.position !== row.position
    || old.mainDepartment !== row.mainDepartment || old.state !== row.state || old.directLeaders.join() !== row.directLeaders.join()
}

function placesIn(departments: readonly WecomDepartment[], members: readonly WecomMember[], ids: ReadonlyMap<string, number>): { memberships: Place[]; leaderships: Place[] } {
  const belongs = new Map<string, Place>()
  const leads = new Map<string, Place>()
  const put = (places: Map<string, Place>, userid: string, departmentId: number) => {
    const staffId = ids.get(userid.toLowerCase())
    if (staffId !== undefined) places.set(`${staffId}:${departmentId}`, { staffId, departmentId })
  }
  for (const department of departments) for (const userid of department.department_leader) put(leads, userid, department.id)
  for (const member of members) {
    for (const [i, departmentId] of member.department.entries()) {
      put(belongs, member.userid, departmentId)
      if (member.is_leader_in_dept[i] === 1) put(leads, member.userid, departmentId)
    }
  }
  return { memberships: [...belongs.values()], leaderships: [...leads.values()] }
}

/** Members whose places are not the same before and after. */
function movedStaff(before: readonly Place[], after: readonly Place[]): Set<number> {
  const keyOf = (place: Place) => `${place.staffId}:${place.departmentId}`
  const [old, fresh] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  return new Set([...before.filter((place) => !fresh.has(keyOf(place))), ...after.filter((place) => !old.has(keyOf(place)))].map((place) => place.staffId))
}
