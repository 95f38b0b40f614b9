// Long work as people see it: an export they fetch, a sync they stop and go on with, a customer whose data goes for good.
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, openWorkbench, PHONE, SHOTS, type Stage } from './stage.ts'

/** WeCom's own words for "busy": we are patient with that for minutes. */
const BUSY = { path: '/cgi-bin/externalcontact/batch/get_by_user', errcode: -1 }

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: true })
}, 300_000)
afterAll(() => stage.close())

async function faults(api: object[]): Promise<void> {
  await fetch(`${stage.product.sandboxUrl}/sandbox/api/faults`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ api, callbacks: [] }) })
}

test('a customer’s data is exported as a file, then deleted for good after a typed word; nothing stays on the device · SYS-17, GEN-3, GEN-6', async () => {
  const page = await openWorkbench(stage, '/customers', PHONE)
  const row = page.getByTestId('customer-row').nth(1)
  const customerId = await row.getAttribute('data-customer-id')
  await row.click()
  await page.getByTestId('customer-more').click()
  await page.getByTestId('customer-export').click()
  await page.getByTestId('export-begin').click()
  const link = page.getByTestId('export-sheet').locator('..').locator('..').getByTestId('job-file')
  await link.waitFor({ timeout: 20_000 })
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect(file.suggestedFilename()).toBe(`客户资料-${customerId}.xlsx`)
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.readFile(await file.path())
  expect(workbook.worksheets.map(({ name }) => name)).toEqual(['资料', '好友关系', '标签', '客户动态', '阅读记录', '客户群'])
  await page.keyboard.press('Escape')
  await page.getByTestId('export-sheet').waitFor({ state: 'hidden' })

  await page.getByTestId('customer-more').click()
  await page.getByTestId('customer-erase').click()
  await page.getByTestId('confirm').click()
  await page.getByText('请输入“删除”两个字').waitFor()
  await page.getByTestId('erase-word').fill('删除')
  await page.getByTestId('confirm').click()
  await page.getByText('已删除这位客户的资料').waitFor()
  await page.waitForURL(/#\/customers$/)
  await page.getByTestId('customer-row').first().waitFor()
  await expect.poll(() => page.locator(`[data-customer-id="${customerId}"]`).count()).toBe(0)
  expect(await page.evaluate((id) => Object.keys(localStorage).filter((key) => key.endsWith(`:${id}`)), customerId)).toEqual([])
  expect(page.complaints).toEqual([])
  await page.close()
})

test('a sync that waits for WeCom is stopped after asking, and goes on where it was; what is shown follows by itself · SYS-16, GEN-5', async () => {
  const page = await openWorkbench(stage, '/more/jobs', PHONE)
  await page.getByTestId('job-row').first().waitFor()
  await faults([BUSY])
  await page.evaluate(async () => await fetch('/api/customers/sync', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }))
  const row = page.getByTestId('job-row').filter({ hasText: '同步客户', hasNotText: '同步客户群' }).first()
  await row.getByText('企业微信繁忙，稍后自动继续').waitFor({ timeout: 30_000 })
  await row.getByTestId('job-cancel').click()
  await page.getByText('取消「同步客户」？').waitFor()
  await page.getByTestId('confirm').click()
  await row.getByText('已取消').waitFor({ timeout: 30_000 })
  await faults([])
  await row.getByTestId('job-retry').click()
  await page.getByText('已重新开始').waitFor()
  await row.and(page.locator('[data-state="done"]')).waitFor({ timeout: 60_000 })
  expect(page.complaints).toEqual([])
  await page.close()
}, 120_000)

test('what failed in a sync is listed with the reason, and tried again alone · GEN-5', async () => {
  await faults([{ ...BUSY, errcode: 60011, times: 1 }])
  const page = await openWorkbench(stage, '/more/jobs', PHONE)
  await page.getByTestId('job-row').first().waitFor()
  await page.evaluate(async () => await fetch('/api/customers/sync', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }))
  await page.getByTestId('job-row').getByTestId('job-failures').first().click({ timeout: 60_000 })
  await page.getByTestId('failures').getByText('企业微信拒绝读取她的客户（错误码 60011）').waitFor()
  await page.screenshot({ path: `${SHOTS}/failures.png` })
  await page.getByTestId('retry-failures').click()
  const row = page.getByTestId('job-row').filter({ hasText: '同步客户（重试失败的 1 条）' })
  await row.and(page.locator('[data-state="done"]')).waitFor({ timeout: 30_000 })
  expect(await row.getByTestId('job-failures').count()).toBe(0)
  expect(page.complaints).toEqual([])
  await page.close()
}, 120_000)
