// The whole product with the demo corp, and a browser to click through it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { launchChromium } from '../run/chromium.ts'
import { startProduct, type Product } from '../run/product.ts'
import { ownMariadb, type OwnServer } from '../run/services.ts'

export const DEMO_CORP_ID = 'wwdemo00000000a001'
const ADMIN = '林知夏'
export const SHOTS = new URL('../.shots', import.meta.url).pathname

export interface Stage {
  product: Product
  mariadb: OwnServer
  browser: Browser
  /** A fresh browser profile at the sandbox's desk. */
  desk(options?: { width?: number; height?: number }): Promise<Desk>
  close(): Promise<void>
}

/** The desk: the WeCom window with our sidebar, and the customer's WeChat phone. */
export interface Desk {
  page: Page
  sidebar: FrameLocator
  phone: FrameLocator
  workbench: FrameLocator
  /** Keeps a picture to look at under tests/.shots. */
  shot(name: string): Promise<void>
  /** Errors that pages wrote to the console. */
  complaints: string[]
  close(): Promise<void>
}

/** Starts everything; `demo` also loads materials and history. */
export async function openStage(options: { demo: boolean }): Promise<Stage> {
  mkdirSync(SHOTS, { recursive: true })
  const mariadb = await ownMariadb()
  await createDatabase(mariadb.url)
  const product = await startProduct({ databaseUrl: withDatabase(mariadb.url) })
  if (options.demo) await product.loadDemo()
  const browser = await launchChromium()
  return {
    product, mariadb, browser,
    desk: (size) => openDesk(browser, product.baseUrl, size),
    async close() {
      await browser.close()
      await product.stop()
      await mariadb.drop()
    },
  }
}

async function openDesk(browser: Browser, baseUrl: string, { width = 1440, height = 860 } = {}): Promise<Desk> {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // The browser itself reports answers such as 401 before a sign-in; those are no mistakes of a page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  await page.goto(baseUrl)
  return {
    page, complaints,
    sidebar: page.frameLocator('[data-testid=sidebar-frame]'),
    phone: page.frameLocator('[data-testid=wechat-frame]'),
    workbench: page.frameLocator('[data-testid=workbench-frame]'),
    shot: async (name) => void (await page.screenshot({ path: join(SHOTS, `${name}.png`) })),
    close: () => context.close(),
  }
}

export interface Viewport { width: number; height: number }
export const PHONE: Viewport = { width: 360, height: 720 }
export const PC: Viewport = { width: 1280, height: 800 }
export interface Tab extends Page { complaints: string[] }

/** A member's workbench, the administrator's if nobody is named, in a browser profile of its own, which ends with the page; signed in by scanning. */
export async function openWorkbench({ browser, product }: Stage, hash: string, viewport = PC, who = ADMIN): Promise<Tab> {
  const page = await browser.newPage({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${product.baseUrl}/workbench?corp=${DEMO_CORP_ID}#${hash}`)
  await scan(page, who)
  return Object.assign(page, { complaints })
}

/** A member scans the code of WeCom's sign-in page; the administrator if nobody is named. */
export async function scan(page: Page, who = ADMIN): Promise<void> {
  await page.getByText(who).first().click()
  await page.waitForURL(/\/workbench/)
}

const withDatabase = (url: string): string => {
  const address = new URL(url)
  address.pathname = '/zhike'
  return address.href
}

async function createDatabase(url: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection(url)
  await connection.query('CREATE DATABASE IF NOT EXISTS zhike CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci')
  await connection.end()
}

/** The sidebar of whoever sits at the window first has come up: nothing of hers is under way any more. */
export const settled = (desk: Desk): Promise<void> => desk.sidebar.getByTestId('customer-name').waitFor({ timeout: 60_000 })

/** Seats another member at the WeCom window. */
export async function seatStaff(desk: Desk, userid: string): Promise<void> {
  await desk.page.getByTestId('staff-switch').click()
  await desk.page.getByTestId(`staff-option-${userid}`).click()
}

/** Phones of readers: in a browser, and in WeChat, which can say who reads. */
export const READER = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'
export const WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50'

/** A link has been opened in WeChat: the official account asks and is allowed to know who this is; WeCom asks when that has named nobody. */
export async function inWechatAs(page: Page, externalUserId: string): Promise<void> {
  const [pick, agree] = [page.locator('#external'), page.locator('#agree')]
  while (new URL(page.url()).pathname.includes('/oauth2/')) {
    await pick.or(agree).filter({ visible: true }).first().waitFor()
    const before = page.url()
    if (await agree.isVisible()) await agree.click()
    else {
      await pick.fill(externalUserId)
      await page.locator('#go').click()
    }
    await expect.poll(async () => page.url() !== before || await agree.isVisible(), { timeout: 30_000 }).toBe(true)
  }
}
