import { describe, expect, it } from 'vitest'
import { CallbackError, eventDigest, parseWecomEvent } from '../../server/src/wecom/index.ts'
import type { WecomEvent } from '../../server/src/wecom/index.ts'
import { eventFixtures, fixtureText } from '../fixtures/wecom/fixture.ts'

const relation = { userId: 'wanglei', externalUserId: 'wmJk7RBwAAq3XbT0mZ5vLcHdYpNsWfUA' }
const chatId = 'wrJk7RBwAAh5TgVcXzLq0PnYs8DmKeBf'
const linkId = 'cawcde1f2a3b4c5d6e'
const tagId = 'etJk7RBwAAdejaAy64mh2p3COucnorSm'
const groupId = 'etJk7RBwAA7CglYE0VuQjpjZLeAuBNZg'
const card = { responseCode: 'rcFAKE8hX2mQy4vTn0aLrZ6wKcJb1eUoPdSg7Fi' }
const idOnlyMember = { userId: 'wanglei', name: null, mainDepartmentId: null, isLeaderInDepartment: null, directLeaders: null, position: null, status: null }
const fullMember = { userId: 'wanglei', name: '王磊', departmentIds: [2, 21], mainDepartmentId: 2, isLeaderInDepartment: [false, true], directLeaders: ['zhaoqian'], position: '客户经理', status: 1 }
const memberVersions = { lastMemberVersion: '5b1e7d40c92f3a68e0d7b6154f8c2a93', memberVersion: 'e8a64f0b3d5c1729f46b08d2c7e15a30' }
const messageId = '7301234567890123456'

