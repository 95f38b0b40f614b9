import type { Platform } from '../../platform/platform.ts'
import { WecomError, getAgent, getMember, listDepartments, listMembers } from '../../wecom/index.ts'
import type { WecomClient, WecomMember } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import type { JobRun } from '../jobs/index.ts'
import { stateOf } from './contacts-write.ts'
import type { ContactsWriter } from './contacts-write.ts'
import { peopleOf } from './store.ts'

const UNKNOWN_USER = 60111
const OUT_OF_RANGE = new Set([60011, 60021, 50002])

/**
 * Reads departments and members of the visible range, department by department (SYS-8): self-built apps get no contact
 * callbacks and may not call user/list_id (wecom-api/02 §1). Members who are gone are signed out at once.
 */
export function createContactsSync(platform: Platform, needs: { corps: Corps; contacts: ContactsWriter }) {
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
    await needs.contacts.saveAll(job.corpId, departments, [...members.values()])
    const gone = (await peopleOf(db, job.corpId).presentStaff()).filter((row) => !members.has(row.useridKey))
    for (const row of gone) await recheck(job.corpId, client, row)
    await needs.corps.prove(job.corpId, { contactsSyncedAt: clock.now() })
  }

  /** Asks WeCom about one member: out of range is not the same as gone. */
  async function recheck(corpId: number, client: WecomClient, row: { id: number; userid: string }): Promise<void> {
    try {
      const member = await getMember(client, row.userid)
      await needs.contacts.setState(corpId, row.id, stateOf(member))
    } catch (error) {
      if (!(error instanceof WecomError) || error.reason !== 'errcode') throw error
      if (error.errcode === UNKNOWN_USER) await needs.contacts.setState(corpId, row.id, 'left')
      else if (OUT_OF_RANGE.has(error.errcode)) await needs.contacts.setState(corpId, row.id, 'inactive')
      else throw error
    }
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
