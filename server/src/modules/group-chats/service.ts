import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { groupEvents } from './events.ts'
import { createGroupViews, nameOf } from './group-views.ts'
import type { PeopleIn } from './group-views.ts'
import type { ErasedAmong, TellMemberships } from './intake.ts'
import { createGroupReading } from './read-group.ts'
import { groupChatRoutes } from './routes.ts'
import { groupChatsOf } from './store.ts'
import { createGroupSync } from './sync.ts'

/** What groups ask of the customers area about the people in them. */
interface GroupPeople { peopleIn: PeopleIn; tell: TellMemberships; erased: ErasedAmong }

interface GroupChatsNeeds {
  corps: Corps
  identity: Identity
  jobs: Jobs
  /** Asked for when it is needed: a customer's profile names her groups, so customers are made after groups. */
  people: () => GroupPeople
}

export type GroupChats = ReturnType<typeof createGroupChats>

/** Customer groups: brought over from WeCom and kept current; who is in them, and who of these are customers. */
export function createGroupChats(platform: Platform, needs: GroupChatsNeeds) {
  const { db } = platform
  const read = createGroupReading(platform, { corps: needs.corps, people: needs.people })
  const events = groupEvents(platform, read)
  const views = createGroupViews(platform, { ...needs, read })
  needs.jobs.define('group_chats_sync', createGroupSync(platform, { corps: needs.corps, read }))

  return {
    /** For the callbacks area: what to do on WeCom's events about groups. */
    events: events.handlers,
    routes: (register: Register): void => groupChatRoutes(register, views),
    groupsWith: views.groupsWith,
    /** Without regard to who asks; null when unknown here. */
    async groupByChatId(corpId: number, chatId: string): Promise<{ groupChatId: number; chatId: string; name: string; ownerUserid: string; dismissed: boolean } | null> {
      const group = await groupChatsOf(db, corpId).byChatId(chatId)
      return group ? { groupChatId: group.id, chatId, name: nameOf(group), ownerUserid: group.ownerUserid, dismissed: group.dismissedAt !== null } : null
    },
    /** Names by id, also of dismissed groups, without regard to who asks. */
    async groupNames(corpId: number, groupChatIds: readonly number[]): Promise<Map<number, string>> {
      return new Map((await groupChatsOf(db, corpId).byIds(groupChatIds)).map((group) => [group.id, nameOf(group)]))
    },
    /** @param memberId a userid or an external_userid */
    async isInGroup(corpId: number, groupChatId: number, memberId: string): Promise<boolean> {
      return (await groupChatsOf(db, corpId).member(groupChatId, memberId)) !== undefined
    },
    /** Takes a person's name and id out of the groups she is in; that somebody is in them stays (SYS-17). Repeatable. */
    async forgetCustomer({ corpId, externalUserId }: { corpId: number; externalUserId: string }): Promise<void> {
      await inTransaction(db, async (tx) => {
        const anonymous = (await needs.people().erased(tx, corpId, [externalUserId])).get(externalUserId)
        if (anonymous !== undefined) await groupChatsOf(tx, corpId).anonymise(externalUserId, anonymous)
      })
    },
    /** Worker role: the second looks at changed groups. */
    async work(): Promise<void> {
      events.work()
    },
  }
}
