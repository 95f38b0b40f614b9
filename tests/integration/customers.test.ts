import { DEMO_CORP } from '@zhike/sandbox/demo'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTombstones } from '../../server/src/modules/customers/erasing/tombstones.ts'
import { createPhoneBox } from '../../server/src/modules/customers/phones.ts'
import { createRefresh } from '../../server/src/modules/customers/refresh-from-wecom.ts'
import { createRounds } from '../../server/src/modules/customers/due-work.ts'
import { type CustomersHouse, openCustomersHouse, type Person } from './customers-house.ts'

let house: CustomersHouse
let wu: Person
let chen: Person
let liu: Person
let zhou: Person
let admin: Person
const corpid = DEMO_CORP.corpid

beforeAll(async () => {
  house = await openCustomersHouse()
  for (const kind of ['contacts_sync', 'tags_sync', 'customers_sync', 'group_chats_sync'] as const) await house.sync(kind)
  wu = await house.person('wuxiaoyan')
  chen = await house.person('chensiyuan')
  liu = await house.person('liuyutong')
  zhou = await house.person('zhoumin')
  admin = await house.person('linzhixia')
})
afterAll(() => house.close())

const wecom = () => {
  const corp = house.sandbox.control.sandbox.corps.get(corpid)
  if (!corp) throw new Error('no demo corp')
  return corp
}
/** A customer of this member alone. */
const onlyOf = (userid: string) => {
  const follow = [...wecom().followsOfStaff(userid)].find((other) => wecom().followsOfPerson(other.personId).length === 1 && other.status === 'friend')
  if (!follow) throw new Error('nobody')
  return follow
}
const profileOf = (person: Person, externalUserId: string) => person.ask('GET /api/customers/by-external/:externalUserId', `/api/customers/by-external/${externalUserId}`)
const tagsUrl = (customerId: number) => `/api/customers/${customerId}/tags`

describe('the profile', () => {
  it('shows the viewer’s own relation with source, tags and when it began', async () => {
    const follow = onlyOf('wuxiaoyan')
    const profile = await profileOf(wu, follow.personId)
    expect(profile).toMatchObject({ externalUserId: follow.personId, name: wecom().people.get(follow.personId)?.name, otherStaff: 0 })
    expect(profile.own).toMatchObject({ own: true, remark: follow.remark, addedAt: follow.createtime * 1000, addWay: follow.addWay, state: 'active' })
    expect(profile.own?.tags.filter((tag) => tag.kind === 'wecom').map((tag) => tag.tagId).sort()).toEqual([...follow.tags].sort())
    expect(await wu.ask('GET /api/customers/:customerId', `/api/customers/${profile.customerId}`)).toEqual(profile)
  })

  it('of a colleague’s customer is not found; her store manager and the administrator see it · SYS-5, GEN-9', async () => {
    const { personId } = onlyOf('chensiyuan')
    const { customerId } = await profileOf(chen, personId)
    for (const url of [`/api/customers/${customerId}`, `/api/customers/by-external/${personId}`, `/api/customers/${customerId}/timeline`]) {
      expect(await wu.fail('GET', url), url).toMatchObject({ status: 404, code: 'not_found' })
    }
    expect(await profileOf(zhou, personId)).toMatchObject({ customerId, own: null, otherStaff: 1, relations: [{ staff: { userid: 'chensiyuan' } }] })
    expect(await profileOf(admin, personId)).toMatchObject({ customerId })
    expect(await zhou.fail('GET', `/api/customers/by-external/${onlyOf('liuyutong').personId}`)).toMatchObject({ status: 404 })
    expect(await liu.fail('PUT', tagsUrl(customerId), { add: ['x'] })).toMatchObject({ status: 404 })
  })

  it('of a friend of several members names only those in scope, and counts the others', async () => {
    const shared = [...wecom().followsOfStaff('wuxiaoyan')].find((follow) => wecom().followsOfPerson(follow.personId).some((other) => other.userid !== 'wuxiaoyan'))
    const profile = await profileOf(wu, shared?.personId ?? '')
    expect(profile.relations.map((relation) => relation.staff.userid)).toEqual(['wuxiaoyan'])
    expect(profile.otherStaff).toBe(wecom().followsOfPerson(shared?.personId ?? '').length - 1)
  })

  it('of somebody new in the chat is read from WeCom at once; of an unknown id only once', async () => {
    const { personId = '' } = house.sandbox.control.act({ action: 'customer_adds', corpid, userid: 'wuxiaoyan', name: '刚加上的' })
    expect(await profileOf(wu, personId)).toMatchObject({ name: '刚加上的', own: { state: 'active' } })
    const calls = () => house.sandbox.control.stats().calls['/cgi-bin/externalcontact/get'] ?? 0
    const before = calls()
    for (let i = 0; i < 3; i++) expect(await wu.fail('GET', '/api/customers/by-external/wmNobodyAtAll')).toMatchObject({ status: 404 })
    expect(calls()).toBe(before + 1)
  })

  it('masks phones; who may see them in full is logged · SYS-17', async () => {
    const follow = onlyOf('wuxiaoyan')
    house.sandbox.control.act({ action: 'staff_edits', corpid, userid: 'wuxiaoyan', personId: follow.personId, mobiles: ['13812342046'] })
    house.pass(1000)
    await house.edited(follow.personId)
    const { customerId, own } = await profileOf(wu, follow.personId)
    expect(own?.phones).toEqual(['138****2046'])
    const url = `/api/customers/${customerId}/phones`
    expect(await wu.fail('GET', url)).toMatchObject({ status: 403 })
    expect(await zhou.ask('GET /api/customers/:customerId/phones', url)).toEqual({ phones: ['13812342046'] })
    expect(await house.query(`SELECT actor_id AS actorId FROM audit_logs WHERE action = 'customer.phone_viewed'`)).toEqual([{ actorId: zhou.staffId }])
    expect(JSON.stringify(await house.query('SELECT phones FROM customer_relations WHERE phones IS NOT NULL'))).not.toContain('13812342046')
  })
})

