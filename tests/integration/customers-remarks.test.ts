// What members write about their own customers, in WeCom and here (CUS-11), and what WeCom tells of it.
import { DEMO_CORP } from '@zhike/sandbox/demo'
import type { CustomerProfile } from '@zhike/shared/contract'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CustomersHouse, openCustomersHouse, type Person } from './customers-house.ts'

const corpid = DEMO_CORP.corpid
let house: CustomersHouse
let wu: Person
let zhou: Person
let liu: Person
let personId = ''
let customerId = 0

beforeAll(async () => {
  house = await openCustomersHouse()
  for (const kind of ['contacts_sync', 'tags_sync', 'customers_sync'] as const) await house.sync(kind)
  wu = await house.person('wuxiaoyan')
  zhou = await house.person('zhoumin')
  liu = await house.person('liuyutong')
})
afterAll(() => house.close())
beforeEach(async () => {
  personId = house.sandbox.control.act({ action: 'customer_adds', corpid, userid: 'wuxiaoyan', name: '要备注的' }).personId ?? ''
  house.pass(21_000)
  customerId = (await profile()).customerId
})
afterEach(() => house.sandbox.control.setFaults({}))

const url = () => `/api/customers/${customerId}/remark`
const put = (body: object) => wu.ask('PUT /api/customers/:customerId/remark', url(), body)
const profile = (): Promise<CustomerProfile> => wu.ask('GET /api/customers/by-external/:externalUserId', `/api/customers/by-external/${personId}`)
const inWecom = () => house.sandbox.control.sandbox.corps.get(corpid)?.follow('wuxiaoyan', personId)
const told = async () => (await wu.ask('GET /api/customers/:customerId/timeline', `/api/customers/${customerId}/timeline`)).items.map((row) => [row.title, row.detail])

