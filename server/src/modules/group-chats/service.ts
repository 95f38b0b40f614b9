import type { GroupChatView, GroupMember, StaffRef } from '@zhike/shared/contract'
import { decodeCursor, toPage } from '../../platform/db/keyset.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { asAppError } from '../corps/index.ts'
import type { Corps } from '../corps/index.ts'
import { mayOwn } from '../identity/index.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import type { JobRun, Jobs } from '../jobs/index.ts'
import { groupEvents } from './events.ts'
import type { TellMemberships } from './intake.ts'
import { createGroupReading } from './reading.ts'
import { groupChatsOf } from './store.ts'
import type { GroupChatRecord, GroupMemberRecord } from './store.ts'
import { createGroupSync } from './sync.ts'

/** A customer as somebody sees her in a group; `customerId` is null when she is a friend of people outside the viewer's scope. */
export interface GroupPerson { customerId: number | null; name: string; avatar: string | null; own: boolean }

export interface GroupChatsNeeds {
  corps: Corps
  identity: Identity
  jobs: Jobs
  /** Who of these people is a customer; implemented by the customers area. */
  peopleIn(viewer: Viewer, externalIds: readonly string[]): Promise<Map<string, GroupPerson>>
  tell: TellMemberships
  /** Repeats a call to WeCom that may succeed a little later. */
  wait: <T>(job: JobRun, call: () => Promise<T>) => Promise<T>
}

export interface MembersQuery { after?: string; limit: number; kind?: GroupMember['kind'] }
export type GroupChats = ReturnType<typeof createGroupChats>

const UNNAMED = '未命名群聊'
const GROUPS_SHOWN = 50
const ASK_AGAIN_S = 20

