import { createConnection, type ResultSetHeader } from 'mysql2/promise'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, openWorkbench, PHONE, scan, settled, SHOTS, type Stage, type Viewport } from './stage.ts'

/** An upload is looked into by a process of its own, which may have to start. */
const LONG = { timeout: 20_000 }

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: true })
}, 300_000)
afterAll(() => stage.close())

const workbench = (hash: string, viewport?: Viewport) => openWorkbench(stage, hash, viewport)

/** What a form says at its fields. */
const messages = (page: Page): Promise<string[]> => page.locator('form [role=alert]').allInnerTexts()
const atMaterial = (page: Page): Promise<void> => page.waitForURL(/#\/materials\/\d+$/)

async function onDatabase(statement: string): Promise<ResultSetHeader> {
  const connection = await createConnection(stage.product.databaseUrl)
  try {
    const [result] = await connection.query<ResultSetHeader>(statement)
    return result
  } finally {
    await connection.end()
  }
}

describe('two people edit the same material', () => {
  test('the second one is told who has changed what, can look at it and go back to her own text, and decides · GEN-8', async () => {
    const first = await workbench('/materials/8/edit', PHONE)
    const second = await workbench('/materials/8/edit')
    const before = await second.getByTestId('material-summary').inputValue()
    await second.getByTestId('material-summary').fill('她写的摘要')
    await first.getByTestId('material-title').fill('对方改的标题')
    await first.getByTestId('save-material').click()
    await atMaterial(first)

    await second.getByTestId('save-material').click()
    const question = second.getByTestId('conflict')
    await question.waitFor()
    expect(await question.innerText()).toMatch(/这份素材已被.+修改[\s\S]*改了标题[\s\S]*对方改的标题/)
    await question.getByTestId('take-theirs').click()
    await expect.poll(() => second.getByTestId('material-title').inputValue()).toBe('对方改的标题')
    expect(await second.getByTestId('material-summary').inputValue()).toBe(before)
    await second.getByTestId('take-mine').click()
    expect(await second.getByTestId('material-summary').inputValue()).toBe('她写的摘要')

    // A third change comes while she decides: she is asked again, and this time stands by hers.
    await first.goto(first.url().replace(/#.*/, '#/materials/8/edit'))
    await first.getByTestId('material-score').fill('7')
    await first.getByTestId('save-material').click()
    await atMaterial(first)
    await second.getByTestId('save-material').click()
    await question.getByTestId('confirm').click()
    await atMaterial(second)
    await second.goto(second.url().replace(/#.*/, '#/materials/8/edit'))
    await expect.poll(() => second.getByTestId('material-summary').inputValue()).toBe('她写的摘要')
    expect([...first.complaints, ...second.complaints]).toEqual([])
    await first.close()
    await second.close()
  })
})

describe('a form that is not saved', () => {
  test('is not left without a question, by whatever way; staying keeps every letter', async () => {
    const page = await workbench('/materials')
    await page.getByTestId('new-material').click()
    await page.getByTestId('material-title').fill('写到一半')
    const question = page.getByRole('dialog', { name: '还没有保存，要离开吗？' })

    // A sheet over the form is closed first; then it is asked; going back once more takes the question back.
    await page.getByTestId('pick-tags').click()
    await page.getByRole('dialog').waitFor()
    await page.goBack()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await page.getByTestId('material-title').inputValue()).toBe('写到一半')
    await page.goBack()
    await question.waitFor()
    await page.goBack()
    await question.waitFor({ state: 'hidden' })
    await expect.poll(() => page.url()).toMatch(/#\/materials\/new$/)
    await page.goBack()
    await question.waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'hidden' })
    await expect.poll(() => page.url()).toMatch(/#\/materials\/new$/)
    await page.getByRole('link', { name: '首页' }).click()
    await question.getByTestId('cancel').click()
    await question.waitFor({ state: 'hidden' })
    expect(await page.getByTestId('material-title').inputValue()).toBe('写到一半')

    await page.getByRole('link', { name: '首页' }).click()
    await question.getByTestId('confirm').click()
    await page.getByTestId('home-page').waitFor()
    await page.goBack()
    await page.getByTestId('material-form').waitFor()
    expect(await page.getByTestId('material-title').inputValue()).toBe('')
    expect(page.complaints).toEqual([])
    await page.close()
  })

  test('survives a session that ends in the middle: after the sign-in everything typed is there again, and is saved · SYS-3', async () => {
    const page = await workbench('/materials/new')
    await page.getByTestId('type-link').click()
    await page.getByTestId('material-url').fill('https://www.example.com/spring')
    await page.getByTestId('material-title').fill('春天的活动')
    await onDatabase('DELETE FROM sessions')
    await page.getByTestId('save-material').click()
    await scan(page)
    await expect.poll(() => page.getByTestId('material-title').inputValue(), { timeout: 20_000 }).toBe('春天的活动')
    expect(await page.getByTestId('material-url').inputValue()).toBe('https://www.example.com/spring')
    await page.getByTestId('save-material').click()
    await atMaterial(page)
    await page.goto(page.url().replace(/#.*/, '#/materials/new'))
    await page.getByTestId('material-form').waitFor()
    expect(await page.getByTestId('material-title').inputValue(), 'what is saved is no draft any more').toBe('')
    await page.close()
  })
})

describe('settings of the radar', () => {
  const quietWords = (page: Page) => page.getByTestId('quiet-words').innerText()
  const save = async (page: Page) => {
    await page.getByTestId('save-radar-settings').click()
    await expect.poll(() => page.getByTestId('save-radar-settings').innerText(), LONG).toBe('没有修改')
  }

  test('are saved with quiet hours over midnight, and not left unsaved without a question · GEN-7, GEN-10', async () => {
    const page = await workbench('/more/radar', PHONE)
    expect(await page.getByTestId('consent-preview').innerText()).toContain('顾问会看到您阅读了哪些内容')
    await page.getByTestId('quiet').click()
    await page.getByTestId('quiet-from').selectOption('08:00')
    await page.getByTestId('save-radar-settings').click()
    await expect.poll(() => messages(page)).toEqual(['开始和结束不能是同一时间'])
    await page.getByTestId('quiet-from').selectOption('22:30')
    await expect.poll(() => quietWords(page)).toBe('每天 22:30–次日 08:00，共 9小时30分')
    await page.getByTestId('consent-line').click()
    expect(await page.getByTestId('consent-preview').innerText()).not.toContain('顾问会看到')
    await page.getByRole('button', { name: '返回' }).click()
    await page.getByRole('dialog', { name: '修改还没有保存，要离开吗？' }).getByTestId('cancel').click()
    await save(page)
    await page.reload()
    await expect.poll(() => quietWords(page), LONG).toBe('每天 22:30–次日 08:00，共 9小时30分')
    expect(await page.getByTestId('consent-line').getAttribute('aria-checked')).toBe('false')
    expect(page.complaints).toEqual([])
    await page.close()
  })

  test('that somebody else has changed meanwhile are not overwritten unasked; what would be deleted is counted first · GEN-3, GEN-8', async () => {
    const page = await workbench('/more/radar')
    await page.getByTestId('tell-reading').click()
    await save(page)
    await onDatabase('UPDATE radar_settings SET tell_summary = 0, version = version + 1')
    await onDatabase('UPDATE views SET opened_at = DATE_SUB(opened_at, INTERVAL 60 DAY) ORDER BY id LIMIT 3')
    await page.getByTestId('keep-views').selectOption('30')
    await page.getByTestId('save-radar-settings').click()
    const deleting = page.getByRole('dialog', { name: '删除 3 条浏览记录？' })
    await deleting.getByTestId('confirm').click()
    const question = page.getByRole('dialog', { name: '雷达设置刚被别人改过' })
    await question.waitFor()
    expect(await question.innerText()).toContain('对方改了离开小结')
    await question.getByTestId('take-theirs').click()
    await expect.poll(() => page.getByTestId('tell-summary').getAttribute('aria-checked')).toBe('false')
    expect(await page.getByTestId('keep-views').inputValue()).toBe('0')
    expect(page.complaints).toEqual([])
    await page.close()
  })
})

describe('an upload that is refused', () => {
  test('says why at its field, and leaves the rest of the form alone · MAT-5, MAT-7, GEN-7', async () => {
    const page = await workbench('/materials/new', PHONE)
    const choose = (name: string, buffer: Buffer) => page.getByTestId('material-file').setInputFiles({ name, mimeType: 'application/pdf', buffer })
    await page.getByTestId('material-title').fill('价目表')
    await choose('太大.pdf', Buffer.alloc(21 * 1024 * 1024))
    await expect.poll(() => messages(page), LONG).toEqual(['这个文件有 21 MB，PDF最大 20 MB，请压缩后再上传'])
    await choose('文字.pdf', Buffer.from('这不是 PDF'))
    await expect.poll(() => messages(page), LONG).toEqual(['这里需要一份 PDF 文件，请换一个'])
    await choose('图片.pdf', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'))
    await expect.poll(() => messages(page), LONG).toEqual(['这是一张图片，这里需要一份 PDF 文件'])
    expect(await page.getByTestId('material-title').inputValue()).toBe('价目表')
    await page.getByTestId('material-title').fill('一二三四五六七八九十一二三四五六七八九十一')
    await page.getByTestId('material-score').fill('1000')
    await page.getByTestId('save-material').click()
    await expect.poll(() => messages(page), LONG).toEqual(['这是一张图片，这里需要一份 PDF 文件', '标题最多 20 个字', '评分为 0 到 100 的整数'])
    await page.close()
  })
})

describe('callbacks that nobody could handle', () => {
  test('stand under 要处理 with the reason, and one tap handles them again', async () => {
    const desk = await stage.desk()
    await settled(desk)
    await desk.page.getByTestId('workbench-open').click()
    await desk.workbench.getByTestId('home-page').waitFor()
    await desk.close()
    const die = () => onDatabase("UPDATE callbacks SET state = 'dead', attempts = 8, error = '企业微信 60020：服务器 IP 不在可信名单' WHERE event = 'enter_agent' AND state = 'done' LIMIT 1")
    await expect.poll(async () => (await die()).affectedRows, LONG).toBe(1)
    const page = await workbench('/more/callbacks', PHONE)
    await page.getByRole('radio', { name: /要处理\s*1/ }).click()
    const row = page.getByTestId('callback-row')
    await row.getByText('企业微信 60020').waitFor()
    expect(await row.count()).toBe(1)
    await row.click()
    await page.getByTestId('callback-detail').getByText('企业微信 60020').waitFor()
    await page.getByTestId('replay').click()
    await page.getByTestId('callback-detail').getByText('已处理').waitFor()
    await page.getByText('已重新处理').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('没有要处理的回调').waitFor()
    expect(page.complaints).toEqual([])
    await page.close()
  })
})

describe('a long list', () => {
  test('is turned page by page on a PC, grows on a phone, and says how many there are · GEN-1', async () => {
    const page = await workbench('/customers')
    const list = page.locator('.split-view .list')
    const rows = list.getByTestId('customer-row')
    await list.getByTestId('page-number').waitFor()
    await expect.poll(() => rows.count()).toBe(10)
    const pages = Number(/\/ (\d+) 页/.exec(await list.getByLabel('翻页').innerText())?.[1])
    expect(pages).toBeGreaterThan(20)
    const first = await rows.first().innerText()
    await list.getByTestId('page-on').click()
    await expect.poll(() => rows.first().innerText()).not.toBe(first)
    await list.getByTestId('page-number').fill('99999')
    await list.getByTestId('page-number').press('Enter')
    await expect.poll(() => list.getByTestId('page-number').inputValue()).toBe(String(pages))
    // Both ways rest while a page is on its way.
    await expect.poll(() => list.getByTestId('page-back').isEnabled()).toBe(true)
    expect(await list.getByTestId('page-on').isDisabled()).toBe(true)
    const last = await rows.last().innerText()
    // Opening one of them leaves the page where it is.
    await rows.last().click()
    await page.getByTestId('customer-name').waitFor()
    expect(await rows.last().innerText()).toBe(last)
    await page.screenshot({ path: `${SHOTS}/pages-pc.png` })
    await page.getByPlaceholder('搜昵称、备注').fill('林间')
    await expect.poll(() => list.getByTestId('page-number').count(), LONG).toBe(0)

    await page.setViewportSize(PHONE)
    await page.goto(page.url().replace(/#.*/, '#/customers'))
    await page.getByPlaceholder('搜昵称、备注').fill('')
    await expect.poll(() => rows.count(), LONG).toBeGreaterThanOrEqual(20)
    await list.locator('.paged-list').evaluate((area) => { area.scrollTop = area.scrollHeight })
    await expect.poll(() => rows.count(), LONG).toBeGreaterThanOrEqual(40)
    expect(page.complaints).toEqual([])
    await page.close()
  })
})

describe('somebody with a browser', () => {
  test('needs no more than the address where there is one corp; back closes a sheet, then leaves the page · SYS-3, GEN-12', async () => {
    const page = await stage.browser.newPage({ viewport: PHONE, locale: 'zh-CN' })
    await page.goto(`${stage.product.baseUrl}/workbench#/customers`)
    await scan(page)
    await page.getByTestId('customer-row').first().click()
    await page.getByTestId('customer-more').click()
    const sheet = page.getByRole('dialog', { name: '更多' })
    await sheet.waitFor()
    const address = page.url()
    await page.goBack()
    await sheet.waitFor({ state: 'hidden' })
    expect(page.url()).toBe(address)
    await page.goBack()
    await page.waitForURL(/#\/customers$/)
    // A choice in a sheet that leads on is no way back.
    await page.getByTestId('filter').click()
    await page.getByTestId('filter-done').click()
    await page.getByRole('dialog', { name: '筛选客户' }).waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: '更多' }).click()
    await page.waitForURL(/#\/more$/)
    await page.close()
  })
})
