// Corp tags made, renamed, sorted and deleted here, in WeCom as well (TAG-6…9, TAG-12).
import { DEMO_CORP } from '@zhike/sandbox/demo'
import type { TagList } from '@zhike/shared/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CustomersHouse, openCustomersHouse, type Person } from './customers-house.ts'

const corpid = DEMO_CORP.corpid
let house: CustomersHouse
let admin: Person
let wu: Person

beforeAll(async () => {
  house = await openCustomersHouse()
  for (const kind of ['contacts_sync', 'tags_sync', 'customers_sync'] as const) await house.sync(kind)
  admin = await house.person('linzhixia')
  wu = await house.person('wuxiaoyan')
})
afterAll(() => house.close())
afterEach(() => house.sandbox.control.setFaults({}))

const wecom = () => {
  const corp = house.sandbox.control.sandbox.corps.get(corpid)
  if (!corp) throw new Error('no demo corp')
  return corp
}
/** Groups and tags as WeCom shows them. */
const inWecom = () => wecom().liveTagGroups().map((group) => [group.name, [...group.tags].filter((tag) => !tag.deleted).sort((a, b) => b.order - a.order || a.createTime - b.createTime).map((tag) => tag.name)] as const)
const shown = (list: TagList) => list.groups.map((group) => [group.name, group.tags.map((tag) => tag.name)] as const)
const list = () => admin.ask('GET /api/tags', '/api/tags')
const make = (into: object, names: string[]) => admin.ask('POST /api/tags', '/api/tags', { in: into, names })
const groupNamed = (tags: TagList, name: string) => tags.groups.find((group) => group.name === name)

describe('making corp tags · TAG-6, TAG-7', () => {
  let now: TagList
  it('makes several at once with a new group, in WeCom and here; further ones go into the group', async () => {
    const made = await make({ name: '购房意向' }, ['三个月内', '半年内'])
    const group = groupNamed(made, '购房意向')
    expect(group?.tags.map((tag) => tag.name).sort()).toEqual(['三个月内', '半年内'].sort())
    await make({ groupId: group?.groupId }, ['只是看看'])
    expect(new Map(inWecom()).get('购房意向')).toHaveLength(3)
    expect(shown(await list()).find(([name]) => name === '购房意向')?.[1]).toHaveLength(3)
    expect(await house.query(`SELECT 1 FROM audit_logs WHERE action = 'tag.created'`)).toHaveLength(2)
  })

  it.each([
    ['a name that the group has', () => ({ in: { groupId: groupNamed(now, '购房意向')?.groupId }, names: ['三个月内'] }), '这一组里已经有「三个月内」'],
    ['the same name twice', () => ({ in: { name: '新的组' }, names: ['一样', '一样'] }), '有重复的标签名称'],
    ['a name that is too long', () => ({ in: { name: '新的组' }, names: ['长'.repeat(16)] }), '标签名称最多 15 个字'],
    ['no name', () => ({ in: { name: '新的组' }, names: [' '] }), '请填写标签名称'],
    ['a new group with the name of another', () => ({ in: { name: '购房意向' }, names: ['新的'] }), '已经有这个标签组了'],
  ])('refuses %s', async (_name, body, message) => {
    now = await list()
    const before = inWecom()
    expect(JSON.stringify(await admin.fail('POST', '/api/tags', body()))).toContain(message)
    expect(inWecom()).toEqual(before)
  })

  it('an answer that got lost is not asked for again: what is there now is read · architecture', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/add_corp_tag', dropConnection: 'after', times: 1 }] })
    expect(await admin.fail('POST', '/api/tags', { in: { name: '掉线的组' }, names: ['只有一次'] })).toMatchObject({ status: 502, message: expect.stringContaining('按企业微信的现状更新') })
    expect(shown(await list()).filter(([name]) => name === '掉线的组')).toEqual([['掉线的组', ['只有一次']]])
    expect(inWecom().filter(([name]) => name === '掉线的组')).toHaveLength(1)
  })

  it('needs the permission, which members don’t have · TAG-9', async () => {
    expect(await wu.fail('POST', '/api/tags', { in: { name: '我的' }, names: ['我的'] })).toMatchObject({ status: 403 })
    expect(await wu.fail('DELETE', '/api/tags/etx')).toMatchObject({ status: 403 })
  })

  it('says when WeCom has no room for more', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/add_corp_tag', errcode: 40126, times: 1 }] })
    expect(await admin.fail('POST', '/api/tags', { in: { name: '太多了' }, names: ['一个'] })).toMatchObject({ status: 502, message: '企业标签数量已达上限。' })
  })
})

