// A customer's data is deleted on request (SYS-17): everywhere, for good, and provably.
import { and, eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { RowDataPacket } from 'mysql2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callbacks } from '../../server/src/modules/callbacks/tables.ts'
import { customerErasures, customers, relations } from '../../server/src/modules/customers/tables.ts'
import { groupChatMembers, groupChats } from '../../server/src/modules/group-chats/tables.ts'
import { jobFailures, jobs } from '../../server/src/modules/jobs/tables.ts'
import { materials } from '../../server/src/modules/materials/tables.ts'
import { materialDays, shares, viewPages, views, visitors } from '../../server/src/modules/radar/tables.ts'
import { type Caller, type House, openHouse, syncEverything } from '../run/house.ts'

const OWNER = 'chensiyuan'
const NICKNAME = '要被忘记的沐沐🌙'
const REMARK = '沐小姐-浦东金桥'
const PHONE = '13917205566'

let ahead = 0
let house: House
let admin: Caller
let customerId: number
let externalUserId: string
let chatId: string

const act = (action: Record<string, unknown> & { action: string }) => {
  pass(3_000)
  return house.sandbox.control.act({ corpid: house.wecomCorpId, ...action } as Parameters<typeof house.sandbox.control.act>[0])
}
const pass = (ms: number) => {
  ahead += ms
  house.sandbox.control.shiftClock(ms)
}
const told = () => ({ toUserName: house.wecomCorpId, fromUserName: 'sys', createTime: house.sandbox.control.sandbox.clock.seconds() * 1000, agentId: null })
const addedBy = (userId: string) => house.modules.customers.events.customer_added({ ...told(), kind: 'customer_added', state: null, welcomeCode: null, userId, externalUserId }, { corpId: house.corpId, callbackId: 1 })

/** Where any of these texts can still be found: every column of every table, and all of Redis. */
async function tracesOf(texts: readonly string[]): Promise<string[]> {
  const { pool } = house.platform.database
  const [tables] = await pool.query<(RowDataPacket & { name: string })[]>('SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()')
  const found: string[] = []
  for (const { name } of tables) {
    const [rows] = await pool.query<RowDataPacket[]>(`SELECT * FROM \`${name}\``)
    for (const row of rows) for (const text of texts) if (JSON.stringify(row).includes(text)) found.push(`${name}: ${text} in ${JSON.stringify(row).slice(0, 300)}`)
  }
  for (const key of await house.platform.redis.keys('*')) {
    const value = await house.platform.redis.dumpBuffer(key)
    for (const text of texts) if (key.includes(text) || value?.includes(text)) found.push(`redis ${key}: ${text}`)
  }
  return found
}
const texts = () => [externalUserId, NICKNAME, REMARK, PHONE, '沐沐的旧名字']

beforeAll(async () => {
  house = await openHouse({ synced: true, clock: { now: () => Date.now() + ahead } })
  admin = await house.signIn('linzhixia')
  const { personId } = act({ action: 'customer_adds', userid: OWNER, name: '沐沐的旧名字' })
  if (personId === undefined) throw new Error('nobody was added')
  externalUserId = personId
  act({ action: 'staff_edits', userid: OWNER, personId, remark: REMARK, mobiles: [PHONE], personalTags: ['爱喝茶'] })
  await addedBy(OWNER)
  act({ action: 'customer_renames', personId, name: NICKNAME })
  const group = act({ action: 'group_create', userid: OWNER, name: '新客福利群', personIds: [personId] })
  chatId = group.chatId ?? ''
  await syncEverything(house)
  const [row] = await house.platform.db.select().from(customers).where(and(eq(customers.corpId, house.corpId), eq(customers.externalUserId, personId)))
  if (!row) throw new Error('she is not there')
  customerId = row.id
  await leaveTraces()
}, 120_000)
afterAll(() => house.close())

/** What staff and readers leave about her in the areas. */
async function leaveTraces(): Promise<void> {
  const { corpId, platform: { db, clock }, modules } = house
  const now = clock.now()
  const owner = await house.signIn(OWNER)
  const { groups: [group] } = await owner.call('GET /api/tags')
  await owner.call('PUT /api/customers/:customerId/tags', { params: { customerId }, body: { add: [group?.tags[0]?.tagId ?? ''] } })
  await admin.call('GET /api/customers/:customerId/phones', { params: { customerId } })
  const [staff] = await db.select().from(relations).where(and(eq(relations.corpId, corpId), eq(relations.customerId, customerId)))
  const staffId = staff?.staffId ?? 0
  const [material] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 0, type: 'link', title: '春季价目表', tagIds: [], createdAt: now, updatedAt: now, createdBy: staffId, updatedBy: staffId })
  const share = { corpId, materialId: material.insertId, staffId, context: 'single_chat' as const, customerId, state: 'sent' as const, createdAt: now, sentAt: now }
  const [sent] = await db.insert(shares).values({ ...share, token: 'tok-erasure-aaaaaaaaaaaa', requestId: randomUUID(), boundVisitor: 'her-device' })
  const view = { corpId, shareId: sent.insertId, materialId: material.insertId, staffId, openedAt: now, lastSeenAt: now, visibleMs: 8000, announced: 2 }
  const [hers] = await db.insert(views).values({ ...view, viewKey: 'v-hers', visitorId: 'her-device', customerId, reader: 'customer' })
  const [forwarded] = await db.insert(views).values({ ...view, viewKey: 'v-friend', visitorId: 'friends-device', reader: 'forwarded' })
  await db.insert(viewPages).values({ corpId, viewId: hers.insertId, page: 1, visibleMs: 8000 })
  await db.insert(visitors).values({ corpId, visitorId: 'her-device', externalUserId, openId: 'her-openid', customerId, knownBy: 'wechat', createdAt: now })
  await db.insert(materialDays).values({ corpId, materialId: material.insertId, day: '2026-03-04', views: 2, shares: 1 })
  const card = (title: string) => ({ title, lines: [`由发给「${NICKNAME}」的链接转发`], url: 'https://zhike.example/', button: '看客户' })
  await modules.notices.intend(db, corpId, [
    { staffId, kind: 'material_opened', onceKey: `open:${hers.insertId}:${staffId}`, card: card(`${NICKNAME} 打开了《春季价目表》`), dueAt: now + 86_400_000 },
    { staffId, kind: 'material_opened', onceKey: `open:${forwarded.insertId}:${staffId}`, card: card('未识别的读者 打开了《春季价目表》'), dueAt: now + 86_400_000 },
  ])
  await db.insert(callbacks).values([
    { corpId, digest: Buffer.alloc(32, 1), event: 'change_external_contact', changeType: 'edit_external_contact', subject: externalUserId, body: `<xml><ExternalUserID>${externalUserId}</ExternalUserID></xml>`, state: 'done', createdAt: now, receivedAt: now, dueAt: now + 86_400_000 },
    { corpId, digest: Buffer.alloc(32, 2), event: 'change_external_chat', subject: chatId, body: `<xml><MemChangeList><Item>${externalUserId}</Item></MemChangeList></xml>`, state: 'dead', createdAt: now, receivedAt: now, dueAt: now },
    { corpId, digest: Buffer.alloc(32, 3), event: 'change_external_chat', subject: chatId, body: '<xml><MemChangeList><Item>wm-another-person</Item></MemChangeList></xml>', state: 'done', createdAt: now, receivedAt: now, dueAt: now + 86_400_000 },
  ])
  const [job] = await db.select().from(jobs).where(and(eq(jobs.corpId, corpId), eq(jobs.kind, 'customers_sync'))).limit(1)
  await db.insert(jobFailures).values({ corpId, jobId: job?.id ?? 0, item: externalUserId, reason: '企业微信中查不到这位客户' })
}

