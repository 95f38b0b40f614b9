// The radar as managers and members use it: who reads, who is hot, what and whom to compare, and the readers of a material.
import ExcelJS from 'exceljs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnswerOf } from '@zhike/shared/contract'
import { inWechatAs, openStage, openWorkbench, PC, PHONE, SHOTS, type Stage, type Tab, WECHAT } from './stage.ts'

const SMALL_PHONE = { width: 320, height: 568 }
const LONG = { timeout: 30_000 }

let stage: Stage
let page: Tab
/** Who sends. */
let seller: Tab
beforeAll(async () => {
  stage = await openStage({ demo: true })
  page = await openWorkbench(stage, '/radar', PHONE)
  seller = await openWorkbench(stage, '/', PC, '吴晓燕')
}, 300_000)
afterAll(() => stage.close())

/** Asks our server in the name of whoever is signed in on a page; the administrator if nobody is named. */
const ask = <T>(url: string, as: Tab = page, method = 'GET', body?: object): Promise<T> => as.evaluate(async ([address, how, text]) => {
  const answer = await fetch(address ?? '', { method: how, headers: text === undefined ? {} : { 'content-type': 'application/json' }, body: text })
  return answer.status === 204 ? null : await answer.json()
}, [url, method, body && JSON.stringify(body)] as const)

/** Goes to a page of the workbench by its own navigation. */
async function goTo(hash: string): Promise<void> {
  await page.evaluate((to) => { location.hash = to }, hash)
}

describe('the radar’s first screen', () => {
  test('shows today’s readers, hot customers, a trend, and what and who is compared, each with numbers · MAT-23', async () => {
    for (const part of ['todays-readers', 'hot-customers', 'trend', 'ranking-materials', 'ranking-staff']) await page.getByTestId(part).waitFor(LONG)
    await page.getByTestId('trend-chart').locator('svg').waitFor(LONG)
    const trend = await ask<AnswerOf<'GET /api/radar/trend'>>('/api/radar/trend?days=7')
    expect(await page.getByTestId('trend-views').innerText()).toContain(String(trend.sums.views))
    expect(await page.getByTestId('trend-chart').getAttribute('aria-label')).toMatch(new RegExp(`\\d ${trend.days.at(-1)?.views}$`))
    await page.getByTestId('trend-shares').click()
    await expect.poll(() => page.getByTestId('trend-chart').getAttribute('aria-label')).toMatch(/^发送：/)
    const { items: [hottest] } = await ask<AnswerOf<'GET /api/radar/hot-customers'>>('/api/radar/hot-customers?limit=1')
    expect(await page.getByTestId('hot-row').first().innerText()).toContain(hottest?.customer.name ?? 'nobody')
    await page.screenshot({ path: join(SHOTS, 'radar-phone.png') })
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  })

  test('a reader who opens a link appears as reading now, and among today’s readers, without a reload', async () => {
    const to = '林间小路'
    const { items: [customer] } = await ask<AnswerOf<'GET /api/customers'>>(`/api/customers?q=${encodeURIComponent(to)}`, seller)
    const { items: [material] } = await ask<AnswerOf<'GET /api/materials'>>('/api/materials?type=pdf&limit=1', seller)
    const { shareId, message } = await ask<AnswerOf<'POST /api/shares'>>('/api/shares', seller, 'POST', { materialId: material?.materialId, chat: { kind: 'customer', externalUserId: customer?.externalUserId }, requestId: crypto.randomUUID() })
    await ask(`/api/shares/${shareId}/outcome`, seller, 'PUT', { state: 'sent' })
    const context = await stage.browser.newContext({ viewport: { width: 375, height: 812 }, userAgent: WECHAT, locale: 'zh-CN' })
    const phone = await context.newPage()
    await phone.goto(message.msgtype === 'news' ? message.news.link : '')
    await inWechatAs(phone, customer?.externalUserId ?? '')
    await page.getByTestId('reading-now').getByText(to).waitFor(LONG)
    await page.getByTestId('reader-row').filter({ hasText: to }).getByText('正在看').waitFor(LONG)
    await context.close()
    await page.getByTestId('reading-now').waitFor({ state: 'detached', timeout: 60_000 })
  }, 120_000)

  test('is usable on the smallest phone, and side by side on a PC', async () => {
    await page.setViewportSize(SMALL_PHONE)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    await page.screenshot({ path: join(SHOTS, 'radar-small.png') })
    await page.setViewportSize(PC)
    const [left, right] = [await page.getByTestId('hot-customers').boundingBox(), await page.getByTestId('trend').boundingBox()]
    expect(right?.x ?? 0).toBeGreaterThan((left?.x ?? 0) + (left?.width ?? 0))
    await page.screenshot({ path: join(SHOTS, 'radar-pc.png') })
    await page.setViewportSize(PHONE)
  })
})

