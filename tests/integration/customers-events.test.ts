import { DEMO_CORP } from '@zhike/sandbox/demo'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReactions } from '../../server/src/modules/customers/log-reactions.ts'
import { createRelay } from '../../server/src/modules/customers/log-relay.ts'
import { type CustomersHouse, openCustomersHouse } from './customers-house.ts'

let house: CustomersHouse
beforeAll(async () => {
  house = await openCustomersHouse()
})
afterAll(() => house.close())

const WU = 'wuxiaoyan'
const CHEN = 'chensiyuan'
const corpid = DEMO_CORP.corpid
type Relation = { userId: string; externalUserId: string }
type Told = () => Promise<void>

const common = (at: number) => ({ toUserName: corpid, fromUserName: 'sys', createTime: at, agentId: null })
const context = () => ({ corpId: house.corp.id, callbackId: 1 })
const added = (relation: Relation, at = house.wecomNow()): Told => () => house.customers.events.customer_added({ ...common(at), kind: 'customer_added', state: null, welcomeCode: null, ...relation }, context())
const edited = (relation: Relation): Told => () => house.customers.events.customer_edited({ ...common(house.wecomNow()), kind: 'customer_edited', ...relation }, context())
const removed = (relation: Relation, at = house.wecomNow()): Told => () => house.customers.events.customer_removed_by_staff({ ...common(at), kind: 'customer_removed_by_staff', byTransfer: false, ...relation }, context())
const lost = (relation: Relation, at = house.wecomNow()): Told => () => house.customers.events.staff_removed_by_customer({ ...common(at), kind: 'staff_removed_by_customer', ...relation }, context())

function act(action: Record<string, unknown> & { action: string }) {
  house.pass(3000)
  // The sandbox parses what it is given, as its web client's requests.
  return house.sandbox.control.act({ corpid, ...action } as Parameters<typeof house.sandbox.control.act>[0])
}
function newFriend(userid: string, name: string): Relation {
  const { personId } = act({ action: 'customer_adds', userid, name })
  if (personId === undefined) throw new Error('nobody was added')
  return { userId: userid, externalUserId: personId }
}
const relationRow = async ({ userId, externalUserId }: Relation) => (await house.query<{ state: string; remark: string; addedAt: string; endedAt: string | null }>(`
  SELECT r.state, r.remark, DATE_FORMAT(r.added_at, '%T') AS addedAt, DATE_FORMAT(r.ended_at, '%T') AS endedAt FROM customer_relations r
  JOIN customers c ON c.id = r.customer_id JOIN staff s ON s.id = r.staff_id WHERE c.external_user_id = ? AND s.userid_key = ?`, [externalUserId, userId]))[0]
const happenings = async ({ externalUserId }: Relation) => (await house.query<{ kind: string }>(`
  SELECT e.kind FROM customer_events e JOIN customers c ON c.id = e.customer_id WHERE c.external_user_id = ? ORDER BY e.at, e.id`, [externalUserId])).map((row) => row.kind)