describe('deleting a customer’s data on request', () => {
  it('before it, there are traces of her in many places', async () => {
    const tables = new Set((await tracesOf(texts())).map((trace) => trace.split(':')[0]))
    expect([...tables].sort()).toEqual(['audit_logs', 'callbacks', 'customer_events', 'customer_relations', 'customers', 'group_chat_members', 'job_failures', 'notices', 'visitors'])
  })

  it('is for those who hold the permission, for customers wholly within their scope, and names her · SYS-4, SYS-17, GEN-3', async () => {
    const owner = await house.signIn(OWNER)
    const input = { params: { customerId }, body: { name: NICKNAME } }
    expect((await owner.attempt('DELETE /api/customers/:customerId/data', input)).statusCode).toBe(403)
    await admin.call('PUT /api/roles/:roleKey', { params: { roleKey: 'staff' }, body: { version: 0, permissions: ['customers.write', 'customers.delete'], dataScope: 'self' } })
    act({ action: 'customer_adds', userid: 'wuxiaoyan', personId: externalUserId })
    await addedBy('wuxiaoyan')
    const refused = await owner.attempt('DELETE /api/customers/:customerId/data', input)
    expect(refused.statusCode).toBe(403)
    expect(refused.body).toContain('数据范围之外的同事')
    const other = await admin.attempt('DELETE /api/customers/:customerId/data', { params: { customerId }, body: { name: '另一位' } })
    expect(other.statusCode).toBe(409)
  })

  it('leaves no row, cache or queue that holds her name, remark, ids, phones or reading, also when it breaks off in the middle · SYS-17', async () => {
    const { callbacks: area } = house.modules
    const forget = area.forgetCustomer
    let brokenOff = 0
    area.forgetCustomer = () => Promise.reject(new Error(`broken off ${++brokenOff}`))
    await admin.call('DELETE /api/customers/:customerId/data', { params: { customerId }, body: { name: NICKNAME } })
    expect((await admin.attempt('GET /api/customers/:customerId', { params: { customerId } })).statusCode).toBe(404)
    await expect.poll(() => brokenOff, { timeout: 20_000 }).toBe(1)
    area.forgetCustomer = forget
    pass(6 * 60_000)
    await expect.poll(async () => (await house.platform.db.select().from(customerErasures)).map((row) => [row.passes, row.dueAt === null]), { timeout: 20_000 }).toEqual([[1, false], [0, true]])
    await expect.poll(() => tracesOf(texts()), { timeout: 30_000 }).toEqual([])
    const { db } = house.platform
    expect(await db.select().from(shares).where(eq(shares.token, 'tok-erasure-aaaaaaaaaaaa'))).toMatchObject([{ customerId: null, boundVisitor: null, state: 'sent' }])
    expect((await db.select().from(views)).map((view) => view.viewKey)).toEqual(['v-friend'])
    expect(await db.select().from(viewPages)).toEqual([])
    expect(await db.select().from(visitors)).toEqual([])
    expect(await db.select().from(materialDays)).toMatchObject([{ views: 2, shares: 1 }])
    expect(await db.select().from(callbacks).where(eq(callbacks.corpId, house.corpId))).toMatchObject([{ digest: Buffer.alloc(32, 3) }])
  })

  it('the audit log still tells what was done, by whom and when, but not about whom · SYS-9, SYS-17', async () => {
    const { items } = await admin.call('GET /api/audit', { query: { limit: 100 } })
    const about = items.filter((row) => row.action.startsWith('customer.'))
    expect(about.map((row) => [row.action, row.subject])).toEqual([
      ['customer.erased', '一位客户，2 段好友关系'], ['customer.phone_viewed', '已删除资料的客户'], ['customer.tags_changed', '已删除资料的客户'],
    ])
    expect(about[0]?.actor?.userid).toBe('linzhixia')
  })

  it('syncs and chats do not bring her back while nothing new begins, and groups show nobody · SYS-17', async () => {
    await syncEverything(house)
    act({ action: 'customer_renames', personId: externalUserId, name: NICKNAME })
    await house.modules.customers.events.customer_edited({ ...told(), kind: 'customer_edited', userId: OWNER, externalUserId }, { corpId: house.corpId, callbackId: 2 })
    const asked = await (await house.signIn(OWNER)).attempt('GET /api/customers/by-external/:externalUserId', { params: { externalUserId } })
    expect(asked.statusCode).toBe(410)
    expect(asked.body).toContain('已按本人要求删除')
    expect((await tracesOf(texts())).filter((trace) => !trace.startsWith('redis'))).toEqual([])
    const [group] = await house.platform.db.select().from(groupChats).where(and(eq(groupChats.corpId, house.corpId), eq(groupChats.chatId, chatId)))
    const { items } = await admin.call('GET /api/group-chats/:groupChatId/members', { params: { groupChatId: group?.id ?? 0 } })
    expect(items.filter((member) => member.kind === 'stranger').map((member) => member.name)).toEqual(['已删除资料的客户'])
  })

  it('what was still under way is found by a second pass, and then nobody can tell any more who it was · SYS-17', async () => {
    const { db, clock } = house.platform
    await db.insert(customers).values({ corpId: house.corpId, externalUserId, name: NICKNAME, type: 1, syncedAt: clock.now(), createdAt: clock.now() })
    await db.insert(visitors).values({ corpId: house.corpId, visitorId: 'late-device', externalUserId, createdAt: clock.now() })
    pass(11 * 60_000)
    await expect.poll(async () => await db.select({ passes: customerErasures.passes, person: customerErasures.person, dueAt: customerErasures.dueAt }).from(customerErasures), { timeout: 20_000 })
      .toEqual([{ passes: 2, person: null, dueAt: null }, { passes: 0, person: null, dueAt: null }])
    expect((await tracesOf(texts())).filter((trace) => !trace.startsWith('redis'))).toEqual([])
  })

  it('a friendship begun afterwards is a new one: she is known again, without her past · SYS-17', async () => {
    act({ action: 'staff_deletes', userid: OWNER, personId: externalUserId })
    act({ action: 'customer_adds', userid: OWNER, personId: externalUserId })
    await addedBy(OWNER)
    const profile = await admin.call('GET /api/customers/by-external/:externalUserId', { params: { externalUserId } })
    expect(profile).toMatchObject({ name: NICKNAME })
    expect(profile.customerId).not.toBe(customerId)
    const { items } = await admin.call('GET /api/customers/:customerId/timeline', { params: { customerId: profile.customerId } })
    expect(items.filter((row) => row.kind === 'material_opened' || row.kind === 'share_sent')).toEqual([])
    expect(await house.platform.db.select().from(groupChatMembers).where(eq(groupChatMembers.memberId, externalUserId))).toEqual([])
    await house.modules.groupChats.events.group_changed({ ...told(), kind: 'group_changed', chatId, detail: 'change_name' }, { corpId: house.corpId, callbackId: 3 })
    expect(await house.platform.db.select().from(groupChatMembers).where(eq(groupChatMembers.memberId, externalUserId))).toHaveLength(1)
  })

  it('exports that are made meanwhile are stopped and leave no file, also those asked since the deletion · SYS-17, GEN-6', async () => {
    const { corpId, platform: { db, files, clock } } = house
    const now = clock.now()
    const made = async (state: 'waiting' | 'running' | 'done', params: unknown) => {
      const [job] = await db.insert(jobs).values({
        corpId, kind: 'audit_export', title: '导出', params, state, holder: state === 'waiting' ? null : 'another-process', movedAt: now + 3_600_000, createdAt: now, fileName: '导出.xlsx', fileUntil: now + 86_400_000,
      })
      const fileKey = `c${corpId}/jobs/${job.insertId}`
      await files.put(fileKey, Buffer.from(NICKNAME), 'text/plain')
      await db.update(jobs).set({ fileKey }).where(eq(jobs.id, job.insertId))
      return { jobId: job.insertId, fileKey }
    }
    const waiting = await made('waiting', null)
    const running = await made('running', null)
    const done = await made('done', null)
    const others = await made('done', { customerId: customerId + 100_000 })
    await house.modules.jobs.forgetCustomer({ corpId, customerId, externalUserId })
    const rowOf = async ({ jobId }: { jobId: number }) => (await db.select().from(jobs).where(eq(jobs.id, jobId)))[0]
    expect(await rowOf(waiting)).toMatchObject({ state: 'cancelled', fileKey: null })
    // Its process may be writing at this moment: the key stays until it has ended.
    expect(await rowOf(running)).toMatchObject({ state: 'running', cancelAsked: 1, fileKey: running.fileKey })
    expect(await rowOf(done)).toMatchObject({ state: 'done', fileKey: null })
    expect(await rowOf(others)).toMatchObject({ state: 'done', fileKey: others.fileKey })
    expect(await Promise.all([waiting, running, done, others].map(async ({ fileKey }) => (await files.get(fileKey)) !== null))).toEqual([false, false, false, true])
  })
})
