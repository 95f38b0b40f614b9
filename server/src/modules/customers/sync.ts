import { formatCount } from '@zhike/shared'
import { z } from 'zod'
import type { Platform } from '../../platform/platform.ts'
import { listCustomersOf, listFollowUsers, WecomError } from '../../wecom/index.ts'
import type { CustomerPage, WecomClient } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity } from '../identity/index.ts'
import { withPatience } from '../jobs/index.ts'
import type { JobRun } from '../jobs/index.ts'
import { endFriendship } from './intake.ts'
import { intakeOf } from './intake-store.ts'
import { fromBatch, isUnknownCustomer } from './wecom-answers.ts'
import type { Refresh } from './refresh-from-wecom.ts'

const PAGE = 100
const BAD_CURSOR = 50100
/** Marks a failed item that is a member; others are external_userids. */
const OF_MEMBER = 'staff:'
const UNKNOWN_CUSTOMER = '企业微信中查不到这位客户'
const FRESH_STARTS = 3
/** The member is gone or outside the range since the list of members was read. */
const NO_SUCH_MEMBER: ReadonlySet<number> = new Set([40003, 40031, 60011, 60030, 60111])

const position = z.object({
  /** Lower-cased userid of the last member done; members are gone through in this order. */
  finished: z.string().nullable(),
  /** The member in hand. `since`: when her traversal began. */
  member: z.object({ key: z.string(), since: z.number(), step: z.enum(['read', 'check']), page: z.string().nullable(), checked: z.number() }).nullable(),
  seen: z.number(),
})
type Position = z.output<typeof position>
type Member = NonNullable<Position['member']>

type CustomerSync = (job: JobRun) => Promise<void>

/**
 * Full sync of the customers (job `customers_sync`), member by member in pages of 100. The position is stored after every
 * page that was written, so a run that was killed goes on there; writing a page twice does no harm.
 */
