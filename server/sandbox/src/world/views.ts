import type { ChatDetail, ChatMember, ChatSummary, Message } from '../protocol/chats.ts'
import type { TagGroupView } from '../protocol/console.ts'
import type { ContactView, FollowView, PartyId, PersonDetail, PersonView, StaffView } from '../protocol/people.ts'
import { follows } from '../official-account/followers.ts'
import { chatRefOf, singleChatId } from './chat-ids.ts'
import { notFound } from './errors.ts'
import { closedBecause, partiesOf } from './messaging.ts'
import { avatarPath, faceOf, personParty, resolveParty, staffParty } from './parties.ts'
import type { Corp } from './corp.ts'
import type { Follow, Person, Staff } from './model.ts'
import type { Sandbox } from './sandbox.ts'

/** How records of the world look to the web client. */

const CHAT_LIST_LENGTH = 200
const CONTACT_LIST_LENGTH = 200

export function staffView(sandbox: Sandbox, corp: Corp, staff: Staff): StaffView {
  return {
    userid: staff.userid, name: staff.name, position: staff.position,
    departments: staff.departments.map((item) => ({ id: item.id, name: corp.departments.get(item.id)?.name ?? '', leader: item.leader })),
    avatar: avatarPath('staff', corp.corpid, staff.userid), left: staff.status === 5,
    inVisibleRange: corp.isVisible(staff.userid), hasCustomerContact: corp.hasCustomerContact(staff.userid),
    unreadTotal: (corp.appUnread.get(staff.userid) ?? 0) + unreadOf(sandbox, corp, staff.userid),
  }
}

function unreadOf(sandbox: Sandbox, corp: Corp, userid: string): number {
  const party = staffParty(corp.corpid, userid)
  const chats = [...sandbox.chats.directChatsOf(party), ...corp.groupsOf(userid).map((group) => group.id)]
  return chats.reduce((sum, chatId) => sum + sandbox.chats.unread(chatId, party), 0)
}

export function personView(corp: Corp, person: Person): PersonView {
  return {
    id: person.id, corpid: corp.corpid, name: person.name, avatar: avatarPath('person', corp.corpid, person.id), type: person.type,
    corpName: person.corpName, relation: corp.isCustomer(person.id) ? 'customer' : 'stranger',
    followsAccount: corp.officialAccount === null || person.type !== 1 ? null : follows(corp.officialAccount, person),
  }
}

function followView(corp: Corp, follow: Follow): FollowView {
  const corpTags = follow.tags.map((id) => corp.liveTag(id)?.tag).filter((tag) => tag !== undefined)
  return {
    userid: follow.userid, staffName: corp.anyStaff(follow.userid)?.name ?? follow.userid, remark: follow.remark,
    description: follow.description, addedAt: follow.createtime * 1000, addWay: follow.addWay, state: follow.state,
    tags: [
      ...corpTags.map((tag) => ({ id: tag.id, name: tag.name, type: 1 as const })),
      ...follow.personalTags.map((name) => ({ id: '', name, type: 2 as const })),
    ],
    status: follow.status,
  }
}

export function personDetail(corp: Corp, person: Person): PersonDetail {
  return {
    ...personView(corp, person), gender: person.gender, follows: corp.followsOfPerson(person.id).map((follow) => followView(corp, follow)),
    groups: corp.groupsOf(person.id).map((group) => ({ chatId: group.id, name: group.name })),
  }
}

/** A member's customers, newest first, matching nickname or remark. */
export function contactViews(corp: Corp, userid: string, query: string): ContactView[] {
  const found: ContactView[] = []
  for (const follow of [...corp.followsOfStaff(userid)].reverse()) {
    const person = corp.people.get(follow.personId)
    if (person === undefined || !`${person.name}\n${follow.remark}`.includes(query)) continue
    found.push({ ...personView(corp, person), follow: followView(corp, follow), chatId: singleChatId(corp.corpid, follow.userid, person.id) })
    if (found.length >= CONTACT_LIST_LENGTH) break
  }
  return found
}

export function tagGroupViews(corp: Corp): TagGroupView[] {
  return corp.liveTagGroups().map((group) => ({
    groupId: group.id, name: group.name, order: group.order, madeByApp: group.madeBy !== 0,
    tags: group.tags.filter((tag) => !tag.deleted).sort((a, b) => b.order - a.order).map(({ id, name, order }) => ({ id, name, order })),
  }))
}

function lastLine(message: Message | undefined, inGroup: boolean, viewer: PartyId): string {
  if (message === undefined) return ''
  const { content } = message
  const text = content.type === 'text' || content.type === 'notice' ? content.text
    : content.type === 'link' ? `[链接] ${content.title}`
      : content.type === 'image' ? '[图片]' : content.type === 'video' ? '[视频]'
        : content.type === 'file' ? `[文件] ${content.name}` : `[小程序] ${content.title}`
  return inGroup && message.from !== 'system' && message.from !== viewer ? `${message.fromName}：${text}` : text
}

