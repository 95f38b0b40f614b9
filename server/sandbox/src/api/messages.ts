import { z } from 'zod'
import { digestOf, randomId } from '../ids.ts'
import type { AppMessage } from '../protocol/app-messages.ts'
import type { Corp } from '../world/corp.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { messageBodyOf } from './app-message-body.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const sendBody = z.looseObject({
  touser: z.string().default(''), toparty: z.string().default(''), totag: z.string().default(''), msgtype: z.string().default(''),
  agentid: z.union([z.number().int(), z.string().regex(/^\d+$/)]).optional(), safe: z.number().int().optional(),
  enable_id_trans: z.number().int().min(0).max(1).default(0), enable_duplicate_check: z.number().int().min(0).max(1).default(0),
  duplicate_check_interval: z.number().int().min(0).max(14_400).default(1800),
})

type SendBody = z.output<typeof sendBody>

interface Receivers {
  userids: string[]
  invalidUsers: string[]
  invalidParties: string[]
}

function split(list: string): string[] {
  return list.split('|').map((item) => item.trim()).filter((item) => item !== '')
}

/** Who gets it, and which ids are unknown or outside the visible range. */
function receiversOf(corp: Corp, body: SendBody): Receivers {
  const users = split(body.touser)
  const parties = split(body.toparty)
  const tags = split(body.totag)
  if (users.length + parties.length + tags.length === 0) throw new WecomError(82001)
  if (users.includes('@all')) {
    return { userids: corp.allStaff().map((staff) => staff.userid).filter((id) => corp.isVisible(id)), invalidUsers: [], invalidParties: [] }
  }
  if (users.length > 1000) throw new WecomError(40032)
  if (parties.length > 100) throw new WecomError(82002)
  if (tags.length > 100) throw new WecomError(82003)
  const userids = new Set<string>()
  // userids come back in lower case (wecom-api/02 §6).
  const invalidUsers = users.filter((id) => !corp.isVisible(id)).map((id) => id.toLowerCase())
  for (const id of users) if (corp.isVisible(id)) userids.add(corp.staff(id)?.userid ?? id)
  const visible = corp.visibleDepartments()
  const invalidParties = parties.filter((id) => !visible.has(Number(id)))
  for (const id of parties) {
    if (!visible.has(Number(id))) continue
    const tree = corp.departmentTree(Number(id))
    for (const staff of corp.allStaff()) if (staff.departments.some((item) => tree.has(item.id)) && corp.isVisible(staff.userid)) userids.add(staff.userid)
  }
  return { userids: [...userids], invalidUsers, invalidParties }
}

/** Over 30 a minute or 1000 an hour to one member: silently dropped, the caller is told ok (wecom-api/00 §4). */
function memberHasRoom(sandbox: Sandbox, corp: Corp, userid: string): boolean {
  const key = `to ${corp.corpid} ${userid}`
  const minute = sandbox.limits.takeSoft(`${key} minute`, 30, MINUTE_MS)
  const hour = sandbox.limits.takeSoft(`${key} hour`, 1000, 60 * MINUTE_MS)
  return minute && hour
}

export const messageRoutes: ApiRoute[] = [
  post('app', '/cgi-bin/message/send', sendBody, ({ corp, sandbox, body }) => {
    if (body.agentid === undefined) throw new WecomError(41011)
    if (Number(body.agentid) !== corp.app.agentid) throw new WecomError(301002)
    if (body.msgtype === '') throw new WecomError(40008)
    const content = messageBodyOf(corp, body.msgtype, body[body.msgtype], sandbox.clock.now())
    const receivers = receiversOf(corp, body)
    const invalid = { invaliduser: receivers.invalidUsers.join('|'), invalidparty: receivers.invalidParties.join('|'), invalidtag: split(body.totag).join('|') }
    if (receivers.userids.length === 0) throw new WecomError(81013, undefined, invalid)
    const msgid = randomId(64)
    const duplicate = body.enable_duplicate_check === 1
      && !sandbox.limits.takeSoft(`dup ${corp.corpid} ${digestOf(JSON.stringify(body))}`, 1, body.duplicate_check_interval * 1000)
    for (const userid of duplicate ? [] : receivers.userids) {
      if (!memberHasRoom(sandbox, corp, userid)) {
        sandbox.counters.appMessage('silentlyDropped')
        continue
      }
      const message: AppMessage = {
        id: msgid, corpid: corp.corpid, userid, agentid: corp.app.agentid, agentName: corp.app.name, at: sandbox.clock.now(), from: 'app', recalled: false, body: content,
      }
      corp.addAppMessage(message)
      corp.appUnread.set(userid, (corp.appUnread.get(userid) ?? 0) + 1)
      sandbox.counters.appMessage('delivered')
      sandbox.feed.emit({ type: 'app_message', message })
    }
    return { ...(invalid.invaliduser + invalid.invalidparty + invalid.invalidtag === '' ? {} : { ...invalid, unlicenseduser: '' }), msgid }
  }, { empty: {} }),

  post('app', '/cgi-bin/message/recall', z.object({ msgid: z.string().default('') }), ({ corp, sandbox, body }) => {
    const found = [...corp.appMessages.values()].flat().filter((message) => message.id === body.msgid && message.from === 'app')
    const first = found[0]
    if (first === undefined) throw new WecomError(40035, 'invalid parameter: msgid')
    if (sandbox.clock.now() - first.at > DAY_MS) throw new WecomError(42052)
    for (const message of found) message.recalled = true
    sandbox.feed.emit({ type: 'app_recall', corpid: corp.corpid, ids: [body.msgid] })
    return {}
  }),
]
