import { z } from 'zod'
import type { Corp } from '../world/corp.ts'
import type { GroupMember } from '../world/model.ts'
import { cursorFor, positionIn } from './cursor.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

/** Above so many visible members the owners must be named (81017). */
const OWNER_FILTER_NEEDED = 1000

const listBody = z.object({
  status_filter: z.number().int().min(0).max(3).default(0),
  owner_filter: z.object({ userid_list: z.array(z.string()).default([]) }).optional(),
  cursor: z.string().optional(), limit: z.number().int().min(1).max(1000),
})

function memberBody(corp: Corp, member: GroupMember, withName: boolean): Record<string, unknown> {
  const person = member.type === 2 ? corp.people.get(member.id) : undefined
  return {
    userid: member.id, type: member.type, ...(person === undefined || person.unionid === '' ? {} : { unionid: person.unionid }),
    join_time: member.joinTime, join_scene: member.joinScene, ...(member.invitor === '' ? {} : { invitor: { userid: member.invitor } }),
    ...(member.state === '' ? {} : { state: member.state }), group_nickname: member.nickname,
    ...(withName ? { name: member.type === 1 ? (corp.anyStaff(member.id)?.name ?? '') : (person?.name ?? '') } : {}),
  }
}

export const groupRoutes: ApiRoute[] = [
  post('customer', '/cgi-bin/externalcontact/groupchat/list', listBody, ({ corp, body }) => {
    const owners = body.owner_filter?.userid_list ?? []
    if (owners.length > 100) throw new WecomError(40058)
    if (owners.length === 0 && corp.allStaff().filter((staff) => corp.isVisible(staff.userid)).length > OWNER_FILTER_NEEDED) throw new WecomError(81017)
    for (const userid of owners) if (corp.anyStaff(userid) === undefined) throw new WecomError(60111)
    const wanted = new Set(owners.map((userid) => corp.anyStaff(userid)?.userid))
    const scope = `groups ${corp.corpid} ${body.status_filter} ${owners.join('|')}`
    const after = Number(positionIn(scope, body.cursor))
    const groups = [...corp.groups.values()].filter((group) => {
      if (group.dismissed || group.seq <= after) return false
      // Groups of people who left are found only by naming them.
      if (wanted.size > 0 ? !wanted.has(group.owner) : !corp.isVisible(group.owner)) return false
      return body.status_filter === 0 || group.status === body.status_filter
    }).sort((a, b) => a.seq - b.seq)
    const page = groups.slice(0, body.limit)
    const last = page.at(-1)
    return {
      group_chat_list: page.map((group) => ({ chat_id: group.id, status: group.status })),
      next_cursor: last !== undefined && groups.length > page.length ? cursorFor(scope, String(last.seq)) : '',
    }
  }, { empty: { group_chat_list: [] } }),

  post('customer', '/cgi-bin/externalcontact/groupchat/get', z.object({ chat_id: z.string().default(''), need_name: z.number().int().min(0).max(1).default(0) }), ({ corp, body }) => {
    const group = corp.groups.get(body.chat_id)
    if (group === undefined) throw new WecomError(86003)
    if (group.dismissed) throw new WecomError(49008)
    if (group.status === 0 && !corp.isVisible(group.owner)) throw new WecomError(60011)
    return {
      group_chat: {
        chat_id: group.id, name: group.name, owner: group.owner, create_time: group.createTime, ...(group.notice === '' ? {} : { notice: group.notice }),
        member_list: group.members.map((member) => memberBody(corp, member, body.need_name === 1)),
        admin_list: group.admins.map((userid) => ({ userid })), member_version: group.version,
      },
    }
  }),
]