describe('remarks on the viewer’s own relation · CUS-11', () => {
  it('are in WeCom and here, told in the timeline, the audit log and live', async () => {
    const screens: unknown[] = []
    const end = house.platform.live.subscribe(house.corp.id, (message) => screens.push(message))
    const { own } = await put({ remark: ' 王姐（二胎） ', description: '周末到店\n要看推车', remarkCorp: '青禾幼儿园', phones: { mark: 'none', keep: [], add: ['138 0013-8000', '+86 13900139000'] } })
    expect(own).toMatchObject({ remark: '王姐（二胎）', description: '周末到店\n要看推车', remarkCorp: '青禾幼儿园', phones: ['138****8000', '139****9000'] })
    expect(inWecom()).toMatchObject({ remark: '王姐（二胎）', description: '周末到店\n要看推车', remarkCorp: '青禾幼儿园', remarkMobiles: ['13800138000', '13900139000'] })
    expect((await told()).slice(0, 2).sort()).toEqual([['修改了备注', '王姐（二胎）'], ['修改了描述、企业、手机号', null]].sort())
    const [audited] = await house.query<{ after: string }>(`SELECT after_value AS after FROM audit_logs WHERE action = 'customer.remark_changed' AND customer_id = ?`, [customerId])
    expect(JSON.stringify(audited?.after)).toContain('手机号')
    expect(JSON.stringify(audited?.after)).not.toMatch(/1380013|推车/)
    await expect.poll(() => screens).toContainEqual({ owners: [wu.staffId], event: { kind: 'customer', customerId } })
    expect(await house.query('SELECT 1 FROM customer_relations WHERE check_at IS NOT NULL')).toHaveLength(0)
    end()
  })

  it('leave what is not named as it is; what is already so changes nothing', async () => {
    await put({ remark: '王姐', description: '老客户介绍' })
    house.pass(1000)
    await put({ remark: '王女士' })
    expect(inWecom()).toMatchObject({ remark: '王女士', description: '老客户介绍' })
    const before = await told()
    house.pass(1000)
    await put({ remark: '王女士', description: '老客户介绍' })
    expect(await told()).toEqual(before)
    await put({ remark: '' })
    expect(inWecom()?.remark).toBe('')
  })

  it('take numbers away one by one, named by the list that was seen: of another list nothing is taken', async () => {
    const { own } = await put({ phones: { mark: 'none', keep: [], add: ['13800138000', '13900139000', '13700137000'] } })
    await put({ phones: { mark: own?.phonesMark, keep: [0, 2], add: [] } })
    expect(inWecom()?.remarkMobiles).toEqual(['13800138000', '13700137000'])
    expect(await wu.fail('PUT', url(), { phones: { mark: own?.phonesMark, keep: [], add: [] } })).toMatchObject({ status: 409, message: '手机号刚刚在别处修改过，请刷新后再改' })
    await put({ phones: { mark: (await profile()).own?.phonesMark, keep: [], add: [] } })
    expect(inWecom()?.remarkMobiles).toEqual([])
    expect((await profile()).own).toMatchObject({ phones: [], phonesMark: 'none' })
  })

  it.each([
    ['a number with a digit too few', { phones: { mark: 'none', keep: [], add: ['1380013800'] } }, '手机号应是以 1 开头的 11 位数字'],
    ['a number that is none', { phones: { mark: 'none', keep: [], add: ['打电话给我'] } }, '手机号应是以 1 开头的 11 位数字'],
    ['a remark that is too long', { remark: '长'.repeat(21) }, '备注名最多 20 个字'],
    ['a description that is too long', { description: '长'.repeat(151) }, '描述最多 150 个字'],
    ['nothing at all', {}, '没有要修改的内容'],
  ])('refuse %s · CUS-9', async (_name, body, message) => {
    const refused = await wu.fail('PUT', url(), body)
    expect(refused.status).toBe(422)
    expect(JSON.stringify(refused)).toContain(message)
    expect(inWecom()).toMatchObject({ remark: '', description: '', remarkMobiles: [] })
  })

  it('that WeCom refuses stay as they were, and it is said why · GEN-13', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/remark', errcode: 60020, errmsg: 'not allow to access from your ip, from ip: 203.0.113.7', times: 1 }] })
    expect(await wu.fail('PUT', url(), { remark: '王姐' })).toMatchObject({ status: 502, code: 'wecom', details: { errcode: 60020 } })
    expect((await profile()).own?.remark).toBe('')
  })

  it('whose writing had no answer are read back from WeCom', async () => {
    house.sandbox.control.setFaults({ api: [{ path: '/cgi-bin/externalcontact/remark', dropConnection: 'after', times: 5 }] })
    expect((await put({ remark: '王姐', phones: { mark: 'none', keep: [], add: ['13800138000'] } })).own).toMatchObject({ remark: '王姐', phones: ['138****8000'] })
    expect(await house.query(`SELECT 1 FROM audit_logs WHERE action = 'customer.remark_changed' AND customer_id = ?`, [customerId])).toHaveLength(1)
  })

  it('that a member makes in WeCom are told in the same words', async () => {
    house.sandbox.control.act({ action: 'staff_edits', corpid, userid: 'wuxiaoyan', personId, remark: '王阿姨', description: '新描述', mobiles: ['13600136000'] })
    house.pass(21_000)
    await house.edited(personId)
    expect((await profile()).own).toMatchObject({ remark: '王阿姨', description: '新描述', phones: ['136****6000'] })
    expect((await told()).slice(0, 2).sort()).toEqual([['修改了备注', '王阿姨'], ['修改了描述、手机号', null]].sort())
  })

  it('of a colleague’s customer, or of somebody who is no friend any more, can’t be written', async () => {
    expect(await liu.fail('PUT', url(), { remark: '我的' })).toMatchObject({ status: 404 })
    expect(await zhou.fail('PUT', url(), { remark: '我的' })).toMatchObject({ status: 409, message: '你和这位客户不是好友，不能修改备注' })
    house.sandbox.control.act({ action: 'staff_deletes', corpid, userid: 'wuxiaoyan', personId })
    expect(await wu.fail('PUT', url(), { remark: '晚了' })).toMatchObject({ status: 502, details: { errcode: 84061 } })
  })
})

it('personal tags are shown to the member whose they are, and to nobody else · TAG-10', async () => {
  house.sandbox.control.act({ action: 'staff_edits', corpid, userid: 'wuxiaoyan', personId, personalTags: ['爱喝茶'] })
  house.pass(21_000)
  await house.edited(personId)
  expect((await profile()).own?.tags).toMatchObject([{ name: '爱喝茶', kind: 'personal' }])
  expect((await told())[0]).toEqual(['添加了标签', '爱喝茶'])
  const admin = await house.person('linzhixia')
  const seen = await admin.ask('GET /api/customers/:customerId', `/api/customers/${customerId}`)
  expect(seen.relations.flatMap((relation) => relation.tags)).toEqual([])
  const { items } = await admin.ask('GET /api/customers/:customerId/timeline', `/api/customers/${customerId}/timeline`)
  expect(items[0]).toMatchObject({ title: '修改了个人标签', detail: null })
  expect(JSON.stringify([seen, items])).not.toContain('爱喝茶')
})