describe('the list', () => {
  it('pages through everything in scope without gap or repetition, newest first · GEN-1', async () => {
    const seen: { customerId: number; addedAt: number }[] = []
    let after: string | null = ''
    let total: number | undefined
    while (after !== null) {
      const page: Awaited<ReturnType<typeof list>> = await list(wu, `limit=7${after === '' ? '' : `&after=${after}`}`)
      total ??= page.total
      seen.push(...page.items)
      after = page.next
    }
    // WeCom goes on naming customers who deleted the member before we listened: nobody can tell.
    const active = [...wecom().followsOfStaff('wuxiaoyan')].filter((follow) => follow.status !== 'half')
    expect(new Set(seen.map((row) => row.customerId)).size).toBe(active.length)
    expect(seen).toHaveLength(total ?? -1)
    expect(seen.map((row) => row.addedAt)).toEqual(seen.map((row) => row.addedAt).sort((a, b) => b - a))
  })

  it('finds by name and remark, inside a name for a salesperson, from its beginning over the whole corp', async () => {
    expect((await list(wu, `q=${encodeURIComponent('间小')}`)).items.map((row) => row.name)).toContain('林间小路')
    expect((await list(wu, `q=${encodeURIComponent('浦东-婴儿')}`)).items.map((row) => row.name)).toContain('林间小路')
    expect((await list(admin, `q=${encodeURIComponent('林间')}`)).items.map((row) => row.name)).toContain('林间小路')
    expect((await list(admin, `q=${encodeURIComponent('林女士')}`)).items.map((row) => row.name)).toContain('林间小路')
    expect((await list(wu, `q=${encodeURIComponent('%')}`)).items).toEqual([])
  })

  it('filters by tag and owner, and never beyond the scope', async () => {
    const tag = wecom().liveTagGroups()[0]?.tags[0]
    const found = await list(wu, `tagId=${tag?.id}&limit=100`)
    expect(found.items.length).toBeGreaterThan(0)
    expect(found.items.every((row) => row.tags.some((other) => other.tagId === tag?.id))).toBe(true)
    expect(found.total).toBe(found.items.length)
    expect((await list(zhou, `ownerId=${chen.staffId}&limit=100`)).items.every((row) => row.owner.userid === 'chensiyuan')).toBe(true)
    expect((await list(zhou, `ownerId=${liu.staffId}`)).items).toEqual([])
    expect(await wu.fail('GET', '/api/customers?after=garbage')).toMatchObject({ status: 400 })
  })
})
const list = (person: Person, query: string) => person.ask('GET /api/customers', `/api/customers?${query}`)

