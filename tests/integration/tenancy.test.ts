import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract, type ContractKey, type Endpoint } from '@zhike/shared/contract'
import { openHouse, type Caller, type House } from '../run/house.ts'
import { seedOwnedThings, type OwnedThings } from '../run/owned-things.ts'

/** What a caller would send who has learned ids that aren't hers. Every endpoint must be here: a new one does not compile without. */
function guesses(of: OwnedThings): Record<ContractKey, { params?: object; query?: object; body?: object }> {
  const shared = { title: '别人的素材', summary: '', groupId: of.materialGroupId, score: 0, tagIds: [] }
  return {
    'GET /api/session': {},
    'DELETE /api/session': {},
    'GET /api/wecom/signature': { query: { url: 'https://elsewhere.example/', kind: 'agent' } },
    'POST /api/wecom/jssdk-result': { body: { ok: false, error: 'guess' } },
    'POST /api/setup/session': { body: { ticket: 'x'.repeat(32) } },
    'GET /api/setup': {},
    'POST /api/setup/check': {},
    'PUT /api/setup/corp': { body: { name: '抢来的', wecomCorpId: of.wecomCorpId, agentId: 1, adminUserids: ['evil'] } },
    'PUT /api/setup/domain-file': { body: { fileName: 'WW_verify_abcdefgh12345678.txt' } },
    'POST /api/setup/callback-keys': {},
    'GET /api/official-account': {},
    'PUT /api/official-account': { body: { appId: 'wx0123456789abcdef', secret: 'f'.repeat(32), readerSignIn: 'silent', domainFile: null } },
    'POST /api/official-account/check': {},
    'DELETE /api/official-account': {},
    'GET /api/staff': {},
    'GET /api/staff/:staffId/contact-way': { params: { staffId: of.staffId } },
    'GET /api/departments': {},
    'POST /api/staff/sync': {},
    'GET /api/roles': {},
    'PUT /api/roles/:roleKey': { params: { roleKey: of.roleKey }, body: { version: 1, permissions: [], dataScope: 'all' } },
    'POST /api/roles': { body: { name: '新角色', permissions: [], dataScope: 'self' } },
    'DELETE /api/roles/:roleKey': { params: { roleKey: of.roleKey } },
    'PUT /api/staff/:staffId/roles': { params: { staffId: of.staffId }, body: { roles: ['super_admin'], shown: null } },
    'GET /api/jobs': {},
    'GET /api/jobs/:jobId': { params: { jobId: of.jobId } },
    'GET /api/jobs/:jobId/file': { params: { jobId: of.jobId } },
    'GET /api/jobs/:jobId/failures/file': { params: { jobId: of.jobId } },
    'GET /api/jobs/:jobId/failures': { params: { jobId: of.jobId } },
    'POST /api/jobs/:jobId/retry': { params: { jobId: of.jobId } },
    'POST /api/jobs/:jobId/retry-failures': { params: { jobId: of.jobId } },
    'POST /api/jobs/:jobId/cancel': { params: { jobId: of.jobId } },
    'GET /api/audit': {},
    'GET /api/audit/count': {},
    'POST /api/audit/export': {},
    'GET /api/callbacks': {},
    'GET /api/callbacks/:callbackId': { params: { callbackId: of.callbackId } },
    'POST /api/callbacks/:callbackId/replay': { params: { callbackId: of.callbackId } },
    'GET /api/customers': {},
    'GET /api/customers/:customerId': { params: { customerId: of.customerId } },
    'GET /api/customers/by-external/:externalUserId': { params: { externalUserId: of.externalUserId } },
    'GET /api/customers/:customerId/timeline': { params: { customerId: of.customerId } },
    'PUT /api/customers/:customerId/tags': { params: { customerId: of.customerId }, body: { add: [of.tagId], remove: [] } },
    'PUT /api/customers/:customerId/remark': { params: { customerId: of.customerId }, body: { remark: '别人的客户' } },
    'GET /api/customers/:customerId/phones': { params: { customerId: of.customerId } },
    'POST /api/customers/:customerId/export': { params: { customerId: of.customerId } },
    'DELETE /api/customers/:customerId/data': { params: { customerId: of.customerId }, body: { name: of.customerName } },
    'POST /api/customers/sync': {},
    'GET /api/tags': {},
    'POST /api/tags': { body: { in: { groupId: of.tagGroupId }, names: ['混进来的'] } },
    'PUT /api/tags/:tagId': { params: { tagId: of.tagId }, body: { name: '改掉别人的' } },
    'GET /api/tags/:tagId/uses': { params: { tagId: of.tagId } },
    'DELETE /api/tags/:tagId': { params: { tagId: of.tagId } },
    'PUT /api/tag-groups/order': { body: { groupIds: [of.tagGroupId] } },
    'PUT /api/tag-groups/:groupId/order': { params: { groupId: of.tagGroupId }, body: { tagIds: [of.tagId] } },
    'PUT /api/tag-groups/:groupId': { params: { groupId: of.tagGroupId }, body: { name: '改掉别人的' } },
    'DELETE /api/tag-groups/:groupId': { params: { groupId: of.tagGroupId } },
    'POST /api/tags/sync': {},
    'GET /api/group-chats/by-chat/:chatId': { params: { chatId: of.chatId } },
    'GET /api/group-chats/:groupChatId/members': { params: { groupChatId: of.groupChatId } },
    'GET /api/materials': { query: { customerId: of.customerId } },
    'GET /api/materials/:materialId': { params: { materialId: of.materialId } },
    'POST /api/materials': { body: { type: 'pdf', fileId: of.fileId, ...shared } },
    'PUT /api/materials/:materialId': { params: { materialId: of.materialId }, body: { version: 1, form: { type: 'pdf', fileId: of.fileId, ...shared } } },
    'GET /api/materials/:materialId/uses': { params: { materialId: of.materialId } },
    'GET /api/materials/:materialId/preview-link': { params: { materialId: of.materialId } },
    'PUT /api/materials/:materialId/favourite': { params: { materialId: of.materialId }, body: { favourite: true } },
    'GET /api/materials/:materialId/media': { params: { materialId: of.materialId } },
    'DELETE /api/materials/:materialId': { params: { materialId: of.materialId } },
    'GET /api/materials/:materialId/pictures/:name': { params: { materialId: of.materialId, name: 'cover-360.webp' } },
    'GET /api/material-groups': {},
    'POST /api/material-groups': { body: { name: '新分组' } },
    'PUT /api/material-groups/:groupId': { params: { groupId: of.materialGroupId }, body: { name: '改名' } },
    'DELETE /api/material-groups/:groupId': { params: { groupId: of.materialGroupId } },
    'PUT /api/material-groups/order': { body: { scope: 'corp', groupIds: [of.materialGroupId] } },
    'GET /api/material-departments': {},
    'POST /api/links/look': { body: { url: 'http://127.0.0.1/' } },
    'POST /api/articles/import': { body: { url: 'http://127.0.0.1/' } },
    'POST /api/uploads': { body: { kind: 'pdf', name: '机密.pdf', bytes: 10 } },
    'GET /api/uploads/:uploadId': { params: { uploadId: of.uploadId } },
    'PUT /api/uploads/:uploadId/pieces/:number': { params: { uploadId: of.uploadId, number: 0 } },
    'POST /api/uploads/:uploadId/finish': { params: { uploadId: of.uploadId } },
    'DELETE /api/uploads/:uploadId': { params: { uploadId: of.uploadId } },
    'GET /api/files/:fileId/picture': { params: { fileId: of.fileId } },
    'GET /api/notices': {},
    'GET /api/notices/unread': {},
    'PUT /api/notices/read': { body: { upTo: 1 } },
    'POST /api/shares': { body: { materialId: of.materialId, chat: { kind: 'customer', externalUserId: of.externalUserId }, requestId: '7d1f0f7a-6d0b-4a53-9a53-3f0d5d1c2b11' } },
    'PUT /api/shares/:shareId/outcome': { params: { shareId: of.shareId }, body: { state: 'sent' } },
    'GET /api/radar/views': { query: { customerId: of.customerId, materialId: of.materialId } },
    'POST /api/radar/views/export': { body: { materialId: of.materialId } },
    'GET /api/radar/trend': {},
    'GET /api/radar/readers': {},
    'GET /api/radar/hot-customers': {},
    'GET /api/radar/ranking/materials': {},
    'GET /api/radar/ranking/staff': { query: { materialId: of.materialId } },
    'GET /api/radar/ranking/departments': {},
    'GET /api/radar/materials/:materialId/figures': { params: { materialId: of.materialId } },
    'GET /api/radar/today': {},
    'GET /api/radar/settings': {},
    'PUT /api/radar/settings': { body: { version: 0, consentLine: false, tellReading: false, tellSummary: false, quiet: { from: '00:00', until: '23:59' }, keepViewsDays: 30 } },
    'GET /api/radar/settings/old-views': { query: { days: 30 } },
    'GET /api/radar/forwards': { query: { materialId: of.materialId } },
    'GET /api/radar/shares/:shareId/tree': { params: { shareId: of.shareId } },
    'GET /api/live': {},
  }
}

