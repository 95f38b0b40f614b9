import type { AppMessage } from '../protocol/app-messages.ts'
import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { liveStaff } from './contact-actions.ts'
import { WorldError, notFound } from './errors.ts'
import { raiseAppEvent, raiseAppText } from './events.ts'
import type { Corp } from './corp.ts'
import type { Sandbox } from './sandbox.ts'

type Action<Name extends WorldAction['action']> = Extract<WorldAction, { action: Name }>

/** Contact changes reach no self-built app as callbacks (wecom-api/02 §1); visibility of the app does. */
export function staffJoins(sandbox: Sandbox, corp: Corp, action: Action<'staff_joins'>): ActionResult {
  if (corp.anyStaff(action.userid) !== undefined) throw new WorldError('这个账号已经存在')
  if (!/^[A-Za-z0-9][A-Za-z0-9_\-@.]{0,63}$/.test(action.userid)) throw new WorldError('账号只能用字母、数字和 _-@.', 400)
  if (!corp.departments.has(action.departmentId)) throw notFound('这个部门')
  corp.putStaff({
    userid: action.userid, name: action.name, alias: '', position: action.position ?? '', departments: [{ id: action.departmentId, order: 0, leader: false }],
    gender: '0', mobile: '', email: '', status: 1, consentUntil: 0,
  })
  sandbox.feed.emit({ type: 'staff', corpid: corp.corpid, userid: action.userid })
  if (corp.isVisible(action.userid)) raiseAppEvent(sandbox, corp, action.userid, 'subscribe')
  return { ok: true, message: `${action.name} 入职了`, userid: action.userid }
}

export function staffLeaves(sandbox: Sandbox, corp: Corp, action: Action<'staff_leaves'>): ActionResult {
  const staff = liveStaff(corp, action.userid)
  const wasVisible = corp.isVisible(staff.userid)
  staff.status = 5
  for (const group of corp.groupsOf(staff.userid)) if (group.owner === staff.userid) group.status = 1
  sandbox.feed.emit({ type: 'staff', corpid: corp.corpid, userid: staff.userid })
  if (wasVisible) raiseAppEvent(sandbox, corp, staff.userid, 'unsubscribe')
  return { ok: true, message: `${staff.name} 离职了`, userid: staff.userid }
}

export function staffMoves(sandbox: Sandbox, corp: Corp, action: Action<'staff_moves'>): ActionResult {
  const staff = liveStaff(corp, action.userid)
  if (!corp.departments.has(action.departmentId)) throw notFound('这个部门')
  staff.departments = [{ id: action.departmentId, order: 0, leader: action.leader ?? false }]
  sandbox.feed.emit({ type: 'staff', corpid: corp.corpid, userid: staff.userid })
  return { ok: true, message: `${staff.name} 调到了新部门`, userid: staff.userid }
}

export function enterAgent(sandbox: Sandbox, corp: Corp, action: Action<'enter_agent'>): ActionResult {
  const staff = liveStaff(corp, action.userid)
  if (!corp.isVisible(staff.userid)) throw new WorldError('应用对这位成员不可见', 403)
  raiseAppEvent(sandbox, corp, staff.userid, 'enter_agent')
  return { ok: true, message: '已进入应用', userid: staff.userid }
}

/** A member writes to the app. */
export function writeToApp(sandbox: Sandbox, corp: Corp, userid: string, text: string): AppMessage {
  const staff = liveStaff(corp, userid)
  const id = `${sandbox.clock.now()}${Math.floor(Math.random() * 900 + 100)}`
  const message: AppMessage = {
    id, corpid: corp.corpid, userid: staff.userid, agentid: corp.app.agentid, agentName: corp.app.name, at: sandbox.clock.now(), from: 'staff',
    recalled: false, body: { msgtype: 'text', content: text },
  }
  corp.addAppMessage(message)
  sandbox.feed.emit({ type: 'app_message', message })
  raiseAppText(sandbox, corp, staff.userid, text, id)
  return message
}
