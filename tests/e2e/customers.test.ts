// What members do to customers and tags, through the screens, and what WeCom then shows.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, openWorkbench, PHONE, settled, SHOTS, type Stage } from './stage.ts'

const LONG = { timeout: 20_000 }
let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: true })
}, 300_000)
afterAll(() => stage.close())

test('a salesperson writes remark and phone beside the chat; it is in WeCom, and the timeline tells it · CUS-11, CUS-20', async () => {
  const desk = await stage.desk()
  await settled(desk)
  const { sidebar } = desk
  const name = await sidebar.getByTestId('customer-name').innerText()
  await sidebar.getByTestId('edit-remark').click()
  await sidebar.getByTestId('remark-name').fill('林小姐 二胎')
  await sidebar.getByTestId('new-phone').fill('138 0013-80')
  await sidebar.getByTestId('save-remark').click()
  await sidebar.getByText('手机号应是以 1 开头的 11 位数字').waitFor(LONG)
  await sidebar.getByTestId('new-phone').fill('138 0013-8000')
  await desk.shot('customers-remark')
  await sidebar.getByTestId('save-remark').click()
  await sidebar.getByText('已保存，企业微信里也已更新').waitFor(LONG)
  await sidebar.getByText('备注 林小姐 二胎').waitFor(LONG)
  expect(await sidebar.getByTestId('phones').innerText()).toBe('138****8000')
  await sidebar.getByText('修改了备注').first().waitFor(LONG)
  // The desk is WeCom's own window: it names her by the new remark.
  await desk.page.getByText('林小姐 二胎').first().waitFor(LONG)
  expect(name).not.toBe('')
  expect(desk.complaints).toEqual([])
  await desk.close()
})

test('corp tags are made, sorted, renamed and deleted; the chat’s sidebar has them at once · TAG-6…9, TAG-12', async () => {
  const page = await openWorkbench(stage, '/more/tags', PHONE)
  await page.getByTestId('new-group').click()
  await page.getByTestId('save-new-tags').click()
  expect(await page.locator('form [role=alert]').allInnerTexts()).toEqual(['请填写标签组名称', '请填写标签名称'])
  await page.getByTestId('group-name').fill('到店意向')
  await page.getByTestId('tag-name-0').fill('本周到店')
  await page.getByTestId('one-more').click()
  await page.getByTestId('tag-name-1').fill('本月到店')
  await page.getByTestId('save-new-tags').click()
  const group = page.getByTestId('tag-group-到店意向')
  const tags = () => group.locator('[data-testid^=corp-tag-]').evaluateAll((list) => list.map((tag) => tag.getAttribute('data-testid')?.replace('corp-tag-', '')))
  await group.waitFor(LONG)
  const [, second = ''] = await tags()
  await page.getByTestId(`corp-tag-${second}`).click()
  await page.getByTestId('tag-forward').click()
  await expect.poll(tags, LONG).toEqual([second, ['本周到店', '本月到店'].find((one) => one !== second)])

  const desk = await stage.desk()
  await settled(desk)
  await desk.sidebar.getByTestId('add-tag').click()
  await desk.sidebar.getByTestId('tag-option-本周到店').click()
  await desk.sidebar.getByTestId('save-tags').click()
  await desk.sidebar.getByTestId('tag-本周到店').waitFor(LONG)
  await desk.close()

  await page.getByTestId('corp-tag-本周到店').click()
  await page.getByTestId('edit-name').fill('周末到店')
  await page.getByTestId('save-name').click()
  await page.getByTestId('corp-tag-周末到店').click()
  await page.getByTestId('delete-tag').click()
  await page.getByText('从 1 位客户身上去掉').waitFor(LONG)
  await page.screenshot({ path: `${SHOTS}/tags-delete.png` })
  await page.getByTestId('confirm').click()
  await page.getByText('已删除「周末到店」').waitFor(LONG)
  await expect.poll(tags, LONG).toEqual(['本月到店'])
  expect(page.complaints).toEqual([])
  await page.close()
})

test('the way to new customers is explained, and pasted numbers come out clean · CUS-36', async () => {
  const page = await openWorkbench(stage, '/customers', PHONE)
  await page.getByTestId('add-customers').click()
  await page.getByTestId('pasted-numbers').fill('+86 138-0013-8000\n1390013900')
  await expect.poll(() => page.getByTestId('clean-number').allInnerTexts()).toEqual([expect.stringContaining('138 0013 8000') as string, expect.stringContaining('不是 11 位手机号') as string])
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByTestId('clean-number').first().getByText('复制').click()
  await page.getByText('已复制').waitFor(LONG)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('13800138000')
  await page.screenshot({ path: `${SHOTS}/customers-add.png` })
  expect(page.complaints).toEqual([])
  await page.close()
})
