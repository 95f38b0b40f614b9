import type { AcquisitionEventBody, ContactEventBody, CustomerEventBody, GroupEventBody, KfEventBody, TagEventBody } from './callback-event-types.ts'
import { MissingField } from './callback-fields.ts'
import type { CallbackFields } from './callback-fields.ts'

function relationOf(fields: CallbackFields): { userId: string; externalUserId: string } {
  return { userId: fields.need('UserID'), externalUserId: fields.need('ExternalUserID') }
}

/** `change_external_contact` (wecom-api/01 §6); null for a ChangeType we do not know. */
export function readCustomerEvent(changeType: string, fields: CallbackFields): CustomerEventBody | null {
  switch (changeType) {
    case 'add_external_contact':
    case 'add_half_external_contact':
      return {
        kind: changeType === 'add_external_contact' ? 'customer_added' : 'customer_half_added',
        ...relationOf(fields),
        state: fields.text('State'),
        welcomeCode: fields.text('WelcomeCode'),
      }
    case 'edit_external_contact': return { kind: 'customer_edited', ...relationOf(fields) }
    case 'del_external_contact':
      return { kind: 'customer_removed_by_staff', ...relationOf(fields), byTransfer: fields.text('Source') === 'DELETE_BY_TRANSFER' }
    case 'del_follow_user': return { kind: 'staff_removed_by_customer', ...relationOf(fields) }
    case 'transfer_fail': return { kind: 'transfer_failed', ...relationOf(fields), reason: fields.text('FailReason') ?? '' }
    case 'msg_audit_approved': return { kind: 'archive_consented', ...relationOf(fields), welcomeCode: fields.text('WelcomeCode') }
    default: return null
  }
}

/** `change_external_chat` (wecom-api/01 §7). */
export function readGroupEvent(changeType: string, fields: CallbackFields): GroupEventBody | null {
  const chatId = fields.need('ChatId')
  if (changeType === 'create') return { kind: 'group_created', chatId }
  if (changeType === 'dismiss') return { kind: 'group_dismissed', chatId }
  if (changeType !== 'update') return null
  const detail = fields.text('UpdateDetail') ?? ''
  const members = fields.block('MemChangeList').texts('Item')
  const change = {
    chatId,
    members,
    memberCount: fields.number('MemChangeCnt') ?? members.length,
    lastMemberVersion: fields.text('LastMemVer'),
    memberVersion: fields.text('CurMemVer'),
  }
  switch (detail) {
    case 'add_member': return { kind: 'group_members_joined', ...change, joinScene: fields.number('JoinScene') }
    case 'del_member': return { kind: 'group_members_left', ...change, quitScene: fields.number('QuitScene') }
    default: return { kind: 'group_changed', chatId, detail }
  }
}

/** `change_external_tag` (wecom-api/01 §8). */
export function readTagEvent(changeType: string, fields: CallbackFields): TagEventBody | null {
  const strategyId = fields.text('StrategyId')
  switch (changeType) {
    case 'create':
    case 'update':
    case 'delete': {
      const tagType = fields.need('TagType')
      if (tagType !== 'tag' && tagType !== 'tag_group') return null
      return { kind: 'tag_changed', change: changeType, tagType, id: fields.need('Id'), strategyId }
    }
    case 'shuffle': return { kind: 'tags_reordered', groupId: fields.text('Id'), strategyId }
    default: return null
  }
}

/** `customer_acquisition` (wecom-api/01 §9). */
export function readAcquisitionEvent(changeType: string, fields: CallbackFields): AcquisitionEventBody | null {
  switch (changeType) {
    case 'balance_low': return { kind: 'acquisition_balance_changed', balance: 'low' }
    case 'balance_exhausted': return { kind: 'acquisition_balance_changed', balance: 'exhausted' }
    case 'balance_increased': return { kind: 'acquisition_balance_changed', balance: 'increased' }
    case 'quota_expire_soon':
      return { kind: 'acquisition_quota_expiring', expiresAt: fields.needNumber('ExpireTime') * 1000, quota: fields.number('ExpireQuotaNum') ?? 0 }
    case 'link_unavailable': return { kind: 'acquisition_link_unavailable', linkId: fields.need('LinkId') }
    case 'delete_link': return { kind: 'acquisition_link_deleted', linkId: fields.need('LinkId') }
    case 'open_profile': return { kind: 'acquisition_profile_opened', linkId: fields.need('LinkId'), state: fields.text('State') }
    case 'friend_request': return { kind: 'acquisition_friend_requested', linkId: fields.need('LinkId'), state: fields.text('State') }
    case 'customer_start_chat': return { kind: 'acquisition_chat_started', ...relationOf(fields), linkId: fields.need('LinkId') }
    case 'message_from_customer':
      return { kind: 'acquisition_message_received', linkId: fields.need('LinkId'), chatKey: fields.need('ChatKey') }
    case 'del_follow_user':
      return { kind: 'acquisition_staff_removed', ...relationOf(fields), linkId: fields.need('LinkId'), state: fields.text('State') }
    default: return null
  }
}

/** `change_contact` (wecom-api/01 §10), in the full form and in the ids-only form of receivers set up since 2022-08-15. */
export function readContactEvent(changeType: string, fields: CallbackFields): ContactEventBody | null {
  switch (changeType) {
    case 'create_user':
    case 'update_user':
      return {
        kind: changeType === 'create_user' ? 'member_created' : 'member_updated',
        userId: fields.need('UserID'),
        newUserId: fields.text('NewUserID'),
        name: fields.text('Name'),
        departmentIds: ids(fields.csv('Department')),
        mainDepartmentId: fields.number('MainDepartment'),
        isLeaderInDepartment: fields.csv('IsLeaderInDept')?.map((flag) => flag === '1') ?? null,
        directLeaders: fields.csv('DirectLeader'),
        position: fields.text('Position'),
        status: fields.number('Status'),
      }
    case 'delete_user': return { kind: 'member_deleted', userId: fields.need('UserID') }
    case 'create_party':
    case 'update_party':
      return {
        kind: changeType === 'create_party' ? 'department_created' : 'department_updated',
        departmentId: fields.needNumber('Id'),
        name: fields.text('Name'),
        parentId: fields.number('ParentId'),
        order: fields.number('Order'),
      }
    case 'delete_party': return { kind: 'department_deleted', departmentId: fields.needNumber('Id') }
    case 'update_tag':
      return {
        kind: 'member_tag_changed',
        tagId: fields.needNumber('TagId'),
        addedUserIds: fields.csv('AddUserItems') ?? [],
        removedUserIds: fields.csv('DelUserItems') ?? [],
        addedDepartmentIds: ids(fields.csv('AddPartyItems')) ?? [],
        removedDepartmentIds: ids(fields.csv('DelPartyItems')) ?? [],
      }
    default: return null
  }
}

/** `kf_msg_or_event` and `kf_account_auth_change` (wecom-api/01 §11). */
export function readKfEvent(event: 'kf_msg_or_event' | 'kf_account_auth_change', fields: CallbackFields): KfEventBody {
  if (event === 'kf_msg_or_event') return { kind: 'kf_messages_waiting', token: fields.need('Token'), openKfId: fields.need('OpenKfId') }
  return { kind: 'kf_account_auth_changed', addedOpenKfIds: fields.texts('AuthAddOpenKfId'), removedOpenKfIds: fields.texts('AuthDelOpenKfId') }
}

function ids(parts: string[] | null): number[] | null {
  if (parts === null) return null
  const numbers = parts.map(Number)
  if (!numbers.every(Number.isSafeInteger)) throw new MissingField('department ids')
  return numbers
}
