import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, syncStaff, type House } from '../run/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ worker: true, env: { TRUST_PROXY: '1' } })
  await syncStaff(house)
})
afterAll(() => house.close())

describe('addresses that anybody may call', () => {
  test('invented corp ids switch nobody off · SYS-1', async () => {
    const admin = await house.signIn('linzhixia')
    await house.app.inject({ url: `/auth/wecom/%23${house.corpId}` })
    await house.app.inject({ url: '/auth/wecom/nobody' })
    expect((await admin.attempt('GET /api/session')).statusCode).toBe(200)
    expect((await house.app.inject({ url: '/auth/wecom/%231' })).statusCode).toBe(404)
  })

  test('too long or strange addresses are told so, not answered with 500', async () => {
    expect((await house.app.inject({ url: `/auth/wecom/${'x'.repeat(90)}` })).statusCode).toBe(400)
    expect((await house.app.inject({ url: `/${'x'.repeat(150)}` })).statusCode).toBe(400)
  })

  test('a sign-in needs no corp where there is only one, and tells nobody who the others are · SYS-1, SYS-3', async () => {
    const start = () => house.app.inject({ url: '/auth/wecom', query: { mode: 'web' } })
    expect((await start()).headers.location).toContain(house.wecomCorpId)
    const other = await house.modules.corps.add({ wecomCorpId: 'wwsecondcorp000001', name: '别家的名字', adminUserids: ['someone'] })
    const asked = await start()
    expect(asked.statusCode).toBe(404)
    expect(asked.body).toContain('?corp=企业ID')
    expect(asked.body).not.toMatch(/别家的名字|wwsecondcorp/)
    await house.modules.corps.suspend(other.id, true)
    expect((await start()).statusCode).toBe(302)
  })

  test('a sign-in is answered once', async () => {
    const start = await house.app.inject({ url: `/auth/wecom/${house.wecomCorpId}`, query: { next: '/workbench' } })
    const cookie = start.cookies.map((c) => `${c.name}=${c.value}`).join('; ')
    const state = new URL(String(start.headers.location)).searchParams.get('state') ?? ''
    const before = house.sandbox.control.stats()
    const back = () => house.app.inject({ url: '/auth/wecom/callback', query: { state, code: 'made-up' }, headers: { cookie } })
    await back()
    const again = await back()
    expect(again.statusCode).toBe(400)
    expect(again.body).toContain('已经用过')
    const asked = (stats: typeof before) => stats.calls['/cgi-bin/auth/getuserinfo'] ?? 0
    expect(asked(house.sandbox.control.stats()) - asked(before)).toBe(1)
  })
})

describe('who is calling', () => {
  test('behind one proxy a forged X-Forwarded-For is not believed', async () => {
    const answer = await house.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' } })
    expect(answer.statusCode).toBe(403)
    const direct = await house.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
    expect(direct.statusCode).toBe(200)
  })

  test.each([
    ['another site', { origin: 'https://evil.example' }], ['a page without origin', { origin: 'null' }], ['a sibling domain', { 'sec-fetch-site': 'same-site' }],
  ])('a change asked for by %s is refused, however the path is written (CSRF)', async (_who, headers) => {
    const admin = await house.signIn('linzhixia')
    for (const url of ['/api/setup/callback-keys', '/%61pi/setup/callback-keys']) {
      expect((await house.app.inject({ method: 'POST', url, headers: { cookie: admin.cookie, ...headers } })).statusCode).toBe(403)
    }
  })
})

describe('rights · SYS-4', () => {
  test('whoever may assign roles can’t raise herself above what she may do', async () => {
    const admin = await house.signIn('linzhixia')
    const role = await admin.call('POST /api/roles', { body: { name: '人事', permissions: ['roles.write', 'staff.read'], dataScope: 'managed' } })
    const { items } = await admin.call('GET /api/staff', { query: { q: '周敏' } })
    const zhoumin = items[0]?.staffId ?? 0
    await admin.call('PUT /api/staff/:staffId/roles', { params: { staffId: zhoumin }, body: { roles: [role.key], shown: [] } })
    const her = await house.signIn('zhoumin')
    const tries = [
      her.attempt('PUT /api/staff/:staffId/roles', { params: { staffId: zhoumin }, body: { roles: [role.key, 'super_admin'], shown: [role.key] } }),
      her.attempt('PUT /api/roles/:roleKey', { params: { roleKey: role.key }, body: { version: 1, permissions: ['roles.write', 'audit.read'], dataScope: 'managed' } }),
      her.attempt('PUT /api/roles/:roleKey', { params: { roleKey: 'staff' }, body: { version: 0, permissions: ['customers.write'], dataScope: 'all' } }),
    ]
    expect((await Promise.all(tries)).map((answer) => answer.statusCode)).toEqual([403, 403, 403])
  })
  test('nor take away what she may not do herself, nor change a role held by people she does not see', async () => {
    const admin = await house.signIn('linzhixia')
    const beyond = await admin.call('POST /api/roles', { body: { name: '稽核', permissions: ['audit.read'], dataScope: 'self' } })
    const her = await house.signIn('zhoumin')
    const put = (roleKey: string, version: number, permissions: string[], dataScope: string) => her.attempt('PUT /api/roles/:roleKey', { params: { roleKey }, body: { version, permissions, dataScope } })
    const tries = [
      put(beyond.key, beyond.version, [], 'self'), put('business_head', 0, [], 'self'), put('staff', 0, [], 'self'),
      her.attempt('DELETE /api/roles/:roleKey', { params: { roleKey: beyond.key } }),
      her.attempt('POST /api/roles', { body: { name: '下属', permissions: [], dataScope: 'self_and_sub' } }),
      her.attempt('POST /api/roles', { body: { name: '仅下属', permissions: [], dataScope: 'sub_only' } }),
    ]
    expect((await Promise.all(tries)).map((answer) => answer.statusCode)).toEqual([403, 403, 403, 403, 403, 403])
    const hers = await her.call('POST /api/roles', { body: { name: '店助', permissions: ['staff.read'], dataScope: 'managed' } })
    expect((await put(hers.key, hers.version, [], 'self')).statusCode).toBe(200)
    expect((await her.attempt('DELETE /api/roles/:roleKey', { params: { roleKey: hers.key } })).statusCode).toBe(204)
  })
})