const endpoints = Object.entries<Endpoint>(contract) as [ContractKey, Endpoint][]

let house: House
let things: OwnedThings
let foreignAdmin: Caller
beforeAll(async () => {
  house = await openHouse({ synced: true })
  things = await seedOwnedThings(house)
  foreignAdmin = await things.foreignAdmin()
})
afterAll(() => house.close())

// 502: the foreign corp's own WeCom doesn't know the id either.
const refused = [401, 403, 404, 409, 410, 422, 502]

describe('another tenant · SYS-1', () => {
  test.each(endpoints.filter(([key]) => key !== 'GET /api/live' && key !== 'DELETE /api/session'))('%s gives and changes nothing of it', async (key) => {
    const input = guesses(things)[key]
    const before = await things.fingerprint()
    const answer = await foreignAdmin.attempt(key, input)
    // Named ids are refused; lists and settings answer with the caller's own corp.
    if (input.params && key !== 'PUT /api/roles/:roleKey') expect(refused, `${key} answered ${answer.statusCode} ${answer.body.slice(0, 200)}`).toContain(answer.statusCode)
    for (const secret of things.secrets) expect(answer.body, `${key} shows what belongs to another corp`).not.toContain(secret)
    expect(await things.fingerprint(), `${key} changed another corp`).toEqual(before)
  })
})