/** A chat as this party sees it. */
function chatSummary(sandbox: Sandbox, chatId: string, viewer: PartyId): ChatSummary {
  const ref = chatRefOf(chatId)
  const last = sandbox.chats.last(chatId, viewer)
  const base = {
    chatId, lastText: lastLine(last, ref.kind === 'group', viewer), lastAt: last?.at ?? 0,
    unread: sandbox.chats.unread(chatId, viewer), open: closedBecause(sandbox, chatId) === '',
  }
  if (ref.kind === 'group') {
    const corp = sandbox.corpOfGroup(chatId)
    const group = corp?.groups.get(chatId)
    if (corp === undefined || group === undefined) throw notFound('这个群聊')
    return {
      ...base, kind: 'group', title: group.name || '群聊', badge: '', avatar: avatarPath('group', corp.corpid, group.id), peer: null,
      memberCount: group.members.length,
    }
  }
  const { parties } = partiesOf(sandbox, chatId)
  const peer = parties.find((item) => item !== viewer) ?? null
  const face = faceOf(sandbox, peer ?? '')
  return { ...base, kind: ref.kind, ...titleOf(sandbox, peer, viewer), avatar: face.avatar, peer, memberCount: 2 }
}

function titleOf(sandbox: Sandbox, peer: PartyId | null, viewer: PartyId): { title: string; badge: string } {
  const other = resolveParty(sandbox, peer ?? '')
  const me = resolveParty(sandbox, viewer)
  if (other === undefined) return { title: '未知联系人', badge: '' }
  if (other.kind === 'staff') return { title: other.staff.name, badge: me?.kind === 'staff' ? '' : `@${other.corp.name}` }
  if (me?.kind !== 'staff') return { title: other.person.name, badge: '' }
  const remark = me.corp.follow(me.staff.userid, other.person.id)?.remark
  return { title: remark || other.person.name, badge: other.person.type === 1 ? '@微信' : `@${other.person.corpName}` }
}

/** Chats of a member: those with messages, then groups and customers not spoken with yet. */
export function staffChats(sandbox: Sandbox, corp: Corp, userid: string): ChatSummary[] {
  const staff = corp.staff(userid)
  if (staff === undefined) throw notFound('这位成员')
  const viewer = staffParty(corp.corpid, staff.userid)
  const ids = new Set(sandbox.chats.directChatsOf(viewer))
  for (const group of corp.groupsOf(staff.userid)) ids.add(group.id)
  for (const follow of [...corp.followsOfStaff(staff.userid)].reverse()) {
    if (ids.size >= CHAT_LIST_LENGTH) break
    ids.add(singleChatId(corp.corpid, staff.userid, follow.personId))
  }
  return latestFirst([...ids].map((id) => chatSummary(sandbox, id, viewer)))
}

/** Chats in an outside person's WeChat: salespeople, customer groups, friends. */
export function personChats(sandbox: Sandbox, corp: Corp, personId: string): ChatSummary[] {
  const viewer = personParty(personId)
  const ids = new Set(sandbox.chats.directChatsOf(viewer))
  for (const group of corp.groupsOf(personId)) ids.add(group.id)
  for (const follow of corp.followsOfPerson(personId)) ids.add(singleChatId(corp.corpid, follow.userid, personId))
  return latestFirst([...ids].map((id) => chatSummary(sandbox, id, viewer)))
}

function latestFirst(chats: ChatSummary[]): ChatSummary[] {
  return chats.sort((a, b) => b.lastAt - a.lastAt || a.title.localeCompare(b.title, 'zh'))
}

export function chatDetail(sandbox: Sandbox, chatId: string, viewer: PartyId): ChatDetail {
  const summary = chatSummary(sandbox, chatId, viewer)
  const { corpid, parties } = partiesOf(sandbox, chatId)
  const group = sandbox.corps.get(corpid)?.groups.get(chatId)
  const members = parties.map((party): ChatMember => {
    const someone = resolveParty(sandbox, party)
    const id = someone?.kind === 'staff' ? someone.staff.userid : someone?.kind === 'person' ? someone.person.id : ''
    const member = group?.members.find((item) => item.id === id)
    return {
      party, ...faceOf(sandbox, party),
      kind: someone?.kind === 'staff' ? 'staff' : someone !== undefined && someone.corp.isCustomer(id) ? 'customer' : 'stranger',
      joinedAt: (member?.joinTime ?? 0) * 1000,
      role: group?.owner === id ? 'owner' : group?.admins.includes(id) === true ? 'admin' : 'member',
    }
  })
  return { ...summary, corpid, notice: group?.notice ?? '', members }
}