describe('a whole ranking', () => {
  test('of materials lists those never opened with 0, sorted as chosen, over days of one’s own · MAT-23', async () => {
    await page.getByTestId('all-materials').click()
    await page.getByTestId('ranking-page-materials').waitFor()
    const found = await ask<AnswerOf<'GET /api/radar/ranking/materials'>>('/api/radar/ranking/materials?limit=100')
    await expect.poll(() => page.getByTestId('rank-row').count()).toBe(Math.min(20, found.total))
    expect(await page.getByTestId('rank-row').first().innerText()).toContain(found.items[0]?.material.title ?? '?')
    expect(found.items.some((row) => row.views === 0)).toBe(true)
    await page.getByTestId('ranked-by').selectOption('shares')
    const bySends = await ask<AnswerOf<'GET /api/radar/ranking/materials'>>('/api/radar/ranking/materials?by=shares&limit=1')
    await expect.poll(() => page.getByTestId('rank-row').first().innerText()).toContain(bySends.items[0]?.material.title ?? '?')
    await page.getByRole('radio', { name: '自选日期' }).click()
    await page.getByText('请选择从哪天到哪天').waitFor()
    await page.getByTestId('period-first').fill('2020-01-01')
    await page.getByTestId('period-last').fill('2020-01-31')
    await expect.poll(async () => (await page.getByTestId('rank-row').first().innerText()).replace(/\s+/g, ' ')).toMatch(/ 0 /)
    await page.getByTestId('period-last').fill('2025-01-31')
    await page.getByText('请选择从早到晚、不超过 366 天的日期').waitFor()
    await page.getByRole('radio', { name: '近 7 天' }).click()
    await page.getByTestId('rank-row').first().waitFor()
  })

  test('of departments adds up their members', async () => {
    await goTo('/radar/departments')
    await page.getByTestId('ranking-page-departments').waitFor()
    const { items } = await ask<AnswerOf<'GET /api/radar/ranking/departments'>>('/api/radar/ranking/departments')
    await expect.poll(() => page.getByTestId('rank-row').count()).toBe(items.length)
    expect(await page.getByTestId('rank-row').first().innerText()).toContain(items[0]?.name ?? '?')
  })
})

describe('the readers of a material', () => {
  test('are found by name, and what was found is exported as Excel with the same rows · MAT-21, MAT-22', async () => {
    // The most viewed one that has pages: which one that is changes with the day.
    const { items } = await ask<AnswerOf<'GET /api/radar/ranking/materials'>>('/api/radar/ranking/materials?limit=100&from=2026-01-01&to=2026-12-31'.replaceAll('2026', String(new Date().getFullYear())))
    const most = items.find((row) => row.material.type === 'pdf')
    await goTo(`/materials/${most?.material.materialId}`)
    await page.getByTestId('material-totals').waitFor()
    await page.getByTestId('page-heat').waitFor()
    await page.getByTestId('senders').waitFor()
    await page.screenshot({ path: join(SHOTS, 'material-figures.png') })
    await page.getByTestId('view-row').first().waitFor()
    const { items: [first] } = await ask<AnswerOf<'GET /api/radar/views'>>(`/api/radar/views?materialId=${most?.material.materialId}&limit=50`)
    const name = first?.customer?.name ?? ''
    await page.getByPlaceholder('搜客户昵称、备注').fill(name)
    const wanted = await ask<AnswerOf<'GET /api/radar/views'>>(`/api/radar/views?materialId=${most?.material.materialId}&q=${encodeURIComponent(name)}&limit=100`)
    expect(wanted.items.length).toBeGreaterThan(0)
    await expect.poll(() => page.getByTestId('view-row').count()).toBe(Math.min(20, wanted.items.length))
    await page.getByTestId('export-readers').click()
    await page.getByText(`只导出现在筛选出来的读者：名字含「${name}」`).waitFor()
    await page.getByTestId('export-begin').click()
    const link = page.getByTestId('export-sheet').locator('..').locator('..').getByTestId('job-file')
    await link.waitFor(LONG)
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.readFile(await file.path())
    expect(workbook.worksheets[0]?.rowCount).toBe(wanted.items.length + 1)
    await page.keyboard.press('Escape')
    await page.getByTestId('export-sheet').waitFor({ state: 'hidden' })
    await page.getByPlaceholder('搜客户昵称、备注').fill('没有这个人')
    await page.getByText('没有符合的读者').waitFor()
    await page.getByRole('button', { name: '清空筛选' }).click()
    await page.getByTestId('view-row').first().waitFor()
    await page.getByTestId('filter-readers').click()
    await page.getByTestId('told-option').first().waitFor()
    await page.screenshot({ path: join(SHOTS, 'readers-filter.png') })
    await page.getByTestId('told-option').filter({ hasText: '吴晓燕' }).click()
    await page.getByTestId('filter-done').click()
    const told = await ask<AnswerOf<'GET /api/staff'>>(`/api/staff?q=${encodeURIComponent('吴晓燕')}&state=active`)
    const hers = await ask<AnswerOf<'GET /api/radar/views'>>(`/api/radar/views?materialId=${most?.material.materialId}&staffId=${told.items[0]?.staffId}&limit=100`)
    await expect.poll(() => page.getByTestId('view-row').count()).toBe(Math.min(20, hers.items.length))
    expect(page.complaints).toEqual([])
  }, 120_000)
})
