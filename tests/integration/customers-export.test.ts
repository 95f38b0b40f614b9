// A customer's data as Excel, for the person who asks and may (SYS-17, GEN-6).
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import type { Permission } from '@zhike/shared'
import { customers } from '../../server/src/modules/customers/tables.ts'
import { views } from '../../server/src/modules/radar/tables.ts'
import { type Caller, type House, openHouse, until } from '../run/house.ts'
import { seedOwnedThings, type OwnedThings } from '../run/owned-things.ts'

const OWNER = 'chensiyuan'
const NICKNAME = '=HYPERLINK("http://evil.example","沐沐")'
const PHONE = '13917205566'

let house: House
let things: OwnedThings
let admin: Caller
let owner: Caller

beforeAll(async () => {
  house = await openHouse({ synced: true })
  things = await seedOwnedThings(house)
  admin = await house.signIn('linzhixia')
  owner = await house.signIn(OWNER)
  const act = (action: Record<string, unknown> & { action: string }) => house.sandbox.control.act({ corpid: house.wecomCorpId, ...action } as Parameters<typeof house.sandbox.control.act>[0])
  act({ action: 'customer_renames', personId: things.externalUserId, name: NICKNAME })
  act({ action: 'staff_edits', userid: OWNER, personId: things.externalUserId, remark: '沐小姐', mobiles: [PHONE], personalTags: ['爱喝茶'] })
  await house.modules.customers.events.customer_edited(
    { kind: 'customer_edited', toUserName: house.wecomCorpId, fromUserName: 'sys', createTime: Date.now(), agentId: null, userId: OWNER, externalUserId: things.externalUserId },
    { corpId: house.corpId, callbackId: 1 },
  )
  await house.platform.db.update(customers).set({ score: 85 }).where(eq(customers.id, things.customerId))
})
afterAll(() => house.close())

const ask = (caller: Caller) => caller.attempt('POST /api/customers/:customerId/export', { params: { customerId: things.customerId } })

/** Asks for the export, waits for it, and gives its sheets as rows of texts. */
async function exported(caller: Caller): Promise<{ jobId: number; sheets: Map<string, string[][]> }> {
  const { jobId } = await caller.call('POST /api/customers/:customerId/export', { params: { customerId: things.customerId } })
  await until(async () => {
    const job = await caller.call('GET /api/jobs/:jobId', { params: { jobId } })
    if (job.state === 'failed') throw new Error(job.error ?? 'failed')
    return job.state === 'done'
  }, 20_000)
  const file = await caller.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(Uint8Array.from(file.rawPayload).buffer)
  const sheets = new Map<string, string[][]>()
  workbook.eachSheet((sheet) => {
    const rows: string[][] = []
    sheet.eachRow((row) => {
      const cells: string[] = []
      row.eachCell({ includeEmpty: true }, (cell) => void cells.push(cell.value instanceof Date ? cell.value.toISOString() : String(cell.value ?? '')))
      rows.push(cells)
    })
    sheets.set(sheet.name, rows)
  })
  return { jobId, sheets }
}

describe('exporting one customer’s data', () => {
  it('is for those who hold the permission, and only within their data scope · SYS-4, GEN-9', async () => {
    expect((await ask(owner)).statusCode).toBe(403)
    await admin.call('PUT /api/roles/:roleKey', { params: { roleKey: 'staff' }, body: { version: 0, permissions: ['customers.write', 'customers.export'], dataScope: 'self' } })
    expect((await ask(await house.signIn(things.otherUserid))).statusCode).toBe(404)
  })

  it('holds profile, friendships, tags, timeline, readings and groups; what people typed is no formula · SYS-17, GEN-6', async () => {
    const { sheets } = await exported(admin)
    expect([...sheets.keys()]).toEqual(['资料', '好友关系', '标签', '客户动态', '阅读记录', '客户群'])
    expect(sheets.get('资料')).toContainEqual(['昵称', `'${NICKNAME}`])
    expect(sheets.get('资料')).toContainEqual(['评分', '85 分（3 星）'])
    expect(sheets.get('好友关系')?.[1]).toEqual(expect.arrayContaining(['沐小姐', PHONE, '好友']))
    expect(sheets.get('标签')?.map((row) => row[2])).toContain('爱喝茶')
    expect(sheets.get('客户动态')?.length).toBeGreaterThan(2)
    expect(sheets.get('阅读记录')?.[1]).toEqual(expect.arrayContaining(['机密素材甲', '客户本人', '5秒']))
  })

  it('masks phones for who may not see them, and gives the file to nobody else · SYS-17, GEN-6', async () => {
    const { jobId, sheets } = await exported(owner)
    const text = JSON.stringify([...sheets])
    expect(text).toContain('139****5566')
    expect(text).not.toContain(PHONE)
    expect((await admin.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode).toBe(404)
    const { items } = await admin.call('GET /api/audit', { query: { action: 'customer.exported' } })
    expect(items.map((row) => [row.actor?.userid, row.subject, row.after])).toEqual([[OWNER, NICKNAME, { 手机号: '打码' }], ['linzhixia', NICKNAME, { 手机号: '完整' }]])
  })

  it('is fetched only by who may still have what is in it · SYS-4, GEN-9, GEN-6', async () => {
    const change = async (permissions: Permission[]) => {
      const { version } = (await admin.call('GET /api/roles')).roles.find((role) => role.key === 'staff') ?? { version: 0 }
      await admin.call('PUT /api/roles/:roleKey', { params: { roleKey: 'staff' }, body: { version, permissions, dataScope: 'self' } })
    }
    // What a colleague outside of her scope sent to her customer is shown to her, and is no reason to keep the file back.
    const { db } = house.platform
    const [read] = await db.select().from(views).where(eq(views.customerId, things.customerId)).limit(1)
    if (!read) throw new Error('she has read nothing')
    const colleague = await house.modules.identity.ensureStaff(house.corpId, things.otherUserid)
    const { id: _own, ...copied } = read
    await db.insert(views).values({ ...copied, viewKey: 'sent-by-a-colleague', staffId: colleague.staffId })
    await change(['customers.write', 'customers.export', 'customers.phone'])
    const { jobId, sheets } = await exported(owner)
    expect(JSON.stringify(sheets.get('阅读记录'))).toContain(colleague.name)
    expect(JSON.stringify([...sheets])).toContain(PHONE)
    const fetched = async () => (await owner.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode
    await change(['customers.write', 'customers.export'])
    expect(await fetched()).toBe(403)
    await change(['customers.write', 'customers.phone'])
    expect(await fetched()).toBe(403)
    await change(['customers.write', 'customers.export', 'customers.phone'])
    expect(await fetched()).toBe(200)
    await house.platform.database.pool.query('UPDATE customer_relations SET staff_id = staff_id + 100000 WHERE customer_id = ?', [things.customerId])
    expect(await fetched()).toBe(403)
    await house.platform.database.pool.query('UPDATE customer_relations SET staff_id = staff_id - 100000 WHERE customer_id = ?', [things.customerId])
    await change(['customers.write', 'customers.export'])
  })

  it('made before her data was deleted goes with it · SYS-17', async () => {
    const { jobId } = await exported(admin)
    await admin.call('DELETE /api/customers/:customerId/data', { params: { customerId: things.customerId }, body: { name: NICKNAME } })
    await expect.poll(async () => (await admin.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode, { timeout: 30_000, interval: 4_000 }).toBe(410)
  })
})
