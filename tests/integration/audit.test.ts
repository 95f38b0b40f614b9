// The audit log: filters by time, and its export.
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditAction } from '@zhike/shared'
import { auditLogs } from '../../server/src/modules/audit/tables.ts'
import { openHouse, syncStaff, until, type Caller, type House } from '../run/house.ts'

const HOUR_MS = 3600_000
const MORNING = Date.UTC(2026, 2, 4, 1)

let house: House
let admin: Caller
let head: Caller
const staffIds = new Map<string, number>()

beforeAll(async () => {
  house = await openHouse({ worker: true })
  await syncStaff(house)
  admin = await house.signIn('linzhixia')
  for (const userid of ['linzhixia', 'chensiyuan', 'wuxiaoyan']) staffIds.set(userid, (await house.modules.identity.ensureStaff(house.corpId, userid)).staffId)
  const entry = (hours: number, action: AuditAction, userid: string, subject: string, more: Partial<typeof auditLogs.$inferInsert> = {}) =>
    ({ corpId: house.corpId, actorId: staffIds.get(userid) ?? null, action, subject, at: MORNING + hours * HOUR_MS, from: '10.0.0.7', ...more })
  await house.platform.db.insert(auditLogs).values([
    entry(0, 'material.created', 'chensiyuan', '=价目表', { after: { title: '价目表', summary: '' } }),
    // Written later than it happened: time counts, not the order of writing.
    entry(2, 'material.changed', 'chensiyuan', '价目表', { before: { title: '价目表' }, after: { title: '新价目表' } }),
    entry(1, 'material.changed', 'wuxiaoyan', '画册', { before: { dataScope: 'self' }, after: { dataScope: 'all' } }),
    entry(3, 'role.changed', 'nobody', '成员'),
    { ...entry(1, 'material.changed', 'wuxiaoyan', '别家的素材'), corpId: house.corpId + 1 },
  ])
  // Reads the log, but is no super administrator.
  await admin.call('PUT /api/staff/:staffId/roles', {
    params: { staffId: staffIds.get('chensiyuan') ?? 0 },
    body: { roles: [(await admin.call('POST /api/roles', { body: { name: '审计', permissions: ['audit.read'], dataScope: 'all' } })).key], shown: null },
  })
  head = await house.signIn('chensiyuan')
})
afterAll(() => house.close())

const day = { from: MORNING, to: MORNING + 24 * HOUR_MS }
const subjects = async (query: { action?: AuditAction; actorId?: number; from?: number; to?: number; limit?: number; after?: string }) => {
  const { items, next } = await admin.call('GET /api/audit', { query })
  return { subjects: items.map((row) => row.subject), next }
}

describe('the audit log · SYS-9', () => {
  test('is read newest first, between two moments, by action and by person, page after page', async () => {
    expect((await subjects(day)).subjects).toEqual(['成员', '价目表', '画册', '=价目表'])
    expect((await subjects({ from: MORNING + HOUR_MS, to: MORNING + 3 * HOUR_MS })).subjects).toEqual(['价目表', '画册'])
    expect((await subjects({ ...day, action: 'material.changed', actorId: staffIds.get('wuxiaoyan') })).subjects).toEqual(['画册'])
    const first = await subjects({ ...day, limit: 3 })
    expect(first.subjects).toEqual(['成员', '价目表', '画册'])
    expect(await subjects({ ...day, limit: 3, after: first.next ?? '' })).toEqual({ subjects: ['=价目表'], next: null })
  })
  test('says how many entries a filter finds', async () => {
    expect(await admin.call('GET /api/audit/count', { query: day })).toEqual({ count: 4, more: false })
    expect(await admin.call('GET /api/audit/count', { query: { ...day, action: 'role.changed' } })).toEqual({ count: 1, more: false })
  })
  test('moments that no calendar has are refused', async () => {
    for (const from of [-1, 9e15, 1.5]) expect((await admin.attempt('GET /api/audit', { query: { from } })).statusCode).toBe(422)
  })
})

describe('its export · SYS-9', () => {
  test('is for super administrators only, also when she was one only when she asked', async () => {
    const answer = await head.attempt('POST /api/audit/export', { body: day })
    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ message: '只有超级管理员可以导出操作记录' })
    const jobId = await house.modules.jobs.start(house.corpId, 'audit_export', { staffId: staffIds.get('chensiyuan') ?? 0 }, { params: day })
    await until(async () => (await head.call('GET /api/jobs/:jobId', { params: { jobId } })).state === 'failed')
    expect(await head.call('GET /api/jobs/:jobId', { params: { jobId } })).toMatchObject({ error: '只有超级管理员可以导出操作记录', file: null })
  })
  test('holds what the filter finds, in words, harmless for spreadsheets, and is recorded itself · GEN-4, GEN-6', async () => {
    const { jobId } = await admin.call('POST /api/audit/export', { body: { ...day, to: MORNING + 3 * HOUR_MS } })
    await until(async () => (await admin.call('GET /api/jobs/:jobId', { params: { jobId } })).state === 'done')
    const job = await admin.call('GET /api/jobs/:jobId', { params: { jobId } })
    expect(job).toMatchObject({ done: 3, total: 3, mine: true, file: { name: expect.stringMatching(/^操作记录-\d{4}-\d\d-\d\d\.xlsx$/) as string } })
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.load(Uint8Array.from((await admin.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).rawPayload).buffer)
    const rows: unknown[][] = []
    workbook.worksheets[0]?.eachRow((row) => rows.push((row.values as unknown[]).slice(1, 8)))
    expect(rows).toEqual([
      ['时间', '操作人', '账号', '操作', '对象', '变化', '来源地址'],
      [new Date(Date.UTC(2026, 2, 4, 11)), '陈思远', 'chensiyuan', '修改素材', '价目表', '标题：价目表 → 新价目表', '10.0.0.7'],
      [new Date(Date.UTC(2026, 2, 4, 10)), '吴晓燕', 'wuxiaoyan', '修改素材', '画册', '数据范围：仅本人 → 全部', '10.0.0.7'],
      [new Date(Date.UTC(2026, 2, 4, 9)), '陈思远', 'chensiyuan', '新建素材', "'=价目表", '标题：价目表\n摘要：（空）', '10.0.0.7'],
    ])
    const { items: [entry] } = await admin.call('GET /api/audit', { query: { action: 'audit.exported' } })
    expect(entry).toMatchObject({ actor: { userid: 'linzhixia' }, subject: `任务 ${jobId}`, after: { from: '2026年3月4日 09:00', to: '2026年3月4日 12:00' } })
  })
  test('is fetched only while she is still a super administrator · SYS-4, GEN-6', async () => {
    const params = { staffId: staffIds.get('wuxiaoyan') ?? 0 }
    const assign = (roles: string[], shown: string[]) => admin.call('PUT /api/staff/:staffId/roles', { params, body: { roles, shown } })
    await assign(['super_admin'], [])
    const wu = await house.signIn('wuxiaoyan')
    const { jobId } = await wu.call('POST /api/audit/export', { body: day })
    await until(async () => (await wu.call('GET /api/jobs/:jobId', { params: { jobId } })).state === 'done')
    expect((await wu.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode).toBe(200)
    await assign([], ['super_admin'])
    const refused = await wu.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })
    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ message: '你的权限已变化，不能再下载这个文件' })
  })
})
