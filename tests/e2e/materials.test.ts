import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnswerOf, ViewRow } from '@zhike/shared/contract'
import { DEMO_CORP_ID, inWechatAs, openStage, openWorkbench, PC, READER, SHOTS, type Stage, type Tab, WECHAT } from './stage.ts'

const DEMO_FILES = fileURLToPath(new URL('../../server/src/demo/files/', import.meta.url))
const LONG = { timeout: 30_000 }

let stage: Stage
let admin: Tab
/** 吴晓燕, who sends. */
let seller: Page
beforeAll(async () => {
  stage = await openStage({ demo: true })
  admin = await openWorkbench(stage, '/materials')
  seller = await openWorkbench(stage, '/', PC, '吴晓燕')
}, 300_000)
afterAll(() => stage.close())

/** Asks our server in the name of whoever is signed in on a page. */
const ask = <T>(page: Page, url: string, method = 'GET', body?: object): Promise<T> => page.evaluate(async ([address, how, text]) => {
  const answer = await fetch(address ?? '', { method: how, headers: text === undefined ? {} : { 'content-type': 'application/json' }, body: text })
  return answer.status === 204 ? null : await answer.json()
}, [url, method, body && JSON.stringify(body)] as const)

/** Sends a material to the customer of the tour; gives the address that she gets. */
async function send(materialId: number): Promise<{ link: string; shareId: number; to: string }> {
  const { items: [customer] } = await ask<AnswerOf<'GET /api/customers'>>(seller, `/api/customers?q=${encodeURIComponent('林间小路')}`)
  const { shareId, message } = await ask<AnswerOf<'POST /api/shares'>>(seller, '/api/shares', 'POST', { materialId, chat: { kind: 'customer', externalUserId: customer?.externalUserId }, requestId: crypto.randomUUID() })
  await ask(seller, `/api/shares/${shareId}/outcome`, 'PUT', { state: 'sent' })
  return { link: message.msgtype === 'news' ? message.news.link : '', shareId, to: customer?.externalUserId ?? '' }
}

/**
 * A phone of its own; gives what it passes on, and how long the page was open, ms.
 * @param customer whose phone it is, in WeChat, which says so; a browser if nobody is named
 */
async function read(link: string, doing: (page: Page) => Promise<void>, customer?: string): Promise<{ passedOn: string; ms: number }> {
  const context = await stage.browser.newContext({ viewport: { width: 375, height: 812 }, userAgent: customer === undefined ? READER : WECHAT, locale: 'zh-CN', hasTouch: true })
  const page = await context.newPage()
  const closed = new Promise<void>((done) => page.once('close', () => done()))
  await page.goto(link)
  if (customer !== undefined) await inWechatAs(page, customer)
  await page.waitForFunction(() => /\/r\/.{43}$/.test(location.pathname))
  await doing(page)
  const passedOn = page.url()
  const ms = await page.evaluate(() => performance.now())
  await page.close({ runBeforeUnload: true })
  await closed
  await context.close()
  return { passedOn, ms }
}
/** Until the page has been open for so long. */
const stay = (page: Page, ms: number) => page.waitForFunction((until) => performance.now() >= until, ms)
const viewsOf = async (materialId: number): Promise<ViewRow[]> => (await ask<AnswerOf<'GET /api/radar/views'>>(seller, `/api/radar/views?materialId=${materialId}`)).items
const ended = async (materialId: number): Promise<ViewRow> => {
  await expect.poll(async () => (await viewsOf(materialId)).filter((view) => !view.readingNow).length, LONG).toBeGreaterThan(0)
  const [view] = await viewsOf(materialId)
  if (!view) throw new Error('the view is gone')
  return view
}

