import type { CallbackState } from '@zhike/shared'
import type { CallbackRow } from '@zhike/shared/contract'

export const CALLBACK_STATE_LABELS: Record<CallbackState, string> = { pending: '排队中', done: '已处理', failed: '重试中', dead: '要处理' }
export const CALLBACK_STATE_TONES: Record<CallbackState, 'plain' | 'ok' | 'warn' | 'bad'> = { pending: 'plain', done: 'ok', failed: 'warn', dead: 'bad' }

/** Names of the events that WeCom sends (wecom-api/01), by event and change type. */
const NAMES: Record<string, string> = {
  'change_external_contact/add_external_contact': '添加客户', 'change_external_contact/edit_external_contact': '修改客户资料',
  'change_external_contact/add_half_external_contact': '客户免验证添加', 'change_external_contact/del_external_contact': '员工删除客户',
  'change_external_contact/del_follow_user': '客户删除员工', 'change_external_contact/transfer_fail': '客户接替失败', 'change_external_contact/msg_audit_approved': '客户同意存档',
  'change_external_chat/create': '新建客户群', 'change_external_chat/update': '客户群变更', 'change_external_chat/dismiss': '客户群解散',
  'change_external_tag/create': '新建客户标签', 'change_external_tag/update': '修改客户标签', 'change_external_tag/delete': '删除客户标签', 'change_external_tag/shuffle': '客户标签重新排序',
  'change_contact/create_user': '新增成员', 'change_contact/update_user': '修改成员', 'change_contact/delete_user': '删除成员',
  'change_contact/create_party': '新建部门', 'change_contact/update_party': '修改部门', 'change_contact/delete_party': '删除部门',
  enter_agent: '进入应用', subscribe: '成员关注应用', unsubscribe: '成员取消关注', view: '点击菜单链接', click: '点击菜单', template_card_event: '点击消息卡片',
}

/** What a callback is about, in Chinese where it is known, else as WeCom names it. */
export function callbackName({ event, changeType }: Pick<CallbackRow, 'event' | 'changeType'>): string {
  const key = changeType === null ? event : `${event}/${changeType}`
  return NAMES[key] ?? key
}
