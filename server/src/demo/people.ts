import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import { customers, relations } from '../modules/customers/tables.ts'
import { groupChatMembers, groupChats } from '../modules/group-chats/tables.ts'
import { staff } from '../modules/identity/tables.ts'
import { materials } from '../modules/materials/tables.ts'
import { shares } from '../modules/radar/tables.ts'
import type { Queries } from '../platform/db/connect.ts'

/** A friendship along which materials can be sent, with both their names. */
export interface DemoFriendship { staffId: number; userid: string; customerId: number; customer: string; addedAt: number }
/** A customer group with the members of it who are our customers. */
export interface DemoGroup { groupChatId: number; ownerId: number; customerIds: number[]; createdAt: number }

/** Who can send to whom in the corp, as WeCom has told us. */
export async function friendshipsIn(q: Queries, corpId: number): Promise<DemoFriendship[]> {
  return q.select({ staffId: relations.staffId, userid: staff.userid, customerId: relations.customerId, customer: customers.name, addedAt: relations.addedAt }).from(relations)
    .innerJoin(staff, and(eq(staff.corpId, relations.corpId), eq(staff.id, relations.staffId), eq(staff.state, 'active')))
    .innerJoin(customers, and(eq(customers.corpId, relations.corpId), eq(customers.id, relations.customerId)))
    .where(and(eq(relations.corpId, corpId), eq(relations.state, 'active'))).orderBy(asc(relations.addedAt), asc(relations.id))
}

export async function groupsIn(q: Queries, corpId: number): Promise<DemoGroup[]> {
  const groups = await q.select({ groupChatId: groupChats.id, ownerId: staff.id, createdAt: groupChats.createdAt }).from(groupChats)
    .innerJoin(staff, and(eq(staff.corpId, groupChats.corpId), eq(staff.userid, groupChats.ownerUserid)))
    .where(and(eq(groupChats.corpId, corpId), isNull(groupChats.dismissedAt))).orderBy(asc(groupChats.id))
  if (groups.length === 0) return []
  const members = await q.select({ groupChatId: groupChatMembers.groupChatId, customerId: customers.id }).from(groupChatMembers)
    .innerJoin(customers, and(eq(customers.corpId, groupChatMembers.corpId), eq(customers.externalUserId, groupChatMembers.memberId)))
    .where(and(eq(groupChatMembers.corpId, corpId), inArray(groupChatMembers.groupChatId, groups.map((group) => group.groupChatId)))).orderBy(asc(customers.id))
  return groups.map((group) => ({ ...group, customerIds: members.filter((member) => member.groupChatId === group.groupChatId).map((member) => member.customerId) }))
}

/** Was anything ever sent? The history is the last thing the demo gets. */
export async function hasHistory(q: Queries, corpId: number): Promise<boolean> {
  return (await q.select({ id: shares.id }).from(shares).where(eq(shares.corpId, corpId)).limit(1)).length > 0
}

/** Materials in the library, by title: what an interrupted loading has made. */
export async function titlesIn(q: Queries, corpId: number): Promise<Map<string, number>> {
  const rows = await q.select({ id: materials.id, title: materials.title }).from(materials).where(and(eq(materials.corpId, corpId), isNull(materials.deletedAt)))
  return new Map(rows.map((row) => [row.title, row.id]))
}