/** Every recorded callback and what it must become. */
const EXPECTED: Record<string, Partial<WecomEvent>> = {
  'add_external_contact.no_welcome': { kind: 'customer_added', ...relation, state: null, welcomeCode: null },
  add_external_contact: { kind: 'customer_added', ...relation, state: 'ch_spring_01', welcomeCode: 'Nn2vQe7XkLr0WdYs5ZpTb8HgJ1aMcUfI' },
  add_half_external_contact: { kind: 'customer_half_added', ...relation, state: 'ch_spring_01', welcomeCode: 'Hh5vQe7XkLr0WdYs5ZpTb8HgJ1aMcUfI' },
  batch_job_result: { kind: 'batch_job_finished', jobId: 'S0MrnndvRG5fadSlFAKE', jobType: 'sync_user', errcode: 0, errmsg: 'ok' },
  'change_contact.create_party': { kind: 'department_created', departmentId: 22, name: '销售二组', parentId: 2, order: 1 },
  'change_contact.create_user.full': { kind: 'member_created', newUserId: null, ...fullMember },
  'change_contact.create_user.id_only': { kind: 'member_created', newUserId: null, ...idOnlyMember, departmentIds: [2, 21] },
  'change_contact.delete_party': { kind: 'department_deleted', departmentId: 22 },
  'change_contact.delete_user': { kind: 'member_deleted', userId: 'wanglei' },
  'change_contact.update_party': { kind: 'department_updated', departmentId: 22, name: '销售三组', parentId: 2, order: null },
  'change_contact.update_tag': { kind: 'member_tag_changed', tagId: 2, addedUserIds: ['wanglei'], removedUserIds: ['chenmei'], addedDepartmentIds: [2], removedDepartmentIds: [3] },
  'change_contact.update_user.full': { kind: 'member_updated', newUserId: 'wanglei2', ...fullMember },
  'change_contact.update_user.id_only': { kind: 'member_updated', newUserId: 'wanglei2', ...idOnlyMember, departmentIds: [3] },
  'change_external_chat.create': { kind: 'group_created', chatId },
  'change_external_chat.dismiss': { kind: 'group_dismissed', chatId },
  'change_external_chat.update.add_member': {
    kind: 'group_members_joined', chatId, joinScene: 3, memberCount: 2, ...memberVersions, members: [relation.externalUserId, 'wmJk7RBwAAnAqAUcbmZV2B3i0ETUAxlJ'],
  },
  'change_external_chat.update.change_name': { kind: 'group_changed', chatId, detail: 'change_name' },
  'change_external_chat.update.change_notice': { kind: 'group_changed', chatId, detail: 'change_notice' },
  'change_external_chat.update.change_owner': { kind: 'group_changed', chatId, detail: 'change_owner' },
  'change_external_chat.update.del_member': { kind: 'group_members_left', chatId, quitScene: 1, memberCount: 1, ...memberVersions, members: ['wmJk7RBwAAnAqAUcbmZV2B3i0ETUAxlJ'] },
  'change_external_tag.create.strategy': { kind: 'tag_changed', change: 'create', tagType: 'tag', id: 'stJk7RBwAA8mL7rSfPzkPvuWAAcASbld', strategyId: '1' },
  'change_external_tag.create.tag': { kind: 'tag_changed', change: 'create', tagType: 'tag', id: tagId, strategyId: null },
  'change_external_tag.create.tag_group': { kind: 'tag_changed', change: 'create', tagType: 'tag_group', id: groupId, strategyId: null },
  'change_external_tag.delete.tag': { kind: 'tag_changed', change: 'delete', tagType: 'tag', id: tagId, strategyId: null },
  'change_external_tag.delete.tag_group': { kind: 'tag_changed', change: 'delete', tagType: 'tag_group', id: groupId, strategyId: null },
  'change_external_tag.shuffle': { kind: 'tags_reordered', groupId, strategyId: null },
  'change_external_tag.update.tag': { kind: 'tag_changed', change: 'update', tagType: 'tag', id: tagId, strategyId: null },
  'change_external_tag.update.tag_group': { kind: 'tag_changed', change: 'update', tagType: 'tag_group', id: groupId, strategyId: null },
  close_inactive_agent: { kind: 'app_closed_inactive', agentId: 1000002 },
  'customer_acquisition.balance_exhausted': { kind: 'acquisition_balance_changed', balance: 'exhausted' },
  'customer_acquisition.balance_increased': { kind: 'acquisition_balance_changed', balance: 'increased' },
  'customer_acquisition.balance_low': { kind: 'acquisition_balance_changed', balance: 'low' },
  'customer_acquisition.customer_start_chat': { kind: 'acquisition_chat_started', ...relation, linkId },
  'customer_acquisition.del_follow_user': { kind: 'acquisition_staff_removed', ...relation, linkId, state: 'CHANNEL_A' },
  'customer_acquisition.delete_link': { kind: 'acquisition_link_deleted', linkId },
  'customer_acquisition.friend_request': { kind: 'acquisition_friend_requested', linkId, state: 'CHANNEL_A' },
  'customer_acquisition.link_unavailable': { kind: 'acquisition_link_unavailable', linkId },
  'customer_acquisition.message_from_customer': { kind: 'acquisition_message_received', linkId, chatKey: 'CHATKEYFAKE0001' },
  'customer_acquisition.open_profile': { kind: 'acquisition_profile_opened', linkId, state: 'CHANNEL_A' },
  'customer_acquisition.quota_expire_soon': { kind: 'acquisition_quota_expiring', expiresAt: 1738339200000, quota: 100 },
  'del_external_contact.by_transfer': { kind: 'customer_removed_by_staff', ...relation, byTransfer: true },
  del_external_contact: { kind: 'customer_removed_by_staff', ...relation, byTransfer: false },
  del_follow_user: { kind: 'staff_removed_by_customer', ...relation },
  edit_external_contact: { kind: 'customer_edited', ...relation },
  enter_agent: { kind: 'app_entered', agentId: 1000002, fromUserName: 'wanglei' },
  kf_account_auth_change: { kind: 'kf_account_auth_changed', addedOpenKfIds: ['wkJk7RBwAA119RXAyYw27K7aBIENTNfB'], removedOpenKfIds: ['wkJk7RBwAAyoA5H4okSrexFziDdBdlxB'] },
  kf_msg_or_event: { kind: 'kf_messages_waiting', token: 'ENCFAKExnGDNAVNY4AaSJKj4Tb5mwsEMzxhF', openKfId: 'wkJk7RBwAA119RXAyYw27K7aBIENTNfB', fromUserName: '' },
  location_report: { kind: 'location_reported', latitude: 23.104, longitude: 113.32, precision: 65 },
  'menu.click': { kind: 'menu_clicked', eventKey: 'TODO_TODAY' },
  'menu.scancode_push': { kind: 'menu_scanned', eventKey: 'SCAN', waits: false, scanType: 'qrcode', result: '123' },
  'menu.view': { kind: 'menu_link_opened', url: 'https://scrm.example.com/workbench' },
  'message.image': { kind: 'app_message', messageId, message: { type: 'image', pictureUrl: 'https://wework.qpic.cn/FAKE/0', mediaId: '39wX7-swl9L6pQaHojZYjj3Q6V7Ba7PUyoVTNvh4Y4DG' } },
  'message.link': { kind: 'app_message', messageId, message: { type: 'link', title: '标题', description: '描述', url: 'https://www.example.com', pictureUrl: 'https://www.example.com/p.png' } },
  'message.location': { kind: 'app_message', messageId, message: { type: 'location', latitude: 23.134, longitude: 113.358, scale: 20, label: '示例位置' } },
  'message.text': { kind: 'app_message', messageId, message: { type: 'text', content: '你好' }, fromUserName: 'wanglei' },
  'message.video': { kind: 'app_message', messageId, message: { type: 'video', mediaId: '3gSvG6PUbmVh4RYxHTQUhYKoPvpsRro-fZsS__4OHqOm', thumbMediaId: '3wrACI2bI9evvTd9VFTTOcDak4MhV6pAs_sDWqvJfh2r' } },
  'message.voice': { kind: 'app_message', messageId, message: { type: 'voice', mediaId: '372fK9RzXSNiefWN0NUk44ZohsWiydbQvj_IpYiQ6azQ', format: 'amr' } },
  msg_audit_approved: { kind: 'archive_consented', ...relation, welcomeCode: 'Aa5vQe7XkLr0WdYs5ZpTb8HgJ1aMcUfI' },
  reopen_inactive_agent: { kind: 'app_reopened', agentId: 1000002 },
  subscribe: { kind: 'app_subscribed', fromUserName: 'wanglei' },
  template_card_event: { kind: 'card_clicked', eventKey: 'agree', taskId: 'task-20250101-0002', cardType: 'button_interaction', ...card, selected: [{ questionKey: 'q1', optionIds: ['o1', 'o2'] }] },
  template_card_menu_event: { kind: 'card_menu_clicked', eventKey: 'A', taskId: 'task-20250101-0001', cardType: 'text_notice', ...card },
  transfer_fail: { kind: 'transfer_failed', userId: 'chenmei', externalUserId: relation.externalUserId, reason: 'customer_refused' },
  unsubscribe: { kind: 'app_unsubscribed', fromUserName: 'wanglei' },
  upload_media_job_finish: { kind: 'media_job_finished', jobId: 'jobid_S0MrnndvRG5fadSlFAKE' },
}