describe('live changes of customers', () => {
  it('a new friend is there with source and log; the same callback twice is one happening', async () => {
    const friend = newFriend(WU, '新来的')
    await added(friend)()
    await added(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'active' })
    expect(await happenings(friend)).toEqual(['added'])
  })

  it('an edited remark and tags are read again, personal tags with them', async () => {
    const friend = newFriend(WU, '改备注的')
    await added(friend)()
    const [group] = (await tagsInWecom())
    const tagId = group?.tags[0]?.id ?? ''
    act({ action: 'staff_edits', userid: WU, personId: friend.externalUserId, remark: '沐小姐-浦东', addTags: [tagId], personalTags: ['回头客'] })
    await edited(friend)()
    await edited(friend)()
    expect(await relationRow(friend)).toMatchObject({ remark: '沐小姐-浦东' })
    expect(await happenings(friend)).toEqual(['added', 'remark_changed', 'tags_changed'])
    expect(await house.query(`SELECT 1 FROM customer_relation_tags t JOIN customer_relations r ON r.id = t.relation_id JOIN customers c ON c.id = r.customer_id WHERE c.external_user_id = ?`, [friend.externalUserId])).toHaveLength(2)
  })

  it('tells apart who ended the friendship, and restores whom is added again', async () => {
    const friend = newFriend(WU, '来来去去')
    await added(friend)()
    act({ action: 'customer_deletes', userid: WU, personId: friend.externalUserId })
    await lost(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'lost' })
    act({ action: 'customer_adds', userid: WU, personId: friend.externalUserId })
    await added(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'active', endedAt: null })
    act({ action: 'staff_deletes', userid: WU, personId: friend.externalUserId })
    await removed(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'removed' })
    act({ action: 'customer_adds', userid: WU, personId: friend.externalUserId })
    await added(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'active', endedAt: null })
    expect(await happenings(friend)).toEqual(['added', 'lost', 'restored', 'removed_by_staff', 'restored'])
  })

  it('doubled and reordered events end in the same state, whatever the order', async () => {
    const history = () => {
      const friend = newFriend(WU, '乱序')
      const told = [added(friend)]
      act({ action: 'customer_deletes', userid: WU, personId: friend.externalUserId })
      told.push(lost(friend))
      act({ action: 'customer_adds', userid: WU, personId: friend.externalUserId })
      told.push(added(friend))
      return { friend, told }
    }
    const outcomes = new Set<string>()
    for (const order of permutations([0, 1, 2])) {
      const { friend, told } = history()
      for (const at of order) {
        await told[at]?.()
        await told[at]?.()
      }
      const row = await relationRow(friend)
      outcomes.add(JSON.stringify([row?.state, row?.endedAt, (await happenings(friend)).sort()]))
    }
    expect([...outcomes]).toEqual([JSON.stringify(['active', null, ['added', 'lost']])])
  })

  it('a removal told after the customer was added again changes nothing', async () => {
    const friend = newFriend(WU, '迟到的删除')
    await added(friend)()
    act({ action: 'staff_deletes', userid: WU, personId: friend.externalUserId })
    const late = removed(friend)
    act({ action: 'customer_adds', userid: WU, personId: friend.externalUserId })
    await added(friend)()
    await late()
    expect(await relationRow(friend)).toMatchObject({ state: 'active' })
    expect(await happenings(friend)).toEqual(['added', 'removed_by_staff', 'restored'])
  })

  it('one member losing the customer leaves the colleague’s friendship as it is', async () => {
    const friend = newFriend(WU, '两个人的客户')
    await added(friend)()
    act({ action: 'customer_adds', userid: CHEN, personId: friend.externalUserId })
    await added({ ...friend, userId: CHEN })()
    act({ action: 'staff_deletes', userid: WU, personId: friend.externalUserId })
    await removed(friend)()
    expect(await relationRow({ ...friend, userId: CHEN })).toMatchObject({ state: 'active' })
    expect(await relationRow(friend)).toMatchObject({ state: 'removed' })
  })

  it('a half friend who can’t be read yet is no error, and becomes a customer when confirmed', async () => {
    const { personId = '' } = act({ action: 'customer_adds', userid: WU, name: '半好友', half: true })
    const friend = { userId: WU, externalUserId: personId }
    await house.customers.events.customer_half_added({ ...common(house.wecomNow()), kind: 'customer_half_added', state: null, welcomeCode: null, ...friend }, context())
    expect(await relationRow(friend)).toBeUndefined()
    act({ action: 'staff_confirms', userid: WU, personId })
    await added(friend)()
    expect(await relationRow(friend)).toMatchObject({ state: 'active' })
  })
})

const tagsInWecom = async () => house.sandbox.control.sandbox.corps.get(corpid)?.liveTagGroups() ?? []

describe('live changes of tags', () => {
  const tagEvent = (change: 'create' | 'update' | 'delete', tagType: 'tag' | 'tag_group', id: string) =>
    house.customers.events.tag_changed({ ...common(house.wecomNow()), kind: 'tag_changed', change, tagType, id, strategyId: null }, context())
  const names = async () => (await house.query<{ name: string }>('SELECT name FROM tags')).map((row) => row.name)

  it('a renamed tag, a new one, a deleted one and a deleted group are followed, also when told twice', async () => {
    await house.sync('tags_sync')
    const [group, other] = await tagsInWecom()
    const [first, second] = group?.tags ?? []
    if (!group || !other || !first || !second) throw new Error('the demo has too few tags')
    act({ action: 'tag_rename', id: first.id, name: '改了名的标签' })
    await tagEvent('update', 'tag', first.id)
    act({ action: 'tag_create', groupId: group.id, names: ['全新标签'] })
    await tagEvent('create', 'tag', group.tags.at(-1)?.id ?? '')
    expect(await names()).toEqual(expect.arrayContaining(['改了名的标签', '全新标签']))
    act({ action: 'tag_delete', id: second.id })
    await tagEvent('delete', 'tag', second.id)
    await tagEvent('delete', 'tag', second.id)
    expect(await house.query('SELECT 1 FROM tags WHERE tag_id = ?', [second.id])).toHaveLength(0)
    act({ action: 'tag_delete', id: other.id })
    await tagEvent('delete', 'tag_group', other.id)
    expect(await house.query('SELECT 1 FROM tag_groups WHERE group_id = ?', [other.id])).toHaveLength(0)
    expect(await house.query('SELECT 1 FROM tags WHERE group_id = ?', [other.id])).toHaveLength(0)
  })
})

