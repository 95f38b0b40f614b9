import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { hexId, wecomId } from '../ids.ts'
import { anyNickname, knownPerson, liveStaff, newPerson } from './contact-actions.ts'
import { friendChatId } from './chat-ids.ts'
import { WorldError, notFound } from './errors.ts'
import { raiseGroupChange, raiseGroupUpdate } from './events.ts'
import { postNotice } from './messaging.ts'
import type { Corp } from './corp.ts'
import type { Group, GroupMember } from './model.ts'
import type { Sandbox } from './sandbox.ts'

type Action<Name extends WorldAction['action']> = Extract<WorldAction, { action: Name }>

function liveGroup(corp: Corp, chatId: string): Group {
  const group = corp.groups.get(chatId)
  if (group === undefined) throw notFound('这个群聊')
  if (group.dismissed) throw new WorldError('群聊已解散')
  return group
}

function changed(sandbox: Sandbox, corp: Corp, group: Group): void {
  sandbox.feed.emit({ type: 'group', corpid: corp.corpid, chatId: group.id })
}

export function groupCreate(sandbox: Sandbox, corp: Corp, action: Action<'group_create'>): ActionResult {
  const owner = liveStaff(corp, action.userid)
  const now = sandbox.clock.seconds()
  const staffIds = [...new Set([owner.userid, ...(action.userids ?? []).map((id) => liveStaff(corp, id).userid)])]
  const member = (id: string, type: 1 | 2): GroupMember => ({ id, type, joinTime: now, joinScene: 1, invitor: owner.userid, nickname: '', state: '' })
  const group: Group = {
    seq: corp.takeSeq(), id: wecomId('wr'), name: action.name, owner: owner.userid, createTime: now, notice: '',
    members: [...staffIds.map((id) => member(id, 1)), ...[...new Set(action.personIds)].map((id) => member(knownPerson(corp, id).id, 2))],
    admins: [], version: hexId(), dismissed: false, status: 0,
  }
  corp.putGroup(group)
  postNotice(sandbox, group.id, `${owner.name} 创建了群聊`)
  changed(sandbox, corp, group)
  raiseGroupChange(sandbox, corp, group, 'create')
  return { ok: true, message: '群聊已创建', chatId: group.id }
}

export function groupJoin(sandbox: Sandbox, corp: Corp, action: Action<'group_join'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  const person = action.personId === undefined ? newPerson(corp, action.name ?? anyNickname()) : knownPerson(corp, action.personId)
  if (group.members.some((item) => item.id === person.id)) throw new WorldError('她已经在群里了')
  const scene = action.scene ?? 'qr'
  const last = group.version
  corp.addMember(group, {
    id: person.id, type: 2, joinTime: sandbox.clock.seconds(), joinScene: scene === 'invited' ? 1 : scene === 'link' ? 2 : 3,
    invitor: scene === 'qr' ? '' : (action.invitor ?? group.owner), nickname: '', state: action.state ?? '',
  })
  group.version = hexId()
  postNotice(sandbox, group.id, scene === 'qr' ? `${person.name} 通过扫描群二维码加入群聊` : `${person.name} 被邀请加入群聊`)
  changed(sandbox, corp, group)
  // The callback numbers the ways of joining differently from groupchat/get (wecom-api/03 §5.2).
  raiseGroupUpdate(sandbox, corp, group, { detail: 'add_member', joinScene: scene === 'qr' ? 3 : 0, quitScene: 0, members: [person.id], lastVersion: last })
  return { ok: true, message: `${person.name} 进群了`, personId: person.id, chatId: group.id }
}

export function groupLeave(sandbox: Sandbox, corp: Corp, action: Action<'group_leave'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  if (!group.members.some((item) => item.id === action.personId)) throw new WorldError('她不在群里')
  const person = knownPerson(corp, action.personId)
  const last = group.version
  corp.removeMember(group, person.id)
  group.version = hexId()
  if (action.kicked === true) postNotice(sandbox, group.id, `${person.name} 被移出群聊`)
  changed(sandbox, corp, group)
  raiseGroupUpdate(sandbox, corp, group, { detail: 'del_member', joinScene: 0, quitScene: action.kicked === true ? 1 : 0, members: [person.id], lastVersion: last })
  return { ok: true, message: `${person.name} 退群了`, personId: person.id, chatId: group.id }
}

export function groupRename(sandbox: Sandbox, corp: Corp, action: Action<'group_rename'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  group.name = action.name
  postNotice(sandbox, group.id, `群名修改为“${action.name}”`)
  changed(sandbox, corp, group)
  raiseGroupUpdate(sandbox, corp, group, { detail: 'change_name' })
  return { ok: true, message: '群名已修改', chatId: group.id }
}

export function groupNotice(sandbox: Sandbox, corp: Corp, action: Action<'group_notice'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  group.notice = action.notice
  postNotice(sandbox, group.id, `群公告：${action.notice}`)
  changed(sandbox, corp, group)
  raiseGroupUpdate(sandbox, corp, group, { detail: 'change_notice' })
  return { ok: true, message: '群公告已修改', chatId: group.id }
}

export function groupOwner(sandbox: Sandbox, corp: Corp, action: Action<'group_owner'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  const staff = liveStaff(corp, action.userid)
  if (!group.members.some((item) => item.id === staff.userid)) throw new WorldError('新群主要先在群里')
  group.owner = staff.userid
  group.status = 0
  postNotice(sandbox, group.id, `${staff.name} 成为新群主`)
  changed(sandbox, corp, group)
  raiseGroupUpdate(sandbox, corp, group, { detail: 'change_owner' })
  return { ok: true, message: '群主已更换', chatId: group.id }
}

export function groupDismiss(sandbox: Sandbox, corp: Corp, action: Action<'group_dismiss'>): ActionResult {
  const group = liveGroup(corp, action.chatId)
  postNotice(sandbox, group.id, '群聊已解散')
  group.dismissed = true
  changed(sandbox, corp, group)
  raiseGroupChange(sandbox, corp, group, 'dismiss')
  return { ok: true, message: '群聊已解散', chatId: group.id }
}

/** Somebody who knows nobody of the corp, for forwarded links; optionally a WeChat friend of a customer. */
export function newStranger(sandbox: Sandbox, corp: Corp, action: Action<'new_stranger'>): ActionResult {
  const person = newPerson(corp, action.name ?? anyNickname())
  if (action.friendOf !== undefined) {
    const friend = knownPerson(corp, action.friendOf)
    sandbox.chats.open(friendChatId(friend.id, person.id))
  }
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: null })
  return { ok: true, message: `新朋友 ${person.name}`, personId: person.id }
}
