import { FORGOTTEN_CUSTOMER } from '@zhike/shared'
import type { GroupChatView, GroupMember, StaffRef } from '@zhike/shared/contract'
import { decodeCursor, toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { asAppError, createQuestions } from '../corps/index.ts'
import { mayOwn } from '../identity/index.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import { ERASED_MEMBER } from './intake.ts'
import type { ReadGroup } from './read-group.ts'
import { groupChatsOf } from './store.ts'
import type { GroupChatRecord, GroupMemberRecord } from './store.ts'

/** A customer as somebody sees her in a group; `customerId` is null when she is a friend of people outside the viewer's scope. */
export interface GroupPerson { customerId: number | null; name: string; avatar: string | null; own: boolean }

/** Who of these people is a customer, as the viewer may see her, by external_userid. */
export type PeopleIn = (viewer: Viewer, externalIds: readonly string[]) => Promise<Map<string, GroupPerson>>

/** A group that somebody is in, and since when (epoch ms, null: WeCom does not tell). */
interface GroupWith { groupChatId: number; name: string; joinedAt: number | null }

interface MembersQuery extends PageAt { kind?: GroupMember['kind'] }
export type GroupViews = ReturnType<typeof createGroupViews>

const UNNAMED = '未命名群聊'
const GROUPS_SHOWN = 50
const MEMBERSHIPS_AT_ONCE = 200

/** Customer groups as people read them: within the viewer's data scope (GEN-9). */
export function createGroupViews(platform: Platform, needs: { identity: Identity; read: ReadGroup; people: () => { peopleIn: PeopleIn } }) {
  const { db } = platform
  const mayAsk = createQuestions(platform, 'group')

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
    const people = await needs.people().peopleIn(viewer, members.filter(isExternal).map((member) => member.memberId))
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
    if (await mayAsk(viewer, chatId)) {
      await needs.read(viewer.corpId, chatId).catch((error: unknown) => {
        throw asAppError(error)
      })
    }
    return await readable(viewer, await store.byChatId(chatId))
  }

  return {
    /** The group of the current chat, for whoever may see it; read from WeCom when it is not known yet. */
    async byChat(viewer: Viewer, chatId: string): Promise<GroupChatView> {
      return await present(viewer, await findOrRead(viewer, chatId))
    },
    /** Members in the order in which they came. A group has at most some hundred people: WeCom limits it. */
    async members(viewer: Viewer, groupChatId: number, query: MembersQuery): Promise<{ items: GroupMember[]; next: string | null; total: number }> {
      const store = groupChatsOf(db, viewer.corpId)
      const group = await readable(viewer, await store.byId(groupChatId))
      const members = await store.members(group.id)
      const external = members.filter(isExternal).map((member) => member.memberId)
      const userids = members.flatMap((member) => [...(isExternal(member) ? [] : [member.memberId]), ...(member.invitedBy === null ? [] : [member.invitedBy])])
      const [people, staff] = await Promise.all([needs.people().peopleIn(viewer, external), needs.identity.byUserids(viewer.corpId, userids)])
      const shown = members.map((member) => presentMember(group, member, people.get(member.memberId), staff)).filter((member) => query.kind === undefined || member.kind === query.kind).sort(byJoining)
      const after = query.after === undefined ? null : decodeCursor(query.after, 2)
      const rest = after === null ? shown : shown.filter((member) => isAfter(member, Number(after[0]), String(after[1])))
      const from = query.skip ?? 0
      return { ...toPage(rest.slice(from, from + query.limit + 1), query.limit, (member) => [member.joinedAt ?? 0, member.memberId], (member) => member), total: shown.length }
    },
    /** The `limit` groups that a person joined last of those that the viewer may see. */
    async groupsWith(viewer: Viewer, memberId: string, limit = GROUPS_SHOWN): Promise<GroupWith[]> {
      const found: GroupWith[] = []
      for (let skipped = 0; found.length < limit; skipped += MEMBERSHIPS_AT_ONCE) {
        const memberships = await groupChatsOf(db, viewer.corpId).groupsOf(memberId, MEMBERSHIPS_AT_ONCE, skipped)
        const seen = new Set(await visible(viewer, memberships.map(({ group }) => group)))
        found.push(...memberships.filter(({ group }) => seen.has(group)).map(({ group, joinedAt }) => ({ groupChatId: group.id, name: nameOf(group), joinedAt })))
        if (memberships.length < MEMBERSHIPS_AT_ONCE) break
      }
      return found.slice(0, limit)
    },
  }
}

/** A group's name on screen. */
export function nameOf(group: GroupChatRecord): string {
  return group.name === '' ? UNNAMED : group.name
}

function presentMember(group: GroupChatRecord, member: GroupMemberRecord, person: GroupPerson | undefined, staff: Map<string, StaffRef>): GroupMember {
  const colleague = isExternal(member) ? undefined : staff.get(member.memberId.toLowerCase())
  const admin = [group.ownerUserid, ...group.admins].some((userid) => userid.toLowerCase() === member.memberId.toLowerCase())
  const joinedBy = member.invitedBy === null ? null : staff.get(member.invitedBy.toLowerCase())?.name ?? member.invitedBy
  return {
    memberId: member.memberId, name: person?.name ?? colleague?.name ?? nameOfMember(member), avatar: person?.avatar ?? colleague?.avatar ?? null,
    kind: isExternal(member) ? (person ? 'customer' : 'stranger') : 'staff', customerId: person?.customerId ?? null, own: person?.own ?? false,
    joinedAt: member.joinedAt, joinedBy, admin,
  }
}

/** A person whose data was deleted has no name here (SYS-17). */
function nameOfMember(member: GroupMemberRecord): string {
  return member.memberId.startsWith(ERASED_MEMBER) ? FORGOTTEN_CUSTOMER : member.name
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

function refOf({ staffId, userid, name, avatar }: StaffRef): StaffRef {
  return { staffId, userid, name, avatar }
}