describe('live changes of customer groups', () => {
  const made = (chatId: string) => house.groupChats.events.group_created({ ...common(house.wecomNow()), kind: 'group_created', chatId }, context())
  const changed = (chatId: string) => house.groupChats.events.group_changed({ ...common(house.wecomNow()), kind: 'group_changed', chatId, detail: 'change_name' }, context())
  const dismissed = (chatId: string) => house.groupChats.events.group_dismissed({ ...common(house.wecomNow()), kind: 'group_dismissed', chatId }, context())
  const membersChanged = (kind: 'group_members_joined' | 'group_members_left', chatId: string, version: string | null) => {
    const change = { ...common(house.wecomNow()), chatId, members: [], memberCount: 1, lastMemberVersion: null, memberVersion: version }
    return kind === 'group_members_joined'
      ? house.groupChats.events.group_members_joined({ ...change, kind, joinScene: 3 }, context())
      : house.groupChats.events.group_members_left({ ...change, kind, quitScene: 0 }, context())
  }
  const nameOf = async (chatId: string) => (await house.query<{ name: string; dismissed: number }>('SELECT name, dismissed_at IS NOT NULL AS dismissed FROM group_chats WHERE chat_id = ?', [chatId]))[0]

  it('made, renamed, joined, left and dismissed; a customer’s log tells of the group', async () => {
    const friend = newFriend(WU, '进群的')
    await added(friend)()
    const { chatId = '' } = act({ action: 'group_create', userid: WU, name: '浦东宝妈群', personIds: [friend.externalUserId], userids: [CHEN] })
    await made(chatId)
    expect(await nameOf(chatId)).toMatchObject({ name: '浦东宝妈群' })
    act({ action: 'group_rename', chatId, name: '浦东宝妈一群' })
    await changed(chatId)
    expect(await nameOf(chatId)).toMatchObject({ name: '浦东宝妈一群' })
    act({ action: 'group_leave', chatId, personId: friend.externalUserId })
    await membersChanged('group_members_left', chatId, null)
    await membersChanged('group_members_left', chatId, null)
    act({ action: 'group_join', chatId, personId: friend.externalUserId, scene: 'qr' })
    await membersChanged('group_members_joined', chatId, null)
    expect((await happenings(friend)).sort()).toEqual(['added', 'group_joined', 'group_joined', 'group_left'])
    act({ action: 'group_dismiss', chatId })
    await dismissed(chatId)
    await changed(chatId)
    expect(await nameOf(chatId)).toMatchObject({ dismissed: 1 })
  })

  it('members that WeCom’s answer does not show yet are read again some seconds later · wecom-api/01 §7', async () => {
    const { chatId = '' } = act({ action: 'group_create', userid: WU, name: '慢半拍', personIds: [] })
    await membersChanged('group_members_joined', chatId, 'a version that WeCom does not show yet')
    const { personId = '' } = act({ action: 'group_join', chatId, name: '晚到的人' })
    await house.groupChats.work()
    await expect.poll(() => house.query('SELECT 1 FROM group_chat_members WHERE member_id = ?', [personId]), { timeout: 10_000 }).toHaveLength(1)
  })
})

describe('the outbox of the customer log', () => {
  it('tells the owners’ screens of each happening, also when they could not be told at first', async () => {
    const relay = createRelay(house.platform, createReactions(house.platform, house))
    await relay.round()
    const { live, redis } = house.platform
    const publish = live.publish
    const screens: unknown[] = []
    const end = live.subscribe(house.corp.id, (message) => screens.push(message))
    const friend = newFriend(WU, '要通知的')
    await added(friend)()
    live.publish = () => Promise.reject(new Error('nobody can be told'))
    await relay.round()
    live.publish = publish
    expect(screens).toEqual([])
    await redis.flushdb()
    await relay.round()
    const { staffId } = await house.identity.ensureStaff(house.corp.id, WU)
    await expect.poll(() => screens).toEqual([{ owners: [staffId], event: { kind: 'customer', customerId: expect.any(Number) } }])
    await relay.round()
    expect(await house.query('SELECT id FROM customer_events WHERE relayed <> 1')).toEqual([])
    expect(screens).toHaveLength(1)
    end()
  })
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]))
}
