import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { randomId, wecomId } from '../ids.ts'
import { singleChatId } from './chat-ids.ts'
import { WorldError, notFound } from './errors.ts'
import { raiseContactChange } from './events.ts'
import { postNotice } from './messaging.ts'
import { personParty, staffParty } from './parties.ts'
import type { Corp } from './corp.ts'
import type { Follow, Person, Staff } from './model.ts'
import type { Sandbox } from './sandbox.ts'

type Action<Name extends WorldAction['action']> = Extract<WorldAction, { action: Name }>

export function liveStaff(corp: Corp, userid: string): Staff {
  const staff = corp.staff(userid)
  if (staff === undefined) throw notFound('这位成员')
  return staff
}

export function knownPerson(corp: Corp, personId: string): Person {
  const person = corp.people.get(personId)
  if (person === undefined) throw notFound('这位客户')
  return person
}

function relation(corp: Corp, userid: string, personId: string): Follow {
  const follow = corp.follow(userid, personId)
  if (follow === undefined) throw notFound('这段好友关系')
  return follow
}

/** A new WeChat user nobody knows yet. */
export function newPerson(corp: Corp, name: string): Person {
  const person: Person = {
    id: wecomId('wm'), name, type: 1, gender: 0, unionid: `oU${randomId(26)}`, openid: `oO${randomId(26)}`, corpName: '', corpFullName: '', position: '',
  }
  corp.addPerson(person)
  return person
}

const NICKNAMES = ['小满', '晚风', '橙子妈妈', '阿布', '南山南', '豆豆爸', '向日葵', '慢慢来', '青柠', '一颗糖']

export function anyNickname(): string {
  const base = NICKNAMES[Math.floor(Math.random() * NICKNAMES.length)] ?? '新朋友'
  return `${base}${Math.floor(Math.random() * 900 + 100)}`
}

/** The code by which an app may greet a new customer; nobody here takes it, but the event carries it. */
function welcomeCodeFor(sandbox: Sandbox, corp: Corp, follow: Follow): string | undefined {
  // No code when the console has a welcome of its own, when the two already talked, or between WeCom users (wecom-api/03 §9.1).
  const chatId = singleChatId(corp.corpid, follow.userid, follow.personId)
  if (corp.consoleWelcomeUserids.includes(follow.userid) || sandbox.chats.talked(chatId)) return undefined
  return corp.people.get(follow.personId)?.type === 2 ? undefined : randomId(43)
}

export function customerAdds(sandbox: Sandbox, corp: Corp, action: Action<'customer_adds'>): ActionResult {
  const staff = liveStaff(corp, action.userid)
  const { state = '', half = false } = action
  const person = action.personId === undefined ? newPerson(corp, action.name ?? anyNickname()) : knownPerson(corp, action.personId)
  const old = corp.follow(staff.userid, person.id)
  if (old !== undefined && old.status !== 'deleted_by_customer') throw new WorldError(`${person.name} 已经是 ${staff.name} 的联系人`)
  const follow: Follow = old ?? {
    seq: corp.takeSeq(), userid: staff.userid, personId: person.id, remark: '', description: '', createtime: 0, tags: [], personalTags: [],
    remarkCorp: '', remarkMobiles: [], operUserid: person.id, addWay: 0, state: '', channels: null, status: 'friend',
  }
  follow.createtime = sandbox.clock.seconds()
  follow.addWay = action.addWay ?? 1
  follow.state = state
  follow.operUserid = person.id
  follow.status = half ? 'half' : 'friend'
  corp.putFollow(follow)
  const welcomeCode = welcomeCodeFor(sandbox, corp, follow)
  const chatId = singleChatId(corp.corpid, staff.userid, person.id)
  if (half) {
    postNotice(sandbox, chatId, `${person.name} 请求添加你为联系人，等你通过`, staffParty(corp.corpid, staff.userid))
    postNotice(sandbox, chatId, `已发送好友申请，等 ${staff.name} 通过`, personParty(person.id))
  } else {
    noticeFriends(sandbox, corp, staff, person)
  }
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: staff.userid })
  raiseContactChange(sandbox, corp, half ? 'add_half_external_contact' : 'add_external_contact', staff.userid, person.id, { state, welcomeCode })
  return { ok: true, message: `${person.name} 添加了 ${staff.name}`, personId: person.id, userid: staff.userid, chatId }
}

