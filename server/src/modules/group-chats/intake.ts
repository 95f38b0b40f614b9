import type { Queries } from '../../platform/db/connect.ts'
import { cut } from '../../platform/text.ts'
import type { WecomGroupChat } from '../../wecom/index.ts'
import { groupChatsOf } from './store.ts'
import type { GroupMemberRecord } from './store.ts'

/** A person outside the corp came into a group or left it. */
interface MembershipChange {
  externalUserId: string
  kind: 'group_joined' | 'group_left'
  groupChatId: number
  groupName: string
  /** When this membership began; with the group it names the membership, however often it is told. Epoch ms. */
  since: number
  at: number
  /** How she came in, in words of the screen; null when unknown. */
  scene: string | null
}

/** Tells the customer log of memberships, within the transaction. People who are no customers are passed over. */
export type TellMemberships = (tx: Queries, corpId: number, readAt: number, changes: readonly MembershipChange[]) => Promise<void>

/** What ids begin with that stand for people whose data was deleted. */
export const ERASED_MEMBER = 'erased:'

/** Of these people outside the corp, those whose data was deleted on request (SYS-17), with the id that stands for each of them. */
export type ErasedAmong = (q: Queries, corpId: number, externalIds: readonly string[]) => Promise<Map<string, string>>

const SCENES: Record<number, string> = { 1: '由成员邀请', 2: '通过邀请链接', 3: '扫描群二维码' }
const EXTERNAL = 2

type Member = Omit<GroupMemberRecord, 'corpId' | 'groupChatId'>

/** Writes a group as WeCom tells it. An answer older than what is stored is passed over; gives the group's id. */
export async function takeInGroup(tx: Queries, corpId: number, group: WecomGroupChat, readAt: number, people: { tell: TellMemberships; erased: ErasedAmong }): Promise<number | null> {
  const store = groupChatsOf(tx, corpId)
  const record = await store.lockOrMake(group.chat_id, (group.create_time ?? 0) * 1000 || readAt)
  if (!record) return null
  if (record.syncedAt > readAt) return record.id
  const name = cut(group.name, 200)
  await store.change(record.id, {
    name, ownerUserid: group.owner, notice: group.notice === '' ? null : cut(group.notice, 2000), memberVersion: group.member_version === '' ? null : group.member_version,
    admins: group.admin_list.map((admin) => admin.userid), syncedAt: readAt,
  })
  const before = new Map((await store.members(record.id)).map((member) => [member.memberId, member]))
  const erased = await people.erased(tx, corpId, group.member_list.filter((member) => member.type === EXTERNAL).map((member) => member.userid))
  const now = new Map(group.member_list.map((member): [string, Member] => {
    const anonymous = erased.get(member.userid)
    const name = anonymous === undefined ? cut(member.name === '' ? member.group_nickname : member.name, 200) : ''
    const memberId = anonymous ?? member.userid
    return [memberId, {
      memberId, name, type: member.type === EXTERNAL ? EXTERNAL : 1, joinScene: member.join_scene, invitedBy: member.invitor, joinedAt: member.join_time === null ? null : member.join_time * 1000,
    }]
  }))
  const left = [...before.values()].filter((member) => !now.has(member.memberId))
  const changed = [...now.values()].filter((member) => differs(before.get(member.memberId), member))
  await store.removeMembers(record.id, left.map((member) => member.memberId))
  await store.saveMembers(record.id, changed)

  const about = { groupChatId: record.id, groupName: name }
  const joined = changed.filter((member) => before.get(member.memberId)?.joinedAt !== member.joinedAt)
  await people.tell(tx, corpId, readAt, [
    ...joined.filter(isExternal).map((member) => ({
      ...about, externalUserId: member.memberId, kind: 'group_joined' as const, since: member.joinedAt ?? readAt, at: member.joinedAt ?? readAt,
      scene: member.joinScene === null ? null : SCENES[member.joinScene] ?? null,
    })),
    ...left.filter(isExternal).map((member) => ({ ...about, externalUserId: member.memberId, kind: 'group_left' as const, since: member.joinedAt ?? record.createdAt, at: readAt, scene: null })),
  ])
  return record.id
}

function isExternal(member: Member): boolean {
  return member.type === EXTERNAL
}

function differs(before: Member | undefined, now: Member): boolean {
  return before === undefined || before.name !== now.name || before.joinedAt !== now.joinedAt || before.type !== now.type || before.joinScene !== now.joinScene || before.invitedBy !== now.invitedBy
}