describe('a plain member of the same corp · SYS-4, SYS-5', () => {
  let member: Caller
  beforeAll(async () => {
    member = await house.signIn(things.otherUserid)
  })
  test.each(endpoints.filter(([, endpoint]) => endpoint.who.kind === 'setup' || (endpoint.who.kind === 'staff' && endpoint.who.permission !== undefined && endpoint.who.permission !== 'customers.write')))('%s is not hers', async (key) => {
    const before = await things.fingerprint()
    const answer = await member.attempt(key, guesses(things)[key])
    expect(answer.statusCode, answer.body).toBe(403)
    expect(answer.json()).toMatchObject({ code: 'forbidden', message: expect.stringMatching(/[\u4e00-\u9fff]/) as string })
    expect(await things.fingerprint()).toEqual(before)
  })
  test.each([
    'GET /api/jobs/:jobId', 'GET /api/jobs/:jobId/file', 'GET /api/jobs/:jobId/failures', 'GET /api/jobs/:jobId/failures/file', 'POST /api/jobs/:jobId/retry', 'POST /api/jobs/:jobId/cancel',
  ] satisfies ContractKey[])('%s: a job that somebody else asked for is not hers · GEN-6', async (key) => {
    const before = await things.fingerprint()
    const answer = await member.attempt(key, guesses(things)[key])
    expect(answer.statusCode, answer.body).toBe(404)
    expect(await things.fingerprint()).toEqual(before)
  })
  test.each([
    'GET /api/customers/:customerId', 'GET /api/customers/by-external/:externalUserId', 'GET /api/customers/:customerId/timeline', 'PUT /api/customers/:customerId/tags', 'PUT /api/customers/:customerId/remark', 'POST /api/shares', 'PUT /api/shares/:shareId/outcome',
  ] satisfies ContractKey[])('%s: a colleague’s customer is not hers · GEN-9', async (key) => {
    const answer = await member.attempt(key, guesses(things)[key])
    expect(answer.statusCode, answer.body).toBe(404)
  })
  test('lists, views and counts hold nothing of a colleague’s customer · GEN-9', async () => {
    for (const key of ['GET /api/customers', 'GET /api/radar/views', 'GET /api/radar/today', 'GET /api/radar/readers', 'GET /api/radar/hot-customers'] satisfies ContractKey[]) {
      const answer = await member.attempt(key, {})
      expect(answer.statusCode).toBe(200)
      expect(answer.body).not.toContain(things.customerName)
    }
    const views = await member.call('GET /api/radar/views', { query: { customerId: things.customerId } })
    expect(views.items).toEqual([])
    expect((await member.call('GET /api/jobs')).items).toEqual([])
  })
})

describe('nobody', () => {
  test.each(endpoints.filter(([, endpoint]) => endpoint.who.kind !== 'public'))('%s asks to sign in', async (key) => {
    const answer = await house.anonymous.attempt(key, guesses(things)[key])
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'unauthorized', requestId: expect.any(String) as string })
  })
  test('a request from another website is refused (CSRF)', async () => {
    const answer = await house.app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie: foreignAdmin.cookie, origin: 'https://evil.example' } })
    expect(answer.statusCode).toBe(403)
  })
})