describe('tags', () => {
  it('are listed by group in WeCom’s order, with people counted in the viewer’s scope', async () => {
    const { groups } = await wu.ask('GET /api/tags', '/api/tags')
    expect(groups.map((group) => group.name)).toEqual(wecom().liveTagGroups().map((group) => group.name))
    const tag = groups[0]?.tags[0]
    expect(tag?.people).toBe([...wecom().followsOfStaff('wuxiaoyan')].filter((follow) => follow.status !== 'half' && follow.tags.includes(tag?.tagId ?? '')).length)
    const all = await admin.ask('GET /api/tags', '/api/tags')
    expect(all.groups[0]?.tags[0]?.people).toBeGreaterThan(tag?.people ?? 0)
  })

  const fresh = async () => {
    const { personId = '' } = house.sandbox.control.act({ action: 'customer_adds', corpid, userid: 'wuxiaoyan', name: '要打标签的' })
    house.pass(21_000)
    const { customerId } = await profileOf(wu, personId)
    const tags = wecom().liveTagGroups().flatMap((group) => group.tags.filter((tag) => !tag.deleted))
    return { personId, customerId, tags, url: tagsUrl(customerId), inWecom: () => wecom().follow('wuxiaoyan', personId)?.tags }
  }
  const put = (url: string, body: object) => wu.ask('PUT /api/customers/:customerId/tags', url, body)

  it('are added and removed in WeCom and here, told in the timeline, the audit log and live', async () => {
    const { url, tags: [first, second], inWecom, customerId } = await fresh()
    const screens: unknown[] = []
    const end = house.platform.live.subscribe(house.corp.id, (message) => screens.push(message))
    await put(url, { add: [first?.id, second?.id] })
    house.pass(1000)
    const profile = await put(url, { remove: [second?.id] })
    expect(inWecom()).toEqual([first?.id])
    expect(profile.own?.tags).toMatchObject([{ tagId: first?.id, name: first?.name, kind: 'wecom' }])
    const { items } = await wu.ask('GET /api/customers/:customerId/timeline', `/api/customers/${customerId}/timeline`)
    expect(items.map((row) => [row.title, row.detail])).toEqual([
      ['移除了标签', second?.name], ['添加了标签', `${first?.name}、${second?.name}`], ['添加为好友', '来源：扫描二维码'],
    ])
    expect(await house.query(`SELECT 1 FROM audit_logs WHERE action = 'customer.tags_changed' AND subject = '要打标签的'`)).toHaveLength(2)
    await expect.poll(() => screens).toContainEqual({ owners: [wu.staffId], event: { kind: 'customer', customerId } })
    expect(await house.query('SELECT 1 FROM customer_relations WHERE check_at IS NOT NULL')).toHaveLength(0)
    end()
  })

  it('deleted in WeCom meanwhile are named as such, and the list is brought up to date', async () => {
    const { url, inWecom } = await fresh()
    const { tags: [made] } = house.sandbox.control.sandbox.corps.get(corpid)?.liveTagGroups()[0] ?? { tags: [] }
    house.sandbox.control.act({ action: 'tag_delete', corpid, id: made?.id ?? '' })
    expect(await wu.fail('PUT', url, { add: [made?.id] })).toMatchObject({ status: 409, message: '有标签已在企业微信中被删除，标签列表已更新，请重新选择' })
    expect(await house.query('SELECT 1 FROM tags WHERE tag_id = ?', [made?.id])).toHaveLength(0)
    expect(await wu.fail('PUT', url, { add: [made?.id] })).toMatchObject({ status: 409 })
    expect(inWecom()).toEqual([])
  })

  it('whose writing had no answer are read back from WeCom', async () => {
    const { url, tags: [first], inWecom } = await fresh()
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/mark_tag', dropConnection: 'after', times: 5 }] })
    const profile = await put(url, { add: [first?.id] })
    house.sandbox.control.setFaults({})
    expect(inWecom()).toEqual([first?.id])
    expect(profile.own?.tags.map((tag) => tag.tagId)).toEqual([first?.id])
  })

  it('written to WeCom by a process that died before it wrote the result here are read back by a worker', async () => {
    const { tags: [first], customerId, personId } = await fresh()
    await house.query('UPDATE customer_relations SET check_at = ? WHERE customer_id = ?', [new Date(house.platform.clock.now() - 1000), customerId])
    house.sandbox.control.act({ action: 'staff_edits', corpid, userid: 'wuxiaoyan', personId, addTags: [first?.id ?? ''] })
    const refresh = createRefresh(house.platform, { corps: house.corps, identity: house.identity, phones: createPhoneBox(house.platform.secrets), tombstones: createTombstones(house.platform) })
    await createRounds(house.platform, { corps: house.corps, jobs: house.jobs, refresh }).settleChecks(new AbortController().signal)
    expect((await profileOf(wu, personId)).own?.tags.map((tag) => tag.tagId)).toEqual([first?.id])
    expect(await house.query('SELECT 1 FROM customer_relations WHERE customer_id = ? AND check_at IS NOT NULL', [customerId])).toHaveLength(0)
  })

  it('are not changed when WeCom refuses, and the reason is said in plain Chinese · GEN-13', async () => {
    const { url, tags: [first], personId } = await fresh()
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/mark_tag', errcode: 60020, errmsg: 'not allow to access from your ip, from ip: 203.0.113.7', times: 1 }] })
    expect(await wu.fail('PUT', url, { add: [first?.id] })).toMatchObject({ status: 502, code: 'wecom', details: { errcode: 60020 }, message: expect.stringContaining('203.0.113.7') })
    expect((await profileOf(wu, personId)).own?.tags).toEqual([])
  })

  it('of a friendship that has ended can’t be changed; personal tags neither', async () => {
    const { url, tags: [first], personId } = await fresh()
    expect(await wu.fail('PUT', url, { remove: ['p:老客户'] })).toMatchObject({ status: 422 })
    expect(await wu.fail('PUT', url, {})).toMatchObject({ status: 422 })
    house.sandbox.control.act({ action: 'staff_deletes', corpid, userid: 'wuxiaoyan', personId })
    expect(await wu.fail('PUT', url, { add: [first?.id] })).toMatchObject({ status: 502, details: { errcode: 84061 } })
  })
})