/** Fills the form for a new material and saves it; gives its id. */
async function make(type: string, title: string, fill: () => Promise<void>): Promise<number> {
  await admin.goto('about:blank')
  await admin.goto(`${stage.product.baseUrl}/workbench?corp=${DEMO_CORP_ID}#/materials`)
  await admin.evaluate(() => sessionStorage.clear())
  await admin.getByTestId('new-material').click()
  await admin.getByTestId(`type-${type}`).click()
  await fill()
  await admin.getByTestId('material-title').fill(title)
  await expect.poll(() => admin.getByTestId('save-material').innerText(), LONG).toBe('保存')
  await admin.getByTestId('save-material').click()
  await admin.waitForURL(/#\/materials\/\d+$/, LONG)
  await admin.getByTestId('material-page').getByText(title).first().waitFor()
  await admin.screenshot({ path: join(SHOTS, `material-${type}.png`) })
  const id = Number(/\d+$/.exec(admin.url())?.[0])
  await expect.poll(async () => (await ask<AnswerOf<'GET /api/materials/:materialId'>>(admin, `/api/materials/${id}`)).state, LONG).toBe('ready')
  return id
}
const choose = (field: string, ...names: string[]) => admin.getByTestId(field).setInputFiles(names.map((name) => join(DEMO_FILES, name)))
const chosen = (count: number) => expect.poll(() => admin.getByTestId('file-chosen').count(), LONG).toBe(count)

describe('each type of material is made in the form, sent, and read; the figures are what was done · MAT-4, MAT-15', () => {
  test('a PDF, page by page', async () => {
    const id = await make('pdf', '待产包（测试）', async () => {
      await choose('material-file', 'hospital-bag.pdf')
      await chosen(1)
    })
    const { link, to } = await send(id)
    const { ms } = await read(link, async (page) => {
      await stay(page, 4000)
      await page.locator('[data-page="2"]').scrollIntoViewIfNeeded()
      await page.evaluate(() => document.querySelector('[data-page="2"]')?.scrollIntoView({ block: 'start' }))
      await stay(page, 8000)
    }, to)
    const view = await ended(id)
    expect(Math.abs(view.visibleMs - ms)).toBeLessThan(1000)
    expect(Math.abs((view.pageMs[0] ?? 0) - 4000)).toBeLessThan(1000)
    expect(view).toMatchObject({ reader: 'customer', readerName: '林间小路', maxPage: 2 })
  })

  test('a picture set in its order', async () => {
    const id = await make('image', '三张图（测试）', async () => {
      await choose('material-pictures', 'shops.jpg', 'bamboo-bodysuit.jpg')
      await expect.poll(() => admin.getByTestId('picture-list').locator('img').count(), LONG).toBe(2)
      await choose('material-pictures', 'milk-by-month.jpg')
      await expect.poll(() => admin.getByTestId('picture-list').locator('img').count(), LONG).toBe(3)
      await admin.getByRole('button', { name: '第 3 张往前' }).click()
    })
    const { pages } = await ask<AnswerOf<'GET /api/materials/:materialId'>>(admin, `/api/materials/${id}`)
    expect(pages).toBe(3)
    const { ms } = await read((await send(id)).link, (page) => stay(page, 3000).then(() => undefined))
    expect(Math.abs((await ended(id)).visibleMs - ms)).toBeLessThan(1000)
  })

  test('a video: how far it played, and what was watched of it', async () => {
    const id = await make('video', '安装（测试）', async () => {
      await choose('material-file', 'car-seat.mp4')
      // The cover is taken from the film by itself.
      await chosen(2)
    })
    const { durationMs } = await ask<AnswerOf<'GET /api/materials/:materialId'>>(admin, `/api/materials/${id}`)
    await read((await send(id)).link, async (page) => {
      await page.locator('video').evaluate((film: HTMLVideoElement) => { film.muted = true; return film.play() })
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) >= 5)
      await page.locator('video').evaluate((film: HTMLVideoElement) => film.pause())
    })
    const view = await ended(id)
    expect(Math.abs((view.depth / 100) * (durationMs ?? 0) - 5000)).toBeLessThan(1000)
    expect(Math.abs(view.pageMs.reduce((sum, part) => sum + part, 0) - 5000)).toBeLessThan(1000)
  })

  test('a file: that it was fetched', async () => {
    const id = await make('file', '积分表（测试）', async () => {
      await choose('material-file', 'points.xlsx')
      await chosen(1)
    })
    await read((await send(id)).link, async (page) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('下载文件').click()])
      expect(file.suggestedFilename()).toBe('points.xlsx')
      await stay(page, 1500)
    })
    expect((await ended(id)).depth).toBe(100)
  })

  test('a link fills the form from its page, and is read inside ours', async () => {
    const id = await make('link', '停车（测试）', async () => {
      await admin.getByTestId('material-url').fill(`${stage.product.baseUrl}/sandbox/web/parking`)
      await admin.getByTestId('look-at-link').click()
      await expect.poll(() => admin.getByTestId('material-title').inputValue(), LONG).toContain('停车')
      await chosen(1)
      expect(await admin.getByTestId('link-said').innerText()).toContain('在我们的页面里打开')
    })
    await expect.poll(async () => (await ask<AnswerOf<'GET /api/materials/:materialId'>>(admin, `/api/materials/${id}`)).framing, LONG).toBe('allowed')
    const { ms } = await read((await send(id)).link, async (page) => {
      await page.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor()
      await stay(page, 4000)
    })
    expect(Math.abs((await ended(id)).visibleMs - ms)).toBeLessThan(1000)
  })

  test('an article is written in the form and cleaned; from a page it brings its pictures', async () => {
    const written = await make('article', '推车怎么选（测试）', async () => {
      await admin.getByTestId('article-text').locator('.article-text').click()
      await admin.keyboard.type('先看重量，再看收车。')
      await admin.getByRole('button', { name: '标题', exact: true }).click()
      await expect.poll(() => admin.getByTestId('preview-article').innerText()).toContain('先看重量')
    })
    const { ms } = await read((await send(written)).link, async (page) => {
      expect(await page.locator('article h2').innerText()).toBe('先看重量，再看收车。')
      await stay(page, 3000)
    })
    const view = await ended(written)
    expect(Math.abs(view.visibleMs - ms)).toBeLessThan(1000)
    expect(view.depth).toBe(100)

    const imported = await make('article', '导入的文章（测试）', async () => {
      await admin.getByTestId('import-article').click()
      await admin.getByTestId('article-address').fill(`${stage.product.baseUrl}/sandbox/web/article`)
      await admin.getByTestId('article-address-ok').click()
      await expect.poll(() => admin.getByTestId('article-text').locator('img').count(), { timeout: 60_000 }).toBeGreaterThan(1)
    })
    await read((await send(imported)).link, async (page) => {
      expect(await page.locator('article img').count()).toBeGreaterThan(1)
      expect(await page.locator('article script, article [onclick]').count()).toBe(0)
      await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('article img')].slice(0, 1).every((picture) => picture.naturalWidth > 0))
    })
    expect(admin.complaints).toEqual([])
  })
})

