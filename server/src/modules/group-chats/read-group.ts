import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { getGroupChat, WecomError } from '../../wecom/index.ts'
import type { WecomGroupChat } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { takeInGroup } from './intake.ts'
import type { ErasedAmong, TellMemberships } from './intake.ts'
import { groupChatsOf } from './store.ts'

const DISMISSED = 49008
/** Unknown, or no customer group any more (wecom-api/03 §5.2). */
const NO_SUCH_GROUP: ReadonlySet<number> = new Set([86003, 90501])
/** The owner is outside the app's visible range. */
const HIDDEN: ReadonlySet<number> = new Set([60011, 60030])

type GroupReading = { state: 'there'; memberVersion: string } | { state: 'dismissed' } | { state: 'unknown' } | { state: 'hidden' }
export type ReadGroup = (corpId: number, chatId: string) => Promise<GroupReading>

/** Gives the function that reads one group from WeCom and writes it here. Throws WecomError. */
export function createGroupReading(platform: Platform, needs: { corps: Corps; people: () => { tell: TellMemberships; erased: ErasedAmong } }): ReadGroup {
  return async (corpId, chatId) => {
    const readAt = platform.clock.now()
    const client = await needs.corps.wecomContact(corpId)
    let group: WecomGroupChat
    try {
      group = await getGroupChat(client, chatId)
    } catch (error) {
      if (!(error instanceof WecomError) || error.reason !== 'errcode') throw error
      if (error.errcode === DISMISSED) {
        await groupChatsOf(platform.db, corpId).dismiss(chatId, readAt)
        return { state: 'dismissed' }
      }
      if (NO_SUCH_GROUP.has(error.errcode)) return { state: 'unknown' }
      if (HIDDEN.has(error.errcode)) return { state: 'hidden' }
      throw error
    }
    await inTransaction(platform.db, (tx) => takeInGroup(tx, corpId, group, readAt, needs.people()))
    return { state: 'there', memberVersion: group.member_version }
  }
}
