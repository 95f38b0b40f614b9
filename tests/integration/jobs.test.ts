// Job centre and result files, through the API and with the worker in this process.
import ExcelJS from 'exceljs'
import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS, RESULT_FILE_DAYS } from '@zhike/shared'
import { jobRuns } from '../../server/src/modules/jobs/store.ts'
import { jobs } from '../../server/src/modules/jobs/tables.ts'
import { sheetOf } from '../../server/src/platform/sheets.ts'
import { openHouse, syncStaff, until, type Caller, type House } from '../run/house.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** What people type, and what a spreadsheet must take for text. */
const NASTY = ['=HYPERLINK("http://evil.example","点我")', '+8613800000000', '-1+1', '@SUM(A1)', '\t=1', '普通名字']

let house: House
let ahead = 0
let chen: Caller
let wu: Caller
let admin: Caller
/** Lets the exports of this test go on. */
const goOn: (() => void)[] = []

beforeAll(async () => {
  house = await openHouse({ worker: true, clock: { now: () => Date.now() + ahead } })
  await syncStaff(house)
  ;[chen, wu, admin] = await Promise.all([house.signIn('chensiyuan'), house.signIn('wuxiaoyan'), house.signIn('linzhixia')])
  // A kind of export of this test's own: what it is asked for, it writes.
  house.modules.jobs.defineExport('audit_export', { mayFetch: async () => true, work: async (run) => {
    const { names, wait, broken } = run.params as { names: string[]; wait?: boolean; broken?: boolean }
    if (wait) await new Promise<void>((done) => goOn.push(done))
    const batches = (async function* () {
      for (const name of names) yield [name]
      if (broken) {
        await run.failure('第 3 行', '=缺少姓名')
        throw new Error('the rows broke off')
      }
    })()
    await run.result({
      name: '名单 (一).xlsx', zone: 'Asia/Shanghai',
      sheets: [sheetOf('名单', [{ title: '姓名', value: (name) => name }, { title: '字数', value: (name) => name.length }, { title: '时间', value: () => ({ at: Date.UTC(2026, 2, 4, 10, 2) }) }], run.counted(batches))],
    })
  } })
})
afterAll(async () => {
  for (const go of goOn) go()
  await house.close()
})

async function ask(userid: string, params: { names: string[]; wait?: boolean; broken?: boolean }): Promise<number> {
  const { staffId } = await house.modules.identity.ensureStaff(house.corpId, userid)
  return await house.modules.jobs.start(house.corpId, 'audit_export', { staffId }, { params })
}
const ended = (caller: Caller, jobId: number) => until(async () => !['waiting', 'running'].includes((await caller.call('GET /api/jobs/:jobId', { params: { jobId } })).state))

async function sheetOfAnswer(body: Buffer): Promise<unknown[][]> {
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(Uint8Array.from(body).buffer)
  const rows: unknown[][] = []
  workbook.worksheets[0]?.eachRow((row) => rows.push((row.values as unknown[]).slice(1)))
  return rows
}

describe('a result file', () => {
  test('is Excel, written as asked, with cells that are text and never formulas, times in the corp’s zone · GEN-6', async () => {
    const jobId = await ask('chensiyuan', { names: NASTY })
    await ended(chen, jobId)
    const job = await chen.call('GET /api/jobs/:jobId', { params: { jobId } })
    expect(job).toMatchObject({ state: 'done', done: NASTY.length, mine: true, file: { name: '名单 (一).xlsx' } })
    const answer = await chen.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-store', 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'x-content-type-options': 'nosniff' })
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="file.xlsx"; filename*=UTF-8''%E5%90%8D%E5%8D%95%20%28%E4%B8%80%29.xlsx`)
    const [heading, ...rows] = await sheetOfAnswer(answer.rawPayload)
    expect(heading).toEqual(['姓名', '字数', '时间'])
    expect(rows.map(([name]) => name)).toEqual([`'${NASTY[0]}`, "'+8613800000000", "'-1+1", "'@SUM(A1)", "'\t=1", '普通名字'])
    expect(rows.at(-1)).toEqual(['普通名字', 4, new Date(Date.UTC(2026, 2, 4, 18, 2))])
  })
  test('is for the person who asked and nobody else, also not for administrators · GEN-6', async () => {
    const jobId = await ask('chensiyuan', { names: ['甲'] })
    await ended(chen, jobId)
    for (const other of [wu, admin]) expect((await other.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode).toBe(404)
    expect(await admin.call('GET /api/jobs/:jobId', { params: { jobId } })).toMatchObject({ mine: false, requestedBy: { userid: 'chensiyuan' } })
    expect((await chen.call('GET /api/jobs')).items.map((job) => job.mine)).not.toContain(false)
    expect((await wu.call('GET /api/jobs')).items).toEqual([])
    expect((await admin.call('GET /api/jobs')).items.map((job) => job.kind)).toContain('contacts_sync')
  })
  test('can be fetched for seven days, then says that it is gone · GEN-6', async () => {
    const jobId = await ask('chensiyuan', { names: ['乙'] })
    await ended(chen, jobId)
    const { file } = await chen.call('GET /api/jobs/:jobId', { params: { jobId } })
    expect(Math.round(((file?.expiresAt ?? 0) - house.platform.clock.now()) / DAY_MS)).toBe(RESULT_FILE_DAYS)
    try {
      ahead = 7 * DAY_MS + 1000
      const later = await house.signIn('chensiyuan')
      const answer = await later.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })
      expect(answer.statusCode).toBe(410)
      expect(answer.json()).toMatchObject({ code: 'gone', message: '结果文件已过期删除，请重新导出' })
      expect((await later.call('GET /api/jobs/:jobId', { params: { jobId } })).file).toEqual({ name: '名单 (一).xlsx', expiresAt: null })
    } finally {
      ahead = 0
    }
  })
  test('is not there while its job has not come to an end well; what was half written is gone · GEN-5', async () => {
    const jobId = await ask('chensiyuan', { names: ['丙'], broken: true })
    await ended(chen, jobId)
    expect(await chen.call('GET /api/jobs/:jobId', { params: { jobId } })).toMatchObject({ state: 'failed', failed: 1, file: null })
    expect((await chen.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode).toBe(404)
    expect(await house.platform.files.get(`c${house.corpId}/jobs/${jobId}`)).toBeNull()
  })
  test('each fetching is recorded · GEN-4', async () => {
    const { items } = await admin.call('GET /api/audit', { query: { action: 'job.file_fetched' } })
    expect(items[0]).toMatchObject({ actor: { userid: 'chensiyuan' }, subject: '名单 (一).xlsx' })
  })
})