test('passed on from A to B to C: a tree of three, rightly named · MAT-19', async () => {
  const { items } = await ask<AnswerOf<'GET /api/materials'>>(admin, `/api/materials?q=${encodeURIComponent('婴儿推车选购')}`)
  const id = items[0]?.materialId ?? 0
  const { link, shareId, to } = await send(id)
  const reading = (address: string, who?: string) => read(address, (page) => stay(page, 2000).then(() => undefined), who)
  const a = await reading(link, to)
  const b = await reading(a.passedOn)
  await reading(b.passedOn)
  await expect.poll(async () => (await ask<AnswerOf<'GET /api/radar/shares/:shareId/tree'>>(seller, `/api/radar/shares/${shareId}/tree`)).nodes.length, LONG).toBe(3)
  await admin.goto('about:blank')
  await admin.goto(`${stage.product.baseUrl}/workbench?corp=${DEMO_CORP_ID}#/materials/${id}`)
  await admin.getByTestId(`chain-${shareId}`).click()
  const nodes = admin.getByTestId('tree-node')
  await expect.poll(() => nodes.count(), LONG).toBe(3)
  expect(await nodes.evaluateAll((list) => list.map((node) => [node.dataset.depth, node.querySelector('.name')?.textContent]))).toEqual([['0', '林间小路收件人'], ['1', '「林间小路」的朋友第 2 手'], ['2', '「林间小路」的朋友的朋友第 3 手']])
  await admin.screenshot({ path: join(SHOTS, 'forward-tree.png') })
})

test('a preview link is for colleagues: marked, and counted nowhere · MAT-12', async () => {
  await admin.keyboard.press('Escape')
  await admin.getByTestId('share-inside').click()
  const url = await admin.getByTestId('preview-url').innerText()
  const page = await stage.browser.newPage({ viewport: { width: 375, height: 812 }, userAgent: READER })
  await page.goto(url)
  expect(await page.getByRole('status').innerText()).toContain('内部预览')
  expect(await page.locator('body').getAttribute('data-view')).toBeNull()
  await page.close()
})

test('where the client can’t send, the link is copied and counts as sent: each copy is a link of its own · MAT-14', async () => {
  const { items: [material] } = await ask<AnswerOf<'GET /api/materials'>>(seller, '/api/materials?type=pdf&limit=1')
  const { items: [customer] } = await ask<AnswerOf<'GET /api/customers'>>(seller, `/api/customers?q=${encodeURIComponent('林间小路')}`)
  const before = (await ask<AnswerOf<'GET /api/materials/:materialId'>>(seller, `/api/materials/${material?.materialId}`)).totals.shares
  await seller.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await seller.goto('about:blank')
  await seller.goto(`${stage.product.baseUrl}/sidebar?customer=${customer?.externalUserId}#/materials/${material?.materialId}`)
  const links = new Set<string>()
  for (const copies of [1, 2]) {
    await seller.getByRole('button', { name: '发送', exact: true }).click()
    await seller.getByTestId('copy-link').click()
    await seller.getByText('链接已复制，记为一次发送').first().waitFor()
    await expect.poll(async () => (await ask<AnswerOf<'GET /api/materials/:materialId'>>(seller, `/api/materials/${material?.materialId}`)).totals.shares, LONG).toBe(before + copies)
    links.add(await seller.evaluate(() => navigator.clipboard.readText()))
  }
  expect(links.size).toBe(2)
})
