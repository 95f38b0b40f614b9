import { z } from 'zod'
import type { Platform } from '../../platform/platform.ts'
import { listFollowUsers, listGroupChats, WecomError } from '../../wecom/index.ts'
import type { GroupChatPage, WecomClient } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { withPatience } from '../jobs/index.ts'
import type { JobRun } from '../jobs/index.ts'
import type { ReadGroup } from './read-group.ts'
import { groupChatsOf } from './store.ts'

/** The visible range is so large that owners must be named (wecom-api/03 §5.1). */
const NAME_THE_OWNERS = 81017
const BAD_CURSOR = 50100
const GROUPS_PER_PAGE = 50
const OWNERS_AT_ONCE = 50
const AT_ONCE = 4

const position = z.object({
  startedAt: z.number(),
  /** By all owners at once, or by portions of them: how many portions are done. */
  portion: z.number().nullable(),
  page: z.string().nullable(),
  step: z.enum(['read', 'check']),
  /** Last group checked. */
  checked: z.number(),
  seen: z.number(),
})
type Position = z.output<typeof position>

/** Full sync of the customer groups (job `group_chats_sync`). Goes on where an earlier run stopped. */
export function createGroupSync(platform: Platform, needs: { corps: Corps; read: ReadGroup }) {
  const { read } = needs

  async function readGroups(job: JobRun, chatIds: readonly string[]): Promise<void> {
    for (let i = 0; i < chatIds.length; i += AT_ONCE) {
      await Promise.all(chatIds.slice(i, i + AT_ONCE).map(async (chatId) => {
        try {
          const found = await withPatience(job, () => read(job.corpId, chatId))
          if (found.state === 'hidden') await job.failure(chatId, '群主不在应用的可见范围内，无法读取这个群', chatId)
        } catch (error) {
          if (!(error instanceof WecomError) || error.reason !== 'errcode' || error.retriable) throw error
          await job.failure(chatId, `企业微信拒绝读取这个群（错误码 ${error.errcode}）`, chatId)
        }
      }))
    }
  }

  async function pageAt(job: JobRun, client: WecomClient, owners: () => Promise<string[]>, at: Position): Promise<{ at: Position; page: GroupChatPage; last: boolean }> {
    if (at.portion === null) {
      try {
        const page = await withPatience(job, () => listGroupChats(client, {}, at.page, GROUPS_PER_PAGE))
        return { at, page, last: page.nextCursor === null }
      } catch (error) {
        if (!isErrcode(error, NAME_THE_OWNERS)) throw error
        return await pageAt(job, client, owners, { ...at, portion: 0, page: null })
      }
    }
    const all = await owners()
    const start = at.portion * OWNERS_AT_ONCE
    if (start >= all.length) return { at, page: { groups: [], nextCursor: null }, last: true }
    const page = await withPatience(job, () => listGroupChats(client, { ownerIds: all.slice(start, start + OWNERS_AT_ONCE) }, at.page, GROUPS_PER_PAGE))
    const next = page.nextCursor === null ? { ...at, portion: at.portion + 1 } : at
    return { at: next, page, last: page.nextCursor === null && start + OWNERS_AT_ONCE >= all.length }
  }

  /** Groups that WeCom's list no longer names are asked for one by one: only its answer about the group itself ends it here. */
  async function checkUnseen(job: JobRun, from: Position): Promise<void> {
    let at = from
    for (;;) {
      const unseen = await groupChatsOf(platform.db, job.corpId).unseen(at.startedAt, at.checked, GROUPS_PER_PAGE)
      const last = unseen.at(-1)
      if (!last) return
      for (const group of unseen) {
        const found = await withPatience(job, () => read(job.corpId, group.chatId)).catch(async (error: unknown) => {
          if (!(error instanceof WecomError) || error.reason !== 'errcode' || error.retriable) throw error
          await job.failure(group.name, `企业微信拒绝读取这个群（错误码 ${error.errcode}）`, group.chatId)
          return null
        })
        if (found?.state === 'unknown') await groupChatsOf(platform.db, job.corpId).dismiss(group.chatId, platform.clock.now())
      }
      at = { ...at, checked: last.id }
      await job.progress({ cursor: at })
    }
  }

  /** What failed in an earlier sync; the few that are read at once are the step in hand. */
  async function tryAgain(job: JobRun, chatIds: readonly string[]): Promise<void> {
    const resumed = z.object({ tried: z.number() }).safeParse(job.cursor)
    for (let tried = resumed.success ? resumed.data.tried : 0; tried < chatIds.length; tried += AT_ONCE) {
      await job.progress({ done: tried, total: chatIds.length, cursor: { tried } })
      await readGroups(job, chatIds.slice(tried, tried + AT_ONCE))
    }
    await job.progress({ done: chatIds.length, total: chatIds.length })
  }

  return async function run(job: JobRun): Promise<void> {
    if (job.again) return await tryAgain(job, job.again)
    const client = await needs.corps.wecomContact(job.corpId)
    const resumed = position.safeParse(job.cursor)
    let at: Position = resumed.success ? resumed.data : { startedAt: platform.clock.now(), portion: null, page: null, step: 'read', checked: 0, seen: 0 }
    let userids: string[] | null = null
    const owners = async () => (userids ??= (await withPatience(job, () => listFollowUsers(client))).sort())
    let restarted = false
    while (at.step === 'read') {
      try {
        const { at: next, page, last } = await pageAt(job, client, owners, at)
        await readGroups(job, page.groups.map((group) => group.chatId))
        at = { ...next, page: page.nextCursor, seen: at.seen + page.groups.length, step: last ? 'check' : 'read' }
      } catch (error) {
        // A stored cursor that is too old: the same groups once more, which does no harm.
        if (!isErrcode(error, BAD_CURSOR) || restarted) throw error
        restarted = true
        at = { ...at, page: null }
      }
      await job.progress({ done: at.seen, total: at.step === 'check' ? at.seen : null, cursor: at, note: `已读取 ${at.seen} 个客户群` })
    }
    await checkUnseen(job, at)
  }
}

function isErrcode(error: unknown, errcode: number): boolean {
  return error instanceof WecomError && error.reason === 'errcode' && error.errcode === errcode
}