export function createCustomerSync(platform: Platform, needs: { corps: Corps; identity: Identity; refresh: Refresh }): CustomerSync {
  const { refresh } = needs

  /** One page of one member; null: WeCom wants the traversal begun anew (50100). */
  async function readPage(job: JobRun, client: WecomClient, userid: string, page: string | null): Promise<{ readAt: number; page: CustomerPage } | null> {
    let readAt = platform.clock.now()
    try {
      const found = await withPatience(job, async () => {
        readAt = platform.clock.now()
        return await listCustomersOf(client, [userid], page, PAGE)
      })
      return { readAt, page: found }
    } catch (error) {
      if (error instanceof WecomError && error.reason === 'errcode' && error.errcode === BAD_CURSOR) return null
      throw error
    }
  }

  async function readMember(job: JobRun, client: WecomClient, userid: string, from: Member, report: (member: Member, count: number) => Promise<void>): Promise<Member> {
    let member = from
    for (let begun = 1; member.step === 'read';) {
      const read = await readPage(job, client, userid, member.page)
      if (!read) {
        if (++begun > FRESH_STARTS) throw new WecomError({ api: 'batch/get_by_user', reason: 'errcode', errcode: BAD_CURSOR, errmsg: 'cursor refused again and again', outcome: 'refused' })
        member = { ...member, page: null, since: platform.clock.now() }
        continue
      }
      await refresh.write(job.corpId, read.readAt, read.page.relations.map(fromBatch))
      const { nextCursor } = read.page
      member = nextCursor === null || nextCursor === member.page ? { ...member, step: 'check', page: null } : { ...member, page: nextCursor }
      await report(member, read.page.relations.length)
    }
    return member
  }

  /** Friendships that the traversal did not name are asked for one by one: a short answer must never end hundreds. */
  async function checkUnseen(job: JobRun, staffId: number, from: Member, report: (member: Member) => Promise<void>): Promise<void> {
    let member = from
    for (;;) {
      const unseen = await intakeOf(platform.db, job.corpId).unseen(staffId, member.since, member.checked, PAGE)
      const last = unseen.at(-1)
      if (!last) return
      for (const { externalUserId, customerId } of unseen) {
        await withPatience(job, () => checkFriendship(job.corpId, externalUserId, customerId, staffId)).catch(async (error: unknown) => {
          if (!isUnknownCustomer(error)) throw error
          await job.failure(externalUserId, UNKNOWN_CUSTOMER, externalUserId)
        })
      }
      member = { ...member, checked: last.relationId }
      await report(member)
    }
  }

  async function checkFriendship(corpId: number, externalUserId: string, customerId: number, staffId: number): Promise<void> {
    await refresh.customer(corpId, externalUserId, null, async (tx, { refreshed, readAt }) => {
      if (refreshed?.relations.some((relation) => relation.staffId === staffId)) return
      const store = intakeOf(tx, corpId)
      await store.lockCustomer(customerId)
      const [relation] = await store.relations([customerId], [staffId])
      if (relation?.state === 'active' && relation.syncedAt <= readAt) await endFriendship(tx, corpId, relation, { state: 'removed', at: readAt, readAt })
    })
  }

  /** One member to her end; what WeCom refuses about her is one failure of the job. */
  async function syncMember(job: JobRun, client: WecomClient, userid: string, begun: Member, keep: (member: Member, count?: number) => Promise<void>): Promise<void> {
    const staff = await needs.identity.ensureStaff(job.corpId, userid)
    try {
      const read = await readMember(job, client, userid, begun, keep)
      await checkUnseen(job, staff.staffId, read, keep)
    } catch (error) {
      if (!(error instanceof WecomError) || error.reason !== 'errcode' || !NO_SUCH_MEMBER.has(error.errcode)) throw error
      await job.failure(staff.name, `企业微信拒绝读取她的客户（错误码 ${error.errcode}）`, `${OF_MEMBER}${userid}`)
    }
  }
  const beginning = (userid: string): Member => ({ key: userid.toLowerCase(), since: platform.clock.now(), step: 'read', page: null, checked: 0 })

  /** What failed in an earlier sync, one by one: members from their beginning, customers with all their friendships. */
  async function tryAgain(job: JobRun, client: WecomClient, refs: readonly string[]): Promise<void> {
    const resumed = z.object({ tried: z.number() }).safeParse(job.cursor)
    for (let tried = resumed.success ? resumed.data.tried : 0; tried < refs.length; tried++) {
      const ref = refs[tried] ?? ''
      await job.progress({ done: tried, total: refs.length, cursor: { tried } })
      if (ref.startsWith(OF_MEMBER)) {
        const userid = ref.slice(OF_MEMBER.length)
        await syncMember(job, client, userid, beginning(userid), async () => await job.progress({}))
        continue
      }
      const store = intakeOf(platform.db, job.corpId)
      try {
        for (const { customerId, staffId } of await store.friendsOf(ref)) await withPatience(job, () => checkFriendship(job.corpId, ref, customerId, staffId))
      } catch (error) {
        if (!isUnknownCustomer(error)) throw error
        await job.failure(ref, UNKNOWN_CUSTOMER, ref)
      }
    }
    await job.progress({ done: refs.length, total: refs.length })
  }

  return async function run(job) {
    const client = await needs.corps.wecomContact(job.corpId)
    if (job.again) return await tryAgain(job, client, job.again)
    const resumed = position.safeParse(job.cursor)
    let at: Position = resumed.success ? resumed.data : { finished: null, member: null, seen: 0 }
    const members = [...new Map((await withPatience(job, () => listFollowUsers(client))).map((userid) => [userid.toLowerCase(), userid]))].sort(([a], [b]) => (a < b ? -1 : 1))
    const doneUntil = (key: string | null) => members.filter(([other]) => key !== null && other <= key).length
    const report = async () => await job.progress({ done: doneUntil(at.finished), total: members.length, cursor: at, note: `已读取 ${formatCount(at.seen)} 段好友关系` })
    await report()
    for (const [key, userid] of members) {
      if (at.finished !== null && key <= at.finished) continue
      const begun = at.member?.key === key ? at.member : beginning(userid)
      const keep = async (member: Member, count = 0) => {
        at = { ...at, member, seen: at.seen + count }
        await report()
      }
      await syncMember(job, client, userid, begun, keep)
      at = { finished: key, member: null, seen: at.seen }
      await report()
    }
    await needs.corps.prove(job.corpId, { customersSyncedAt: platform.clock.now() })
  }
}
