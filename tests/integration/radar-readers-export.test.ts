// The readers of a material as Excel: the rows of the list, for the person who asked and as far as she may see them (MAT-22, GEN-6).
import ExcelJS from 'exceljs'
import { and, eq } from 'drizzle-orm'
import type { DataScope, Permission } from '@zhike/shared'
import { formatDwell } from '@zhike/shared'
import type { AnswerOf, BodyIn } from '@zhike/shared/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customers, relations } from '../../server/src/modules/customers/tables.ts'
import { materials } from '../../server/src/modules/materials/tables.ts'
import { views } from '../../server/src/modules/radar/tables.ts'
import { type Caller, type House, openHouse, until } from '../run/house.ts'

const EVIL = '=HYPERLINK("http://evil.example","点我")'
const DAY_MS = 86_400_000
const MANY = 1200

let house: House
let admin: Caller
/** Leads the store of Wu and Chen. */
let manager: Caller
let staff: { wu: number; chen: number; tang: number }
let materialId: number
let start: number

type Filter = BodyIn<'POST /api/radar/views/export'>

beforeAll(async () => {
  house = await openHouse({ synced: true })
  admin = await house.signIn('linzhixia')
  manager = await house.signIn('zhoumin')
  const { corpId, platform: { db, clock }, modules } = house
  const idOf = async (userid: string) => (await modules.identity.ensureStaff(corpId, userid)).staffId
  staff = { wu: await idOf('wuxiaoyan'), chen: await idOf('chensiyuan'), tang: await idOf('tangjing') }
  start = clock.now() - 10 * DAY_MS
  const [made] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 0, type: 'pdf', title: '春季/价目表', tagIds: [], createdAt: start, updatedAt: start })
  materialId = made.insertId
  const past = await Promise.all(Object.values(staff).map(async (staffId, n) => {
    const [friend] = await db.select().from(relations).where(and(eq(relations.corpId, corpId), eq(relations.staffId, staffId), eq(relations.state, 'active'))).limit(1)
    const customerId = friend?.customerId ?? 0
    const reading = { visibleMs: 61_000, pageMs: [31_000, 0, 30_000], pages: 8, device: 'iPhone · 微信' }
    return { materialId, staffId, to: { customerId }, sentAt: start + n * DAY_MS, views: [
      { ...reading, openedAt: start + n * DAY_MS + 60_000, reader: 'customer' as const, customerId }, { ...reading, openedAt: start + n * DAY_MS + 120_000, reader: 'forwarded' as const, customerId: null },
    ] }
  }))
  await modules.radar.importHistory(corpId, past)
  await db.update(customers).set({ name: EVIL }).where(eq(customers.id, past[0]?.to.customerId ?? 0))
}, 120_000)
afterAll(() => house.close())

const listed = async (who: Caller, filter: Filter): Promise<AnswerOf<'GET /api/radar/views'>['items']> => (await who.call('GET /api/radar/views', { query: { ...filter, limit: 100 } })).items
const finished = (jobId: number, who: Caller) => until(async () => {
  const job = await who.call('GET /api/jobs/:jobId', { params: { jobId } })
  if (job.state === 'failed') throw new Error(job.error ?? 'failed')
  return job.state === 'done'
}, 30_000)
const file = (jobId: number, who: Caller) => who.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })

async function rowsIn(jobId: number, who: Caller): Promise<string[][]> {
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(Uint8Array.from((await file(jobId, who)).rawPayload).buffer)
  const rows: string[][] = []
  workbook.worksheets[0]?.eachRow((row) => {
    const cells: string[] = []
    row.eachCell({ includeEmpty: true }, (cell) => void cells.push(cell.value instanceof Date ? cell.value.toISOString() : String(cell.value ?? '')))
    rows.push(cells)
  })
  return rows
}
async function exported(who: Caller, filter: Filter): Promise<{ jobId: number; rows: string[][] }> {
  const { jobId } = await who.call('POST /api/radar/views/export', { body: filter })
  await finished(jobId, who)
  return { jobId, rows: await rowsIn(jobId, who) }
}

async function changeManagers(dataScope: DataScope, permissions: Permission[] = ['materials.stats', 'staff.read', 'jobs.read']): Promise<void> {
  const { version } = (await admin.call('GET /api/roles')).roles.find((role) => role.key === 'store_manager') ?? { version: 0 }
  await admin.call('PUT /api/roles/:roleKey', { params: { roleKey: 'store_manager' }, body: { version, permissions, dataScope } })
}