describe('exports under way', () => {
  test('are one job when one person asks the same twice, and her own when another asks the same; each can be stopped by who asked · GEN-6, GEN-8', async () => {
    const params = { names: ['丁'], wait: true }
    const [first, again, other] = [await ask('chensiyuan', params), await ask('chensiyuan', params), await ask('wuxiaoyan', params)]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    const more = await Promise.all([ask('chensiyuan', { names: ['戊'], wait: true }), ask('chensiyuan', { names: ['己'], wait: true })])
    await expect(ask('chensiyuan', { names: ['庚'] })).rejects.toThrow('你已有 3 个导出在进行')
    expect((await wu.attempt('POST /api/jobs/:jobId/cancel', { params: { jobId: first } })).statusCode).toBe(404)
    for (const jobId of [first, ...more]) await chen.call('POST /api/jobs/:jobId/cancel', { params: { jobId } })
    await wu.call('POST /api/jobs/:jobId/cancel', { params: { jobId: other } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await chen.call('GET /api/jobs/:jobId', { params: { jobId: first } })).state === 'cancelled'
    })
    for (const jobId of more) await ended(chen, jobId)
    await ended(wu, other)
  })
  test('that were stopped can be begun again by who asked · SYS-16', async () => {
    const jobId = await ask('wuxiaoyan', { names: ['辛'], wait: true })
    await wu.call('POST /api/jobs/:jobId/cancel', { params: { jobId } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs/:jobId', { params: { jobId } })).state === 'cancelled'
    })
    await wu.call('POST /api/jobs/:jobId/retry', { params: { jobId } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs/:jobId', { params: { jobId } })).state === 'done'
    })
    expect((await wu.attempt('GET /api/jobs/:jobId/file', { params: { jobId } })).statusCode).toBe(200)
  })
  test('cannot be begun again beside the same one, nor beyond what one may have under way · GEN-6, GEN-8', async () => {
    const stopped = await ask('wuxiaoyan', { names: ['壬'], wait: true })
    await wu.call('POST /api/jobs/:jobId/cancel', { params: { jobId: stopped } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs/:jobId', { params: { jobId: stopped } })).state === 'cancelled'
    })
    const retry = () => wu.attempt('POST /api/jobs/:jobId/retry', { params: { jobId: stopped } })
    const same = await ask('wuxiaoyan', { names: ['壬'], wait: true })
    expect((await retry()).json()).toMatchObject({ code: 'conflict', message: '同样的任务正在进行，不用重试' })
    await wu.call('POST /api/jobs/:jobId/cancel', { params: { jobId: same } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs/:jobId', { params: { jobId: same } })).state === 'cancelled'
    })
    const others = await Promise.all(['癸', '子', '丑', '寅', '卯'].map((name) => ask('wuxiaoyan', { names: [name], wait: true }).catch((error: Error) => error.message)))
    expect(others.filter((one) => typeof one === 'number')).toHaveLength(LIMITS.exportsAtOnce)
    expect((await retry()).json()).toMatchObject({ code: 'conflict', message: expect.stringContaining('个导出在进行') as string })
    for (const jobId of others) if (typeof jobId === 'number') await wu.call('POST /api/jobs/:jobId/cancel', { params: { jobId } })
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs')).items.every((job) => job.state !== 'waiting' && job.state !== 'running')
    })
    expect((await retry()).statusCode).toBe(200)
    await until(async () => {
      for (const go of goOn.splice(0)) go()
      return (await wu.call('GET /api/jobs/:jobId', { params: { jobId: stopped } })).state === 'done'
    })
  })
})