describe('a customer group', () => {
  const groupOf = (userid: string) => [...wecom().groups.values()].find((group) => group.owner === userid) ?? [...wecom().groups.values()].find((group) => group.members.some((member) => member.id === userid))
  const byChat = (person: Person, chatId: string) => person.ask('GET /api/group-chats/by-chat/:chatId', `/api/group-chats/by-chat/${chatId}`)

  it('shows owner, members, and who of them are customers', async () => {
    const group = groupOf('wuxiaoyan')
    if (!group) throw new Error('no group')
    const view = await byChat(wu, group.id)
    const outside = group.members.filter((member) => member.type === 2)
    expect(view).toMatchObject({ name: group.name, owner: { userid: group.owner }, memberCount: group.members.length, customerCount: outside.filter((member) => wecom().isCustomer(member.id)).length, state: 'normal' })
    const url = `/api/group-chats/${view.groupChatId}/members`
    const all = await wu.ask('GET /api/group-chats/:groupChatId/members', `${url}?limit=100`)
    expect(all.items.map((member) => member.memberId).sort()).toEqual(group.members.map((member) => member.id).sort())
    expect(all.items.filter((member) => member.own)).toHaveLength(view.ownCustomerCount)
    expect(all.items.filter((member) => member.own).every((member) => member.customerId !== null)).toBe(true)
    const paged: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const page: typeof all = await wu.ask('GET /api/group-chats/:groupChatId/members', `${url}?limit=3${after === '' ? '' : `&after=${after}`}`)
      paged.push(...page.items.map((member) => member.memberId))
      after = page.next
    }
    expect(paged).toEqual(all.items.map((member) => member.memberId))
    const staff = await wu.ask('GET /api/group-chats/:groupChatId/members', `${url}?kind=staff`)
    expect(staff.items.every((member) => member.kind === 'staff')).toBe(true)
  })

  it('is not found by people who are neither in it nor above somebody in it · GEN-9', async () => {
    const group = [...wecom().groups.values()].find((other) => !other.members.some((member) => member.id === 'dengkexin'))
    if (!group) throw new Error('no group')
    const deng = await house.person('dengkexin')
    const { groupChatId } = await byChat(admin, group.id)
    expect(await deng.fail('GET', `/api/group-chats/by-chat/${group.id}`)).toMatchObject({ status: 404 })
    expect(await deng.fail('GET', `/api/group-chats/${groupChatId}/members`)).toMatchObject({ status: 404 })
  })

  it('made a moment ago is read from WeCom at once; an unknown one is not found', async () => {
    const { chatId = '' } = house.sandbox.control.act({ action: 'group_create', corpid, userid: 'wuxiaoyan', name: '刚建的群', personIds: [onlyOf('wuxiaoyan').personId] })
    expect(await byChat(wu, chatId)).toMatchObject({ name: '刚建的群', customerCount: 1, ownCustomerCount: 1 })
    expect(await wu.fail('GET', '/api/group-chats/by-chat/wrNothing')).toMatchObject({ status: 404 })
  })
})
