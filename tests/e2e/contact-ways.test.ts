// One way to reach her (联系我): from a link that was passed on to a customer in the sidebar.
import { join } from 'node:path'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Desk, openStage, openWorkbench, READER, SHOTS, type Stage } from './stage.ts'

const MATERIAL = '2026 春季价目表'
const SELLER = '吴晓燕'
const LONG = { timeout: 30_000 }

let stage: Stage
let database: Connection
beforeAll(async () => {
  stage = await openStage({ demo: true })
  database = await createConnection(stage.product.databaseUrl)
}, 300_000)
afterAll(async () => {
  await database.end()
  await stage.close()
})

const rows = async <Row>(sql: string): Promise<Row[]> => (await database.query<(Row & RowDataPacket)[]>(sql))[0]

/** Sends the material from the sidebar into the chat that is open; gives its address once her code stands beside it. */
async function send(desk: Desk): Promise<string> {
  await desk.sidebar.getByTestId('customer-name').waitFor(LONG)
  await desk.sidebar.getByText('素材', { exact: true }).last().click()
  await desk.sidebar.locator('[data-testid^="material-"]', { hasText: MATERIAL }).first().locator('[data-testid^="send-"]').first().click()
  await desk.sidebar.getByText('已发送').first().waitFor()
  const [share] = await rows<{ token: string }>("SELECT token FROM shares WHERE state = 'sent' ORDER BY id DESC LIMIT 1")
  const link = `${stage.product.baseUrl}/r/${share?.token}`
  // Whoever asks without a browser is no reader.
  await vi.waitFor(async () => expect(await (await fetch(link)).text()).toContain('contact.png'), { ...LONG, interval: 500 })
  return link
}

/** Opens the last link in the open chat of the phone, and its panel. */
async function openPanel(desk: Desk): Promise<void> {
  await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
  await desk.phone.getByText('联系我').click()
  await expect.poll(() => desk.phone.locator('.ask img').evaluate((picture: HTMLImageElement) => picture.naturalWidth), LONG).toBeGreaterThan(0)
}

/** Keeps a finger on the code until WeChat offers what can be done with it. */
async function recognise(desk: Desk): Promise<void> {
  await desk.phone.locator('.ask img').click({ delay: 800 })
  await desk.page.getByTestId('recognise-code').click()
}

test('whoever got the link from a friend adds the salesperson by the code, and stands in her sidebar', async () => {
  const desk = await stage.desk()
  await send(desk)
  await desk.page.getByTestId(`phone-chat-${SELLER}`).click()
  await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
  await desk.phone.locator('img').first().waitFor()
  await desk.page.getByTestId('wechat-menu').click()
  await desk.page.getByTestId('wechat-forward').click()
  await desk.page.getByTestId('forward-stranger').click()
  await desk.page.getByTestId('customer-second').first().click()
  const friend = (await desk.page.locator('.whose').innerText()).replace(' 的手机', '')

  await desk.page.locator('[data-testid^="phone-chat-"]').first().click()
  await openPanel(desk)
  await desk.shot('contact-1-panel')
  await desk.phone.locator('.ask img').click({ delay: 800 })
  await desk.shot('contact-2-press')
  await desk.page.getByTestId('recognise-code').click()
  expect(await desk.page.getByTestId('member-card').innerText()).toContain(SELLER)
  await desk.shot('contact-3-card')
  await desk.page.getByTestId('add-member').click()
  await desk.page.getByTestId('phone-chat').getByText(`你已添加了 ${SELLER}`).waitFor()

  await desk.page.getByTestId(`chat-${friend}`).click()
  await expect.poll(() => desk.sidebar.getByTestId('customer-name').innerText(), LONG).toContain(friend)
  await desk.sidebar.getByText('渠道「名片二维码」').waitFor(LONG)
  await desk.sidebar.getByTestId('timeline').getByText('来源：扫描二维码 · 渠道：名片二维码').waitFor(LONG)
  await desk.shot('contact-4-sidebar')

  // Friends now: the code leads to their chat.
  await desk.page.getByTestId('phone-back').click()
  await desk.page.locator('[data-testid^="phone-chat-"]', { hasText: '林间小路' }).first().click()
  await openPanel(desk)
  await recognise(desk)
  await desk.page.getByTestId('phone-chat').getByText(`你已添加了 ${SELLER}`).waitFor()
  expect(desk.complaints).toEqual([])
  await desk.close()
})