/** Customer groups: who is in them, and who of these are customers. */
export function createGroupChats(platform: Platform, needs: GroupChatsNeeds) {
  const { db } = platform
  const read = createGroupReading(platform, needs)
  const events = groupEvents(platform, read)

  /** Seen by whoever is in the group, and by those whose data scope holds its owner or somebody in it. */
  async function visible(viewer: Viewer, groups: readonly GroupChatRecord[]): Promise<GroupChatRecord[]> {
    if (viewer.owners.all) return [...groups]
    const inside = await groupChatsOf(db, viewer.corpId).staffIn(groups.map((group) => group.id))
    const staff = await needs.identity.byUserids(viewer.corpId, [...groups.map((group) => group.ownerUserid), ...inside.map((member) => member.userid)])
    const seen = (userid: string) => {
      const person = staff.get(userid.toLowerCase())
      return person !== undefined && (person.staffId === viewer.staffId || mayOwn(viewer, person.staffId))
    }
    return groups.filter((group) => seen(group.ownerUserid) || inside.some((member) => member.groupChatId === group.id && seen(member.userid)))
  }

  async function readable(viewer: Viewer, group: GroupChatRecord | undefined): Promise<GroupChatRecord> {
    const [found] = group ? await visible(viewer, [group]) : []
    if (!found) throw notFound('客户群')
    return found
  }

  async function present(viewer: Viewer, group: GroupChatRecord): Promise<GroupChatView> {
    const members = await groupChatsOf(db, viewer.corpId).members(group.id)
    const people = await needs.peopleIn(viewer, members.filter(isExternal).map((member) => member.memberId))
    const owner = (await needs.identity.byUserids(viewer.corpId, [group.ownerUserid])).get(group.ownerUserid.toLowerCase())
    return {
      groupChatId: group.id, chatId: group.chatId, name: nameOf(group), owner: owner ? refOf(owner) : null, notice: group.notice, createdAt: group.createdAt,
      memberCount: members.length, customerCount: people.size, ownCustomerCount: [...people.values()].filter((person) => person.own).length,
      state: group.dismissedAt === null ? 'normal' : 'dismissed',
    }
  }

  async function findOrRead(viewer: Viewer, chatId: string): Promise<GroupChatRecord> {
    const store = groupChatsOf(db, viewer.corpId)
    const known = await store.byChatId(chatId)
    if (known && (await visible(viewer, [known])).length > 0) return known
    const key = `${platform.config.redisPrefix}:group-asked:${viewer.corpId}:${viewer.staffId}:${chatId}`
    if ((await platform.redis.set(key, '1', 'EX', ASK_AGAIN_S, 'NX')) !== null) {
      await read(viewer.corpId, chatId).catch((error: unknown) => {
        throw asAppError(error)
      })
    }
    return await readable(viewer, await store.byChatId(chatId))
  }

  return {
    events: events.handlers,
    /** The group of the current chat, for whoever may see it; read from WeCom when it is not known yet. */
    findOrRead,
    async viewByChat(viewer: Viewer, chatId: string): Promise<GroupChatView> {
      return await present(viewer, await findOrRead(viewer, chatId))
    },
    /** Members in the order in which they came. A group has at most some hundred people: WeCom limits it. */
    async members(viewer: Viewer, groupChatId: number, query: MembersQuery): Promise<{ items: GroupMember[]; next: string | null; total: number }> {
      const store = groupChatsOf(db, viewer.corpId)
      const group = await readable(viewer, await store.byId(groupChatId))
      const members = await store.members(group.id)
      const external = members.filter(isExternal).map((member) => member.memberId)
      const userids = members.flatMap((member) => [...(isExternal(member) ? [] : [member.memberId]), ...(member.invitedBy === null ? [] : [member.invitedBy])])
      const [people, staff] = await Promise.all([needs.peopleIn(viewer, external), needs.identity.byUserids(viewer.corpId, userids)])
      const shown = members.map((member) => presentMember(group, member, people.get(member.memberId), staff)).filter((member) => query.kind === undefined || member.kind === query.kind).sort(byJoining)
      const after = query.after === undefined ? null : decodeCursor(query.after, 2)
      const rest = after === null ? shown : shown.filter((member) => isAfter(member, Number(after[0]), String(after[1])))
      return { ...toPage(rest.slice(0, query.limit + 1), query.limit, (member) => [member.joinedAt ?? 0, member.memberId], (member) => member), total: shown.length }
    },
    /** Groups in which a person is and which the viewer may see. */
    async groupsWith(viewer: Viewer, memberId: string): Promise<{ groupChatId: number; name: string }[]> {
      const groups = await visible(viewer, await groupChatsOf(db, viewer.corpId).groupsOf(memberId, GROUPS_SHOWN))
      return groups.map((group) => ({ groupChatId: group.id, name: nameOf(group) }))
    },
    /** Without regard to who asks; null when unknown here. */
    async groupByChatId(corpId: number, chatId: string): Promise<{ groupChatId: number; chatId: string; name: string; ownerUserid: string; dismissed: boolean } | null> {
      const group = await groupChatsOf(db, corpId).byChatId(chatId)
      return group ? { groupChatId: group.id, chatId, name: nameOf(group), ownerUserid: group.ownerUserid, dismissed: group.dismissedAt !== null } : null
    },
    async groupNames(corpId: number, ids: readonly number[]): Promise<Map<number, string>> {
      return new Map((await groupChatsOf(db, corpId).byIds(ids)).map((group) => [group.id, nameOf(group)]))
    },
    /** @param memberId a userid or an external_userid */
    async isInGroup(corpId: number, groupChatId: number, memberId: string): Promise<boolean> {
      return (await groupChatsOf(db, corpId).member(groupChatId, memberId)) !== undefined
    },
    async work(): Promise<void> {
      needs.jobs.define('group_chats_sync', createGroupSync(platform, { corps: needs.corps, read, wait: needs.wait }))
      events.work()
    },
  }
}

function presentMember(group: GroupChatRecord, member: GroupMemberRecord, person: GroupPerson | undefined, staff: Map<string, StaffRef>): GroupMember {
  const colleague = isExternal(member) ? undefined : staff.get(member.memberId.toLowerCase())
  const admin = [group.ownerUserid, ...group.admins].some((userid) => userid.toLowerCase() === member.memberId.toLowerCase())
  const joinedBy = member.invitedBy === null ? null : staff.get(member.invitedBy.toLowerCase())?.name ?? member.invitedBy
  return {
    memberId: member.memberId, name: person?.name ?? colleague?.name ?? member.name, avatar: person?.avatar ?? colleague?.avatar ?? null,
    kind: isExternal(member) ? (person ? 'customer' : 'stranger') : 'staff', customerId: person?.customerId ?? null, own: person?.own ?? false,
    joinedAt: member.joinedAt, joinedBy, admin,
  }
}

function byJoining(a: GroupMember, b: GroupMember): number {
  return (a.joinedAt ?? 0) - (b.joinedAt ?? 0) || (a.memberId < b.memberId ? -1 : 1)
}

function isAfter(member: GroupMember, joinedAt: number, memberId: string): boolean {
  const at = member.joinedAt ?? 0
  return at > joinedAt || (at === joinedAt && member.memberId > memberId)
}

function isExternal(member: Pick<GroupMemberRecord, 'type'>): boolean {
  return member.type === 2
}

function nameOf(group: GroupChatRecord): string {
  return group.name === '' ? UNNAMED : group.name
}

function refOf({ staffId, userid, name, avatar }: StaffRef): StaffRef {
  return { staffId, userid, name, avatar }
}