describe('the failures of a job', () => {
  test('can be fetched as Excel by who may see the job · GEN-5, SYS-16', async () => {
    const jobId = await ask('chensiyuan', { names: [], broken: true })
    await ended(chen, jobId)
    for (const caller of [chen, admin]) {
      const answer = await caller.attempt('GET /api/jobs/:jobId/failures/file', { params: { jobId } })
      expect(answer.headers['content-disposition']).toContain(encodeURIComponent(`导出操作记录-失败明细-${jobId}.xlsx`))
      expect(await sheetOfAnswer(answer.rawPayload)).toEqual([['对象', '原因'], ['第 3 行', "'=缺少姓名"]])
    }
    expect((await wu.attempt('GET /api/jobs/:jobId/failures/file', { params: { jobId } })).statusCode).toBe(404)
  })
})

describe('a job that a process left behind', () => {
  test('is taken back once and done by another, though several processes look for it · GEN-5', async () => {
    const { platform: { db, clock }, corpId } = house
    const long = clock.now() - 3_600_000
    const [left] = await db.insert(jobs).values({ corpId, kind: 'audit_export', title: '导出', params: { names: ['辰'] }, onceKey: 'left', state: 'running', holder: 'a-dead-process', movedAt: long, createdAt: long })
    const runs = jobRuns(db)
    const taken = await Promise.all([1, 2, 3].map(() => runs.takeBack(clock.now() - 20_000, clock.now())))
    expect(taken.flat().filter((id) => id === left.insertId).length).toBeLessThanOrEqual(1)
    expect((await runs.byId(left.insertId))?.holder).not.toBe('a-dead-process')
    // Nobody queued it here: the next look of the worker does.
    await db.update(jobs).set({ movedAt: long }).where(and(eq(jobs.id, left.insertId), eq(jobs.state, 'waiting')))
    await until(async () => (await runs.byId(left.insertId))?.state === 'done', 30_000)
  })
})

describe('what failed in a sync', () => {
  test('can be tried again alone, once at a time, by who steers syncs · GEN-5, SYS-16', async () => {
    const sandbox = house.sandbox.control.sandbox
    const begin = async () => (await admin.call('POST /api/customers/sync')).jobId
    const run = async (jobId: number) => {
      await ended(admin, jobId)
      return await admin.call('GET /api/jobs/:jobId', { params: { jobId } })
    }
    sandbox.faults.replace({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: 60011, times: 1 }], callbacks: [] })
    const first = await run(await begin())
    expect(first).toMatchObject({ kind: 'customers_sync', state: 'done', failed: 1 })
    const retry = (who: Caller, jobId: number) => who.attempt('POST /api/jobs/:jobId/retry-failures', { params: { jobId } })
    expect((await retry(wu, first.jobId)).statusCode).toBe(404)

    // It fails once more, then works: each time only what was left.
    sandbox.faults.replace({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: 60011, times: 1 }], callbacks: [] })
    const second = await run((await retry(admin, first.jobId)).json<{ jobId: number }>().jobId)
    expect(second).toMatchObject({ title: '同步客户（重试失败的 1 条）', state: 'done', done: 1, total: 1, failed: 1 })
    const third = await run((await retry(admin, second.jobId)).json<{ jobId: number }>().jobId)
    expect(third).toMatchObject({ state: 'done', done: 1, failed: 0 })
    expect((await retry(admin, third.jobId)).json()).toMatchObject({ code: 'conflict', message: '这个任务没有可以单独重试的失败项' })

    sandbox.faults.replace({ api: [{ path: '/cgi-bin/externalcontact/batch/get_by_user', latencyMs: 2000 }], callbacks: [] })
    const [running, doubled] = await Promise.all([retry(admin, second.jobId), retry(admin, second.jobId)])
    expect([running.statusCode, doubled.statusCode].sort()).toEqual([200, 409])
    expect((running.statusCode === 409 ? running : doubled).json()).toMatchObject({ code: 'conflict', message: '这些失败项正在重试，请等它结束' })
    sandbox.faults.replace({ api: [], callbacks: [] })
    await ended(admin, (running.statusCode === 200 ? running : doubled).json<{ jobId: number }>().jobId)
    const { items } = await admin.call('GET /api/audit', { query: { action: 'job.retried' } })
    expect(items.map((row) => row.subject)).toEqual(expect.arrayContaining(['同步客户（失败的部分）', '同步客户（重试失败的 1 条）（失败的部分）']))
  }, 60_000)
})