describe('the panel', () => {
  let link: string
  beforeAll(async () => {
    const desk = await stage.desk()
    link = await send(desk)
    await desk.close()
  }, 60_000)

  /** The link on a phone of its own. */
  async function phone(more: { javaScriptEnabled?: boolean; width?: number } = {}): Promise<Page> {
    const context = await stage.browser.newContext({ viewport: { width: more.width ?? 375, height: 667 }, userAgent: READER, locale: 'zh-CN', hasTouch: true, javaScriptEnabled: more.javaScriptEnabled ?? true })
    return await context.newPage()
  }

  /** Until the page has been open for so long. */
  const stay = (page: Page, ms: number) => page.waitForFunction((until) => performance.now() >= until, ms)

  test('loads the code only when it is opened, and reading goes on meanwhile · MAT-15', async () => {
    const page = await phone()
    const asked: string[] = []
    page.on('request', (request) => { if (request.url().includes('contact.png')) asked.push(request.url()) })
    await page.goto(link)
    // The script counts from here on.
    await page.waitForFunction(() => /\/r\/.{43}$/.test(location.pathname))
    const from = await page.evaluate(() => performance.now())
    await stay(page, from + 1500)
    expect(asked).toEqual([])
    await page.locator('.ask summary').tap()
    await page.getByText('长按识别二维码').waitFor()
    await stay(page, from + 4000)
    // A tap beside it closes it again.
    await page.touchscreen.tap(180, 60)
    await expect.poll(() => page.locator('.ask img').isVisible()).toBe(false)
    await stay(page, from + 6000)
    expect(asked).toHaveLength(1)
    const to = await page.evaluate(() => performance.now())
    const closed = new Promise<void>((done) => page.once('close', () => done()))
    await page.close({ runBeforeUnload: true })
    await closed
    const view = async () => (await rows<{ ms: number; ended: number }>('SELECT visible_ms AS ms, has_left AS ended FROM views ORDER BY id DESC LIMIT 1'))[0]
    await expect.poll(async () => (await view())?.ended, LONG).toBe(1)
    expect((await view())?.ms).toBeGreaterThan(to - from - 1000)
    expect((await view())?.ms).toBeLessThan(to + 1000)
    await page.context().close()
  })

  test('opens without a script, is large enough for a thumb, and fits the smallest phone', async () => {
    const page = await phone({ javaScriptEnabled: false, width: 320 })
    await page.goto(link)
    const button = page.locator('.ask summary')
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    expect(await page.locator('.who b').first().innerText()).toBe(SELLER)
    await button.tap()
    await page.getByText('长按识别二维码，加我微信').waitFor()
    const [picture, screen] = [await page.locator('.ask img').boundingBox(), page.viewportSize()]
    expect((picture?.x ?? 0) + (picture?.width ?? 999)).toBeLessThanOrEqual(screen?.width ?? 0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    await page.screenshot({ path: join(SHOTS, 'contact-5-small.png') })
    await page.context().close()
  })
})

test('an administrator sees whether a member has a code', async () => {
  const page = await openWorkbench(stage, '/more/staff')
  await page.getByText(SELLER).first().click()
  await expect.poll(() => page.getByTestId('contact-way').innerText(), LONG).toContain('已生成')
  await page.screenshot({ path: join(SHOTS, 'contact-6-staff.png') })
  expect(page.complaints).toEqual([])
})
