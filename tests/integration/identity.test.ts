// Who is who, who leads whom, who may what: by the routes, and in several processes at once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorBody } from '@zhike/shared'
import type { RoleView, StaffRow } from '@zhike/shared/contract'
import { createModules } from '../../server/src/modules.ts'
import { buildApp } from '../../server/src/app.ts'
import { createContactsWriter } from '../../server/src/modules/identity/contacts-write.ts'
import { organisationStore } from '../../server/src/modules/identity/organisation-store.ts'
import { openHouse, syncStaff, type Caller, type House } from '../run/house.ts'

let house: House
let admin: Caller
beforeAll(async () => {
  house = await openHouse({ worker: true })
  await syncStaff(house)
  admin = await house.signIn('linzhixia')
})
afterAll(() => house.close())

const member = async (name: string): Promise<StaffRow> => {
  const { items } = await admin.call('GET /api/staff', { query: { q: name } })
  if (!items[0]) throw new Error(`${name} is missing`)
  return items[0]
}
const role = async (key: string): Promise<RoleView> => {
  const found = (await admin.call('GET /api/roles')).roles.find((one) => one.key === key)
  if (!found) throw new Error(`${key} is missing`)
  return found
}
const keysOf = (row: StaffRow): string[] => row.roles.map((one) => one.key).sort()
const give = async (row: StaffRow, roles: string[], shown: string[] | null = row.assigned) => await admin.attempt('PUT /api/staff/:staffId/roles', { params: { staffId: row.staffId }, body: { roles, shown } })
const own = async (name: string, permissions: RoleView['permissions'], dataScope: RoleView['dataScope'] = 'self') => await admin.call('POST /api/roles', { body: { name, permissions, dataScope } })

describe('the list of members', () => {
  test('pages by cursor without leaving out or repeating anybody; the first page says how many there are · GEN-1', async () => {
    const first = await admin.call('GET /api/staff', { query: { limit: 5 } })
    const seen = [...first.items]
    for (let next = first.next; next !== null;) {
      const page = await admin.call('GET /api/staff', { query: { limit: 5, after: next } })
      expect(page.total).toBeUndefined()
      seen.push(...page.items)
      next = page.next
    }
    expect(new Set(seen.map((row) => row.staffId)).size).toBe(seen.length)
    expect(first.total).toBe(seen.length)
  })
  test.each(['12', 'xyz', Buffer.from('["a"]').toString('base64url')])('a cursor of somebody else’s making (%s) is refused', async (after) => {
    expect((await admin.attempt('GET /api/staff', { query: { after } })).statusCode).toBe(400)
  })
  test('a department holds those of the departments below it; the number of its own is beside its name', async () => {
    const { departments } = await admin.call('GET /api/departments')
    const top = departments.find((one) => !departments.some((other) => other.departmentId === one.parentId))
    const all = await admin.call('GET /api/staff', { query: { departmentId: top?.departmentId, limit: 100 } })
    expect(all.total).toBe(all.items.length)
    for (const department of departments) {
      const { items } = await admin.call('GET /api/staff', { query: { departmentId: department.departmentId, limit: 100 } })
      expect(items.filter((row) => row.departments.some((one) => one.departmentId === department.departmentId)).length).toBe(department.members)
    }
  })
})

describe('which roles somebody holds · SYS-4', () => {
  test('the list, the sign-in and the number of holders say the same', async () => {
    const { items } = await admin.call('GET /api/staff', { query: { limit: 100 } })
    for (const userid of ['linzhixia', 'zhoumin', 'wuxiaoyan']) {
      const { viewer } = await (await house.signIn(userid)).call('GET /api/session')
      const row = items.find((one) => one.userid === userid)
      expect(row && keysOf(row), userid).toEqual(viewer.roles.map((one) => one.key).sort())
    }
    for (const one of (await admin.call('GET /api/roles')).roles) expect(items.filter((row) => keysOf(row).includes(one.key)).length, one.name).toBe(one.holders)
    expect(keysOf(await member('周敏'))).toEqual(['staff', 'store_manager'])
    expect((await member('周敏')).assigned).toEqual([])
  })
  test('an assigned role counts once with one that came by itself', async () => {
    const before = (await role('store_manager')).holders
    const zhoumin = await member('周敏')
    expect((await give(zhoumin, ['store_manager'])).statusCode).toBe(200)
    expect((await role('store_manager')).holders).toBe(before)
    expect((await give(await member('周敏'), [])).statusCode).toBe(200)
    expect(keysOf(await member('周敏'))).toContain('store_manager')
  })
})