function event(inner: string): string {
  return `<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1735689600</CreateTime><MsgType>event</MsgType>${inner}</xml>`
}

describe('typed events (wecom-api/01 §6–§12)', () => {
  it.each(eventFixtures())('%s', (name) => {
    const expected = EXPECTED[name.slice('event.'.length, -'.xml'.length)]
    expect(expected, `no expectation for ${name}`).toBeDefined()
    const xml = fixtureText(name)
    expect(parseWecomEvent(xml)).toStrictEqual({
      toUserName: 'ww3f9a1c27d5e8b640',
      fromUserName: xml.includes('<FromUserName><![CDATA[wanglei]]>') ? 'wanglei' : 'sys',
      createTime: 1735689600000,
      agentId: xml.includes('<AgentID>') ? 1000002 : null,
      ...expected,
    })
  })

  it('has a recorded callback for every expectation', () => {
    expect(eventFixtures().map((name) => name.slice(6, -4)).sort()).toEqual(Object.keys(EXPECTED).sort())
  })

  it('reads the options of a card in both spellings', () => {
    const misspelt = fixtureText('event.template_card_event.xml').replaceAll('OptionIds', 'OpitonIds').replaceAll('OptionId>', 'OpitonId>')
    expect(parseWecomEvent(misspelt)).toMatchObject({ kind: 'card_clicked', selected: [{ questionKey: 'q1', optionIds: ['o1', 'o2'] }] })
  })

  it('keeps an event that it does not know, with all fields', () => {
    expect(parseWecomEvent(event('<Event>brand_new</Event><ChangeType>x</ChangeType><Job><Id>7</Id><Id>8</Id></Job><__proto__>p</__proto__>'))).toMatchObject({
      kind: 'unknown', msgType: 'event', event: 'brand_new', changeType: 'x', fields: { 'Job.Id': '7', 'Job.Id[1]': '8', Event: 'brand_new' },
    })
  })

  it.each([
    ['a new ChangeType', '<Event>change_external_contact</Event><ChangeType>renamed</ChangeType><UserID>a</UserID>'],
    ['a known event without its customer', '<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>a</UserID>'],
    ['a group event without its group', '<Event>change_external_chat</Event><ChangeType>create</ChangeType>'],
    ['a department that is no number', '<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>a</UserID><Department>x</Department>'],
  ])('keeps %s as unknown', (_name, inner) => {
    expect(parseWecomEvent(event(inner)).kind).toBe('unknown')
  })

  it('keeps what people typed exactly, also text that looks like XML', () => {
    const text = event('<Content><![CDATA[ <b>&amp; 1 < 2 ]]]]><![CDATA[> ]]></Content><MsgId>1</MsgId>').replace('<MsgType>event', '<MsgType>text')
    expect(parseWecomEvent(text)).toMatchObject({ kind: 'app_message', message: { type: 'text', content: ' <b>&amp; 1 < 2 ]]> ' } })
  })

  it('refuses a decrypted body that is not XML', () => {
    expect(() => parseWecomEvent('{"a":1}')).toThrow(CallbackError)
    expect(() => parseWecomEvent('<!DOCTYPE xml><xml></xml>')).toThrow(CallbackError)
  })

  it('gives two customers who scan in the same second different digests, and a repeated delivery the same', () => {
    const first = fixtureText('event.add_external_contact.xml')
    const other = first.replace(relation.externalUserId, 'wmJk7RBwAAnAqAUcbmZV2B3i0ETUAxlJ')
    expect(eventDigest(first)).toMatch(/^[0-9a-f]{64}$/)
    expect(eventDigest(first)).toBe(eventDigest(`${first}`))
    expect(eventDigest(other)).not.toBe(eventDigest(first))
  })
})