describe('changing corp tags · TAG-8', () => {
  const fresh = async (name: string, names: string[]) => {
    const group = groupNamed(await make({ name }, names), name)
    if (!group) throw new Error('no group')
    return group
  }

  it('renames tags and groups on both sides', async () => {
    const group = await fresh('旧组名', ['旧标签', '另一个'])
    const old = group.tags.find((tag) => tag.name === '旧标签')
    await admin.ask('PUT /api/tags/:tagId', `/api/tags/${old?.tagId}`, { name: '新标签' })
    await admin.ask('PUT /api/tag-groups/:groupId', `/api/tag-groups/${group.groupId}`, { name: '新组名' })
    expect(new Map(inWecom()).get('新组名')).toContain('新标签')
    expect(await admin.fail('PUT', `/api/tags/${old?.tagId}`, { name: '另一个' })).toMatchObject({ status: 422, message: '已经有同名的标签或标签组，请换一个名称' })
  })

  it('puts tags and groups into an order, which WeCom then has', async () => {
    const group = await fresh('要排序的', ['甲', '乙', '丙'])
    const byName = new Map(group.tags.map((tag) => [tag.name, tag.tagId]))
    const sort = (...names: string[]) => admin.ask('PUT /api/tag-groups/:groupId/order', `/api/tag-groups/${group.groupId}/order`, { tagIds: names.map((name) => byName.get(name)) })
    for (const names of [['丙', '甲', '乙'], ['乙', '丙', '甲'], ['甲', '乙', '丙']]) {
      expect(groupNamed(await sort(...names), '要排序的')?.tags.map((tag) => tag.name)).toEqual(names)
      expect(new Map(inWecom()).get('要排序的')).toEqual(names)
    }
    const made = (await list()).groups
    const front = [...made].sort((a) => (a.groupId === group.groupId ? -1 : 0))
    // Those from the console stay where they are, which shows when WeCom is asked: ours are moved around them.
    const sorted = await admin.ask('PUT /api/tag-groups/order', '/api/tag-groups/order', { groupIds: front.map((one) => one.groupId) })
    expect(sorted.groups.map((one) => one.name)).toEqual(front.map((one) => one.name))
    // Those made in the same second have no order in WeCom that could be told.
    expect(inWecom()[0]?.[0]).toBe('要排序的')
    expect(await admin.fail('PUT', `/api/tag-groups/${group.groupId}/order`, { tagIds: [byName.get('甲')] })).toMatchObject({ status: 409, message: '标签刚刚有变化，请刷新后再调整顺序' })
  })

  it('of the console WeCom refuses: it is said plainly, and shown locked from then on', async () => {
    const { tagIds = [] } = house.sandbox.control.act({ action: 'tag_create', corpid, groupName: '后台建的', names: ['后台标签'] })
    await house.sync('tags_sync')
    const [tagId = ''] = tagIds
    expect(groupNamed(await list(), '后台建的')).toMatchObject({ locked: false, tags: [{ tagId, locked: false }] })
    expect(await admin.fail('PUT', `/api/tags/${tagId}`, { name: '改掉' })).toMatchObject({ status: 409, message: expect.stringContaining('企业微信不允许知客修改') })
    expect(groupNamed(await list(), '后台建的')?.tags).toMatchObject([{ name: '后台标签', locked: true }])
    await house.sync('tags_sync')
    expect(groupNamed(await list(), '后台建的')?.tags).toMatchObject([{ locked: true }])
  })

  it('deletes a tag from all who carry it, after telling how many and which materials set it · TAG-12', async () => {
    const group = await fresh('要删的组', ['要删的', '留下的'])
    const gone = group.tags.find((tag) => tag.name === '要删的')
    const follow = [...wecom().followsOfStaff('wuxiaoyan')].find((one) => one.status === 'friend')
    house.sandbox.control.act({ action: 'staff_edits', corpid, userid: 'wuxiaoyan', personId: follow?.personId ?? '', addTags: [gone?.tagId ?? ''] })
    await house.edited(follow?.personId ?? '')
    expect(await admin.ask('GET /api/tags/:tagId/uses', `/api/tags/${gone?.tagId}/uses`)).toEqual({ people: 1, materials: [] })
    expect((await admin.fail('DELETE', `/api/tags/${gone?.tagId}`)).status).toBe(200)
    expect(wecom().liveTag(gone?.tagId ?? '')).toBeUndefined()
    expect(await house.query('SELECT 1 FROM customer_relation_tags WHERE tag_key = ?', [gone?.tagId])).toHaveLength(0)
    expect((await admin.fail('DELETE', `/api/tag-groups/${group.groupId}`)).status).toBe(200)
    expect(inWecom().some(([name]) => name === '要删的组')).toBe(false)
    expect(await admin.fail('DELETE', `/api/tags/${gone?.tagId}`)).toMatchObject({ status: 404 })
  })

  it('one deleted in WeCom meanwhile is said to be gone', async () => {
    const group = await fresh('别处删的', ['一', '二'])
    house.sandbox.control.act({ action: 'tag_delete', corpid, id: group.tags[0]?.tagId ?? '' })
    expect(await admin.fail('PUT', `/api/tags/${group.tags[0]?.tagId}`, { name: '改名' })).toMatchObject({ status: 409, message: '这个标签在企业微信里已被删除，标签列表已更新' })
    expect(groupNamed(await list(), '别处删的')?.tags).toHaveLength(1)
  })
})