describe('saving over someone else’s newer change · GEN-8', () => {
  test('a role that was changed meanwhile is kept, and the answer says so', async () => {
    const made = await own('区域经理', ['staff.read'])
    const params = { roleKey: made.key }
    const theirs = await admin.call('PUT /api/roles/:roleKey', { params, body: { version: made.version, permissions: ['staff.read', 'jobs.read'], dataScope: 'managed' } })
    const late = await admin.attempt('PUT /api/roles/:roleKey', { params, body: { version: made.version, permissions: [], dataScope: 'self' } })
    expect(late.statusCode).toBe(409)
    expect(late.json<ErrorBody>().message).toContain('刚刚被别人修改过')
    expect(await role(made.key)).toEqual(theirs)
  })
  test('of two who change a predefined role for the first time, one is asked', async () => {
    const { version } = await role('business_head')
    expect(version).toBe(0)
    const save = (permissions: string[]) => admin.attempt('PUT /api/roles/:roleKey', { params: { roleKey: 'business_head' }, body: { version, permissions, dataScope: 'managed' } })
    const answers = await Promise.all([save(['staff.read']), save(['jobs.read'])])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409])
  })
  test('roles given by somebody else meanwhile are named, and overwritten only on purpose', async () => {
    const made = await own('活动策划', ['materials.write'])
    const before = await member('赵一凡')
    expect((await give(before, [made.key])).statusCode).toBe(200)
    const late = await give(before, ['business_head'])
    expect(late.statusCode).toBe(409)
    expect(late.json<ErrorBody>().message).toBe('赵一凡的角色刚刚被别人改成了「活动策划」')
    expect((await give(before, [], null)).statusCode).toBe(200)
    expect((await member('赵一凡')).assigned).toEqual([])
  })
})

describe('several processes', () => {
  let second: { app: House['app']; session(caller: Caller): Promise<{ status: number; permissions: string[] }> }
  beforeAll(async () => {
    const app = await buildApp({ platform: house.platform, modules: createModules(house.platform), h5Folder: new URL('../../h5/dist', import.meta.url).pathname, state: { closing: false } })
    second = {
      app,
      async session(caller) {
        const answer = await app.inject({ url: '/api/session', headers: { cookie: caller.cookie } })
        return { status: answer.statusCode, permissions: answer.statusCode === 200 ? answer.json<{ viewer: { permissions: string[] } }>().viewer.permissions : [] }
      },
    }
  })
  afterAll(() => second.app.close())

  test('a changed role holds with the next request everywhere · SYS-4', async () => {
    const wu = await house.signIn('wuxiaoyan')
    expect((await second.session(wu)).permissions).not.toContain('audit.read')
    const made = await own('审计员', ['audit.read'])
    await give(await member('吴晓燕'), [made.key])
    expect((await second.session(wu)).permissions).toContain('audit.read')
    await admin.call('PUT /api/roles/:roleKey', { params: { roleKey: made.key }, body: { version: made.version, permissions: ['jobs.read'], dataScope: 'self' } })
    const { permissions } = await second.session(wu)
    expect(permissions).toContain('jobs.read')
    expect(permissions).not.toContain('audit.read')
  })
  test('a leaver is signed out at once everywhere · SYS-8', async () => {
    const deng = await house.signIn('dengkexin')
    expect((await second.session(deng)).status).toBe(200)
    const { staffId } = await member('邓可欣')
    await createContactsWriter(house.platform).setState(house.corpId, staffId, 'left')
    expect((await second.session(deng)).status).toBe(401)
    expect((await deng.attempt('GET /api/session')).statusCode).toBe(401)
  })
  test('a round of the contacts sync without news leaves what is kept in memory as it is · SYS-8', async () => {
    await syncStaff(house)
    const store = organisationStore(house.platform.db, house.corpId)
    const before = await store.version()
    await syncStaff(house)
    expect(await store.version()).toBe(before)
  })
})