/** Each of the two is told the name of the other. */
function noticeFriends(sandbox: Sandbox, corp: Corp, staff: Staff, person: Person): void {
  const chatId = singleChatId(corp.corpid, staff.userid, person.id)
  postNotice(sandbox, chatId, `你已添加了 ${person.name}，现在可以开始聊天了`, staffParty(corp.corpid, staff.userid))
  postNotice(sandbox, chatId, `你已添加了 ${staff.name}，现在可以开始聊天了`, personParty(person.id))
}

export function staffConfirms(sandbox: Sandbox, corp: Corp, action: Action<'staff_confirms'>): ActionResult {
  const follow = relation(corp, action.userid, action.personId)
  if (follow.status !== 'half') throw new WorldError('没有待确认的添加')
  follow.status = 'friend'
  const welcomeCode = welcomeCodeFor(sandbox, corp, follow)
  noticeFriends(sandbox, corp, liveStaff(corp, follow.userid), knownPerson(corp, follow.personId))
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: follow.personId, userid: follow.userid })
  raiseContactChange(sandbox, corp, 'add_external_contact', follow.userid, follow.personId, { state: follow.state, welcomeCode })
  return { ok: true, message: '已通过', personId: follow.personId }
}

export function customerDeletes(sandbox: Sandbox, corp: Corp, action: Action<'customer_deletes'>): ActionResult {
  const follow = relation(corp, action.userid, action.personId)
  if (follow.status === 'deleted_by_customer') throw new WorldError('对方已经删除过她了')
  follow.status = 'deleted_by_customer'
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: follow.personId, userid: follow.userid })
  raiseContactChange(sandbox, corp, 'del_follow_user', follow.userid, follow.personId)
  return { ok: true, message: '客户删除了成员', personId: follow.personId, userid: follow.userid }
}

export function staffDeletes(sandbox: Sandbox, corp: Corp, action: Action<'staff_deletes'>): ActionResult {
  const follow = relation(corp, action.userid, action.personId)
  corp.removeFollow(follow.userid, follow.personId)
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: follow.personId, userid: follow.userid })
  raiseContactChange(sandbox, corp, 'del_external_contact', follow.userid, follow.personId)
  return { ok: true, message: '成员删除了客户', personId: follow.personId, userid: follow.userid }
}

export function staffEdits(sandbox: Sandbox, corp: Corp, action: Action<'staff_edits'>): ActionResult {
  const follow = relation(corp, action.userid, action.personId)
  for (const id of [...(action.addTags ?? []), ...(action.removeTags ?? [])]) if (corp.tag(id) === undefined) throw notFound('这个标签')
  if (action.remark !== undefined) follow.remark = action.remark
  if (action.description !== undefined) follow.description = action.description
  if (action.mobiles !== undefined) follow.remarkMobiles = action.mobiles
  if (action.personalTags !== undefined) follow.personalTags = action.personalTags
  const removed = new Set(action.removeTags)
  follow.tags = [...new Set([...follow.tags, ...(action.addTags ?? [])])].filter((id) => !removed.has(id))
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: follow.personId, userid: follow.userid })
  raiseContactChange(sandbox, corp, 'edit_external_contact', follow.userid, follow.personId)
  return { ok: true, message: '已在企业微信里修改', personId: follow.personId }
}

/** WeCom tells nobody that a customer changed her nickname; only a later read shows it. */
export function customerRenames(sandbox: Sandbox, corp: Corp, action: Action<'customer_renames'>): ActionResult {
  const person = knownPerson(corp, action.personId)
  person.name = action.name
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: null })
  return { ok: true, message: '客户改了昵称', personId: person.id }
}

