import type { ActionResult } from '../protocol/world.ts'
import type { Scanned } from '../protocol/scanning.ts'
import { digestOf } from '../ids.ts'
import { singleChatId } from './chat-ids.ts'
import { customerAdds, knownPerson } from './contact-actions.ts'
import { WorldError, notFound } from './errors.ts'
import { avatarPath } from './parties.ts'
import type { Corp } from './corp.ts'
import type { ContactWay, Staff } from './model.ts'
import type { Sandbox } from './sandbox.ts'

/** What the codes of contact ways say. */
const SAID = /^https:\/\/work\.weixin\.qq\.com\/u\/(\w+)$/

export const codeText = (code: string): string => `https://work.weixin.qq.com/u/${code}`

/** Where the picture of a way's code lies: on a host of WeCom's pictures, which here is that of other people's sites. */
export const codePicture = (origin: string, way: ContactWay): string => `${origin}/sandbox/web/qr/${way.code}.png`

const wayWith = (corp: Corp, code: string | undefined): ContactWay | undefined => [...corp.contactWays.values()].find((way) => way.code === code)

/** The picture's name is all that its host knows: the way may be of any corp. */
export function wayByCode(sandbox: Sandbox, code: string): ContactWay | undefined {
  return [...sandbox.corps.values()].map((corp) => wayWith(corp, code)).find((way) => way !== undefined)
}

/** Whom a customer meets by a way: always the same member, for as long as she serves. */
function memberFor(corp: Corp, way: ContactWay, personId: string): Staff {
  const departments = new Set(way.departments.flatMap((id) => [...corp.departmentTree(id)]))
  const serving = corp.allStaff().filter((staff) =>
    staff.status === 1 && corp.hasCustomerContact(staff.userid) && (way.userids.includes(staff.userid) || staff.departments.some((item) => departments.has(item.id))))
  const member = serving[Number.parseInt(digestOf(`${way.id} ${personId}`).slice(0, 8), 16) % serving.length]
  if (member === undefined) throw new WorldError('二维码已失效：这位成员已不能添加客户')
  return member
}

function corpOf(sandbox: Sandbox, personId: string): Corp {
  const corp = sandbox.corpOfPerson(personId)
  if (corp === undefined) throw notFound('这个人')
  return corp
}

/** What WeChat makes of a code that somebody's phone has recognised. */
export function scanned(sandbox: Sandbox, personId: string, text: string): Scanned {
  const corp = corpOf(sandbox, personId)
  const way = wayWith(corp, SAID.exec(text)?.[1])
  if (way === undefined && SAID.test(text)) throw new WorldError('二维码已失效')
  if (way === undefined) return /^https?:\/\//.test(text) ? { kind: 'page', url: text } : { kind: 'text', text }
  const member = memberFor(corp, way, personId)
  const follow = corp.follow(member.userid, personId)
  return {
    kind: 'member', userid: member.userid, name: member.name, corpName: corp.name, position: member.position, avatar: avatarPath('staff', corp.corpid, member.userid),
    chatId: singleChatId(corp.corpid, member.userid, personId), known: follow !== undefined && follow.status !== 'deleted_by_customer',
  }
}

/** 添加到通讯录 on the card that a code led to: by the way's rules, and with its state. */
export function addByCode(sandbox: Sandbox, personId: string, text: string): ActionResult {
  const corp = corpOf(sandbox, personId)
  const way = wayWith(corp, SAID.exec(text)?.[1])
  if (way === undefined) throw new WorldError('二维码已失效')
  const person = knownPerson(corp, personId)
  const { userid } = memberFor(corp, way, person.id)
  return customerAdds(sandbox, corp, { corpid: corp.corpid, action: 'customer_adds', userid, personId: person.id, addWay: 1, state: way.state, half: !way.skipVerify })
}
