import type { TellMemberships } from '../group-chats/index.ts'
import { appendCustomerEvents, isOldNews } from './customer-log.ts'
import { customersOf } from './store.ts'

/** Writes into the customer log who came into a group and who left it; people who are no customers are passed over. */
export const tellMemberships: TellMemberships = async (tx, corpId, readAt, changes) => {
  const people = await customersOf(tx, corpId).byExternalIds(changes.map((change) => change.externalUserId))
  const ids = new Map(people.map((person) => [person.externalUserId, person.id]))
  await appendCustomerEvents(tx, changes.flatMap(({ externalUserId, kind, groupChatId, groupName, since, at, scene }) => {
    const customerId = ids.get(externalUserId)
    if (customerId === undefined) return []
    return [{ corpId, customerId, staffId: null, kind, subject: `group_chat:${groupChatId}:${since}`, data: { groupChatId, name: groupName, ...(scene === null ? {} : { scene }) }, at, old: isOldNews(at, readAt) }]
  }))
}