describe('exporting the readers of a material', () => {
  it('gives the rows of the list for the same filter, in its order; what people typed is no formula · MAT-22, GEN-6', async () => {
    for (const filter of [{ materialId }, { materialId, from: start + DAY_MS, to: start + 2 * DAY_MS }, { materialId, staffId: staff.wu }, { materialId, q: '=HYPER' }]) {
      const list = await listed(admin, filter)
      const { rows: [heading, ...rows] } = await exported(admin, filter)
      expect(heading).toEqual(['打开时间', '客户', '渠道', '读者', '阅读时长', '阅读秒数', '看到哪里', '第几次打开', '提醒员工', '提醒时间', '发送员工', '设备'])
      expect(list.length).toBeGreaterThan(0)
      expect(rows.map((row) => [row[1], row[4], row[5], row[7], row[8], row[10]])).toEqual(list.map((view) => [
        view.readerName === EVIL ? `'${EVIL}` : view.readerName, formatDwell(view.visibleMs), '61', String(view.openNumber), view.staff.name, view.staff.name,
      ]))
      // The corp's clock.
      expect(rows.map((row) => row[0])).toEqual(list.map((view) => new Date(view.openedAt + 8 * 3_600_000 - (view.openedAt % 1000)).toISOString()))
    }
    expect((await exported(admin, { materialId, q: '查无此人' })).rows).toHaveLength(1)
  })

  it('is named after the material, told of in the audit log, and asked twice it is made once · GEN-4, GEN-8', async () => {
    const filter = { materialId, staffId: staff.chen }
    const { jobId } = await exported(admin, filter)
    expect((await admin.call('GET /api/jobs/:jobId', { params: { jobId } }))).toMatchObject({ title: '导出「春季/价目表」的读者', file: { name: expect.stringMatching(/^读者-春季价目表-\d{4}-\d\d-\d\d\.xlsx$/) } })
    const { items } = await admin.call('GET /api/audit', { query: { action: 'readers.exported' } })
    expect(items[0]).toMatchObject({ actor: { userid: 'linzhixia' }, subject: '春季/价目表' })
    const before = items.length
    const [one, two] = await Promise.all([1, 2].map(() => admin.call('POST /api/radar/views/export', { body: { materialId, staffId: staff.tang } })))
    expect(one?.jobId).toBe(two?.jobId)
    expect((await admin.call('GET /api/audit', { query: { action: 'readers.exported' } })).items).toHaveLength(before + 1)
  })

  it('is for who may see statistics, of what she sees, and refuses what makes no sense · SYS-4, GEN-9', async () => {
    const wu = await house.signIn('wuxiaoyan')
    expect((await wu.attempt('POST /api/radar/views/export', { body: { materialId } })).statusCode).toBe(403)
    expect((await manager.attempt('POST /api/radar/views/export', { body: { materialId: materialId + 100_000 } })).statusCode).toBe(404)
    for (const body of [{}, { materialId: 'x' }, { materialId, from: 2, to: 1 }, { materialId, q: 'x'.repeat(51) }]) {
      const answer = await manager.attempt('POST /api/radar/views/export', { body })
      expect(answer.statusCode, JSON.stringify(body)).toBe(422)
      expect(answer.json().message).toMatch(/[\u4e00-\u9fff]/)
    }
  })

  it('holds what is in the scope of the person who asks, and is given to nobody else · GEN-6, GEN-9', async () => {
    const { jobId, rows } = await exported(manager, { materialId })
    expect(new Set(rows.slice(1).map((row) => row[10]))).toEqual(new Set(['吴晓燕', '陈思远']))
    expect((await file(jobId, manager)).statusCode).toBe(200)
    expect((await file(jobId, admin)).statusCode).toBe(404)
  })

  it('is fetched no more once her scope or her permission has become smaller, and tried again holds what she may see then · SYS-4, GEN-9', async () => {
    const { jobId } = await exported(manager, { materialId })
    await changeManagers('self')
    expect((await file(jobId, manager)).statusCode).toBe(403)
    await changeManagers('managed', ['staff.read', 'jobs.read'])
    expect((await file(jobId, manager)).statusCode).toBe(403)
    await changeManagers('managed')
    expect((await file(jobId, manager)).statusCode).toBe(200)

    const { pool } = house.platform.database
    await pool.query("UPDATE jobs SET state = 'cancelled' WHERE id = ?", [jobId])
    await changeManagers('self')
    await house.modules.jobs.retry(house.corpId, jobId, async () => undefined)
    await finished(jobId, manager)
    expect(await rowsIn(jobId, manager)).toHaveLength(1)
    await changeManagers('managed')
  })

  it('takes long lists piece by piece, each row once · GEN-5', async () => {
    const { db } = house.platform
    const [known] = await db.select().from(views).where(eq(views.materialId, materialId)).limit(1)
    if (!known) throw new Error('nobody has read it')
    const { id: _own, ...copied } = known
    // Three at a time in one moment.
    await db.insert(views).values(Array.from({ length: MANY }, (_, n) => ({ ...copied, viewKey: `many${n}`, openedAt: start + 5 * DAY_MS + Math.floor(n / 3) * 1000, openNumber: n + 1 })))
    const { rows } = await exported(admin, { materialId, from: start + 5 * DAY_MS, to: start + 6 * DAY_MS })
    expect(rows).toHaveLength(MANY + 1)
    expect(rows.slice(1).map((row) => Number(row[7]))).toEqual(Array.from({ length: MANY }, (_, n) => MANY - n))
  })
})
