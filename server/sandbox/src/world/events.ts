import type { CallbackEvent, XmlField } from '../callbacks.ts'
import type { Sandbox } from './sandbox.ts'
import type { Corp } from './corp.ts'
import type { Group } from './model.ts'

/** The callbacks of the simulated world, each as in wecom-api/01 §6–§8 and §12. */

type ContactChange = 'add_external_contact' | 'edit_external_contact' | 'add_half_external_contact' | 'del_external_contact' | 'del_follow_user'

export function raiseContactChange(
  sandbox: Sandbox, corp: Corp, change: ContactChange, userid: string, personId: string, more: { state?: string; welcomeCode?: string } = {},
): void {
  if (!corp.hasCustomerContact(userid)) return
  const fields: XmlField[] = [{ name: 'UserID', text: userid }, { name: 'ExternalUserID', text: personId }]
  if (more.state !== undefined && more.state !== '') fields.push({ name: 'State', text: more.state })
  if (more.welcomeCode !== undefined) fields.push({ name: 'WelcomeCode', text: more.welcomeCode })
  raiseSystem(sandbox, corp, { kind: 'change_external_contact', userid, changeType: change, fields })
}

export function raiseGroupChange(sandbox: Sandbox, corp: Corp, group: Group, change: 'create' | 'dismiss'): void {
  raiseSystem(sandbox, corp, {
    kind: 'change_external_chat', userid: group.owner, fields: [{ name: 'ChatId', text: group.id }, { name: 'ChangeType', text: change }],
  })
}

export interface MemberChange {
  detail: 'add_member' | 'del_member'
  /** 0 invited, 3 scanned the QR */
  joinScene: number
  /** 0 left, 1 removed */
  quitScene: number
  members: string[]
  lastVersion: string
}

export function raiseGroupUpdate(
  sandbox: Sandbox, corp: Corp, group: Group, change: MemberChange | { detail: 'change_owner' | 'change_name' | 'change_notice' },
): void {
  const fields: XmlField[] = [
    { name: 'ChatId', text: group.id }, { name: 'ChangeType', text: 'update' }, { name: 'UpdateDetail', text: change.detail },
  ]
  if ('members' in change) {
    fields.push(
      { name: 'JoinScene', raw: String(change.joinScene) }, { name: 'QuitScene', raw: String(change.quitScene) },
      { name: 'MemChangeCnt', raw: String(change.members.length) },
      { name: 'MemChangeList', raw: change.members.map((id) => `<Item><![CDATA[${id}]]></Item>`).join('') },
      { name: 'LastMemVer', text: change.lastVersion }, { name: 'CurMemVer', text: group.version },
    )
  } else {
    fields.push({ name: 'JoinScene', raw: '0' }, { name: 'QuitScene', raw: '0' }, { name: 'MemChangeCnt', raw: '0' })
  }
  raiseSystem(sandbox, corp, { kind: 'change_external_chat', userid: group.owner, fields })
}

export function raiseTagChange(
  sandbox: Sandbox, corp: Corp, change: 'create' | 'update' | 'delete' | 'shuffle', id: string, tagType?: 'tag' | 'tag_group',
): void {
  const fields: XmlField[] = [{ name: 'Id', text: id }]
  if (tagType !== undefined) fields.push({ name: 'TagType', text: tagType })
  fields.push({ name: 'ChangeType', text: change })
  raiseSystem(sandbox, corp, { kind: 'change_external_tag', fields })
}

/** Member opened the app, gained sight of it, or lost it. */
export function raiseAppEvent(sandbox: Sandbox, corp: Corp, userid: string, event: 'enter_agent' | 'subscribe' | 'unsubscribe'): void {
  const fields: XmlField[] = event === 'enter_agent' ? [{ name: 'EventKey', text: '' }] : []
  fields.push({ name: 'AgentID', raw: String(corp.app.agentid) })
  sandbox.callbacks.raise(corp, {
    kind: event === 'enter_agent' ? 'enter_agent' : 'subscribe', from: userid, msgType: 'event', event, fields, ofApp: true,
  })
}

/** Member wrote to the app. */
export function raiseAppText(sandbox: Sandbox, corp: Corp, userid: string, content: string, msgId: string): void {
  sandbox.callbacks.raise(corp, {
    kind: 'message', userid, from: userid, msgType: 'text', ofApp: true,
    fields: [{ name: 'Content', text: content }, { name: 'MsgId', raw: msgId }, { name: 'AgentID', raw: String(corp.app.agentid) }],
  })
}

function raiseSystem(sandbox: Sandbox, corp: Corp, event: Pick<CallbackEvent, 'kind' | 'userid' | 'changeType' | 'fields'>): void {
  sandbox.callbacks.raise(corp, { ...event, from: 'sys', msgType: 'event', event: event.kind, ofApp: false })
}
