import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { WecomError, getAgent, getMember, listDepartments, listMembers } from '../../wecom/index.ts'
import type { WecomClient, WecomMember } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import type { JobRun } from '../jobs/index.ts'
import type { Access } from './access.ts'
import { peopleOf } from './store.ts'
import type { StaffDbRow } from './store.ts'

const UNKNOWN_USER = 60111
const OUT_OF_RANGE = new Set([60011, 60021, 50002])

/**
 * Reads departments and members of the visible range, department by department (SYS-8): self-built apps get no contact
 * callbacks and may not call user/list_id (wecom-api/02 §1). Members who are gone are signed out at once.
 */
export function createContactsSync(platform: Platform, needs: { corps: Corps; access: Access }) {
  const { db, clock } = platform

  async function run(job: JobRun): Promise<void> {
    const client = await needs.corps.wecom(job.corpId)
    const departments = await listDepartments(client)
    const members = new Map<string, WecomMember>()
    await job.progress({ done: 0, total: departments.length, note: '正在读取部门' })
    for (const [index, department] of departments.entries()) {
      for (const member of await listMembers(client, department.id)) members.set(member.userid.toLowerCase(), member)
      await job.progress({ done: index + 1, note: `已读取 ${members.size} 位成员` })
    }
    // The visible range may name single members outside of every visible department.
    for (const userid of (await getAgent(client)).allow_userinfos) {
      if (!members.has(userid.toLowerCase())) members.set(userid.toLowerCase(), await getMember(client, userid))
    }
    await write(job.corpId, departments.map((d) => ({
      departmentId: d.id, name: d.name || `部门 ${d.id}`, parentId: d.parentid || null, sortOrder: d.order ?? 0, leaders: d.department_leader.map((id) => id.toLowerCase()),
    })), [...members.values()])
    const gone = (await peopleOf(db, job.corpId).presentStaff()).filter((row) => !members.has(row.useridKey))
    for (const row of gone) await recheck(job.corpId, client, row)
    needs.access.forgetOrganisation(job.corpId)
    await needs.corps.prove(job.corpId, { contactsSyncedAt: clock.now() })
  }

  async function write(corpId: number, departments: Parameters<ReturnType<typeof peopleOf>['replaceDepartments']>[0], members: readonly WecomMember[]): Promise<void> {
    const now = clock.now()
    const rows = members.map((member) => ({
      corpId, userid: member.userid, useridKey: member.userid.toLowerCase(), name: member.name || member.userid, avatar: member.thumb_avatar || member.avatar || null, position: member.position || null,
      mainDepartment: member.main_department ?? member.department[0] ?? null, directLeaders: member.direct_leader.map((id) => id.toLowerCase()),
      state: stateOf(member), leftAt: member.status === 5 ? now : null, seenAt: now, createdAt: now,
    }))
    for (let i = 0; i < rows.length; i += 200) await peopleOf(db, corpId).upsertStaff(rows.slice(i, i + 200))
    const ids = new Map((await peopleOf(db, corpId).presentStaff()).map((row) => [row.useridKey, row.id]))
    const memberships = members.flatMap((member) => {
      const staffId = ids.get(member.userid.toLowerCase())
      if (staffId === undefined) return []
      return member.department.map((departmentId, i) => ({ staffId, departmentId, leader: member.is_leader_in_dept[i] === 1 ? 1 : 0 }))
    })
    await inTransaction(db, async (tx) => {
      const people = peopleOf(tx, corpId)
      await people.replaceDepartments(departments)
      await people.replaceMemberships(memberships)
    })
    for (const row of rows) if (row.state !== 'active') await end(corpId, ids.get(row.useridKey), row.state)
  }

  /** Asks WeCom about one member: out of range is not the same as gone. */
  async function recheck(corpId: number, client: WecomClient, row: StaffDbRow): Promise<void> {
    try {
      const member = await getMember(client, row.userid)
      await end(corpId, row.id, stateOf(member))
    } catch (error) {
      if (!(error instanceof WecomError) || error.reason !== 'errcode') throw error
      if (error.errcode === UNKNOWN_USER) await end(corpId, row.id, 'left')
      else if (OUT_OF_RANGE.has(error.errcode)) await end(corpId, row.id, 'inactive')
      else throw error
    }
  }

  async function end(corpId: number, staffId: number | undefined, state: StaffDbRow['state']): Promise<void> {
    if (staffId === undefined) return
    await inTransaction(db, async (tx) => {
      const people = peopleOf(tx, corpId)
      await people.setStaffState(staffId, state, clock.now())
      if (state !== 'active') await people.signOutEverywhere(staffId)
    })
  }

  return {
    run,
    /** For callbacks that concern one member, such as losing the app. */
    async recheckMember(corpId: number, userid: string): Promise<void> {
      const row = (await peopleOf(db, corpId).staffByUserids([userid]))[0]
      if (row) await recheck(corpId, await needs.corps.wecom(corpId), row)
    },
  }
}

/** wecom-api/02 §3: 1 active, 2 disabled, 4 not activated, 5 left. Answers without a status are of active members. */
function stateOf(member: WecomMember): StaffDbRow['state'] {
  if (member.status === 5) return 'left'
  return member.status === 2 ? 'inactive' : 'active'
}
