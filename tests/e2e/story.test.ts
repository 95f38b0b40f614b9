import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, openStage, seatStaff, settled, type Stage } from './stage.ts'

const MATERIAL = '2026 春季价目表'
const CUSTOMER = '林间小路'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: true })
}, 300_000)
afterAll(() => stage.close())

/** Sends a material from the sidebar into the chat that is open. */
async function send(desk: Desk, title: string): Promise<void> {
  await desk.sidebar.getByText('素材', { exact: true }).last().click()
  const row = desk.sidebar.locator('[data-testid^="material-"]', { hasText: title }).first()
  await row.locator('[data-testid^="send-"]').first().click()
  await desk.sidebar.getByText('已发送').first().waitFor()
  await desk.sidebar.getByText('客户', { exact: true }).last().click()
}

describe('a salesperson beside the chat (acceptance 1)', () => {
  test('she sees who it is, sends a material with one tap, and knows within two seconds who reads it · MAT-13, MAT-14, MAT-16', async () => {
    const desk = await stage.desk()
    await expect.poll(() => desk.sidebar.getByTestId('customer-name').innerText(), { timeout: 30_000 }).toContain(CUSTOMER)
    await desk.shot('story-1-customer')
    await send(desk, MATERIAL)
    await desk.page.getByTestId('conversation').getByText(MATERIAL).waitFor()

    await desk.page.getByTestId('phone-chat-吴晓燕').click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    const seen = Date.now()
    await desk.page.getByTestId('app-banner').waitFor()
    const told = Date.now() - seen
    expect(await desk.page.getByTestId('app-banner').innerText()).toMatch(new RegExp(`${CUSTOMER}.*${MATERIAL}`, 's'))
    await desk.sidebar.getByTestId('live-banner').waitFor()
    expect(await desk.sidebar.getByTestId('live-banner').innerText()).toContain(`正在看《${MATERIAL}》`)
    await desk.shot('story-2-reading')
    expect(told, 'the app message took too long').toBeLessThan(2000)

    await desk.page.getByTestId('wechat-close').click()
    await desk.sidebar.getByTestId('timeline').scrollIntoViewIfNeeded()
    await desk.sidebar.getByTestId('timeline').getByText(MATERIAL).first().waitFor()
    await desk.shot('story-2-timeline')
    expect(desk.complaints).toEqual([])
    await desk.close()
  })

  test('a double tap sends once; a cancelled send says so and counts nothing · MAT-14, GEN-8', async () => {
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await desk.page.getByTestId('conversation').getByTestId('link-card').first().waitFor()
    await desk.page.getByTestId('send-outcome').selectOption('cancel')
    await desk.sidebar.getByText('素材', { exact: true }).last().click()
    const row = desk.sidebar.locator('[data-testid^="material-"]', { hasText: '会员' }).first()
    const button = row.locator('[data-testid^="send-"]').first()
    const before = await desk.page.getByTestId('conversation').getByTestId('link-card').count()
    await button.click()
    await desk.sidebar.getByText(/取消/).first().waitFor()
    // The prepared outcome counts for one send; from here on messages go out.
    await expect.poll(() => desk.page.getByTestId('send-outcome').inputValue(), { timeout: 10_000 }).toBe('ok')
    await button.dblclick()
    await expect.poll(() => desk.page.getByTestId('conversation').getByTestId('link-card').count(), { timeout: 10_000 }).toBe(before + 1)
    await desk.close()
  })

  test('somebody else who opens a forwarded link is never shown as the customer · MAT-19', async () => {
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await send(desk, MATERIAL)
    await desk.page.getByTestId('phone-chat-吴晓燕').click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    await desk.page.getByTestId('wechat-menu').click()
    await desk.page.getByTestId('wechat-forward').click()
    await desk.page.getByTestId('forward-stranger').click()
    await desk.page.getByTestId('customer-second').first().click()
    await desk.page.locator('[data-testid^="phone-chat-"]').first().click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    await desk.shot('story-3-forwarded')
    const connection = await createConnection(stage.product.databaseUrl)
    await expect.poll(async () => {
      const [rows] = await connection.query<(RowDataPacket & { reader: string })[]>('SELECT reader FROM views WHERE announced = 1 ORDER BY id DESC LIMIT 1')
      return rows[0]?.reader
    }, { timeout: 10_000 }).toBe('forwarded')
    await connection.end()
    await desk.close()
  })

  test('a customer who never had the link is named by the corp’s official account, without WeCom · MAT-15, MAT-19', async () => {
    const friend = '果果妈'
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await send(desk, MATERIAL)
    await desk.page.getByTestId('phone-chat-吴晓燕').click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    await desk.page.getByTestId('wechat-menu').click()
    await desk.page.getByTestId('wechat-forward').click()
    await desk.page.getByTestId('forward-search').fill(friend)
    await desk.page.getByTestId(`forward-to-${friend}`).click()
    await desk.page.getByTestId('customer-second').first().click()
    const follows = desk.page.getByTestId('phone-follow')
    if (await follows.getAttribute('aria-pressed') === 'false') await follows.click()
    await expect.poll(() => follows.innerText()).toBe('已关注公众号')
    await desk.shot('story-3-follower')
    await desk.page.getByTestId(`phone-chat-${CUSTOMER}`).click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    const connection = await createConnection(stage.product.databaseUrl)
    await expect.poll(async () => {
      const [[row]] = await connection.query<RowDataPacket[]>(`SELECT v.reader, c.name, d.known_by, d.external_user_id, d.union_id = c.union_id AS same FROM views v JOIN visitors d ON d.corp_id = v.corp_id AND d.visitor_id = v.visitor_id
        LEFT JOIN customers c ON c.corp_id = v.corp_id AND c.id = v.customer_id WHERE v.announced = 1 ORDER BY v.id DESC LIMIT 1`)
      return { ...row }
    }, { timeout: 15_000 }).toEqual({ reader: 'forwarded', name: friend, known_by: 'wechat', external_user_id: null, same: 1 })
    await connection.end()
    await desk.close()
  })

  test('the same by phone, in the dark', async () => {
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await desk.page.getByTestId('theme-toggle').click()
    await desk.page.getByTestId('shape-phone').click()
    // The chat that was open stays open; the toolbar of the chat opens our page over it.
    await desk.page.getByTestId('toolbar-open').click()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    expect(await desk.sidebar.locator('html').evaluate((root) => getComputedStyle(root).colorScheme + getComputedStyle(document.body).backgroundColor)).not.toContain('rgb(243')
    await desk.shot('story-4-phone-dark')
    await send(desk, MATERIAL)
    await desk.close()
  })

  test('tickets that WeCom ended early cost one refused signature, and she notices nothing · SYS-14', async () => {
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await desk.page.getByTestId('fault-more').click()
    await desk.page.getByTestId('fault-ticket').click()
    await desk.page.reload()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await send(desk, MATERIAL)
    await desk.close()
  })

  test('in a customer group she sees who of the members is her customer', async () => {
    const desk = await stage.desk()
    await desk.page.getByTestId('chat-浦东宝妈福利 3 群').click()
    await expect.poll(() => desk.sidebar.getByTestId('group-name').innerText(), { timeout: 20_000 }).toContain('浦东宝妈福利 3 群')
    await desk.sidebar.getByTestId('member-row').first().waitFor()
    await desk.shot('story-5-group')
    await desk.close()
  })
})

describe('who sees what (acceptance 3)', () => {
  const openWorkbench = async (userid: string) => {
    const desk = await stage.desk()
    await settled(desk)
    await seatStaff(desk, userid)
    await desk.page.getByTestId('chat-list').waitFor()
    await desk.page.getByTestId('workbench-open').click()
    await desk.workbench.getByTestId('home-page').waitFor({ timeout: 30_000 })
    return desk
  }

  test('a member sees no manager functions, and none of others’ customers · SYS-4, SYS-5', async () => {
    const desk = await openWorkbench('wuxiaoyan')
    await desk.workbench.getByText('更多').last().click()
    await desk.workbench.getByTestId('me').waitFor()
    for (const entry of ['staff', 'roles', 'audit', 'callbacks', 'setup']) expect(await desk.workbench.getByTestId(`entry-${entry}`).count(), entry).toBe(0)
    await desk.shot('roles-1-member')
    await desk.close()
  })

  test('a manager sees her department, an administrator everything', async () => {
    const manager = await openWorkbench('zhoumin')
    await manager.workbench.getByText('更多').last().click()
    await manager.workbench.getByTestId('entry-staff').click()
    await manager.workbench.getByTestId('staff-row').first().waitFor()
    const hers = await manager.workbench.getByTestId('staff-row').count()
    await manager.shot('roles-2-manager')
    await manager.close()
    const admin = await openWorkbench('linzhixia')
    await admin.workbench.getByText('更多').last().click()
    for (const entry of ['staff', 'roles', 'jobs', 'audit', 'callbacks', 'setup']) await admin.workbench.getByTestId(`entry-${entry}`).waitFor()
    await admin.workbench.getByTestId('entry-staff').click()
    await expect.poll(() => admin.workbench.getByTestId('staff-row').count(), { timeout: 10_000 }).toBeGreaterThan(hers)
    await admin.shot('roles-3-admin')
    await admin.close()
  })
})

describe('the database goes away in the middle (acceptance 4)', () => {
  test('screens say so and recover without reload; what was read meanwhile is kept', async () => {
    const desk = await stage.desk()
    await desk.sidebar.getByTestId('customer-name').waitFor()
    await send(desk, MATERIAL)
    await desk.page.getByTestId('phone-chat-吴晓燕').click()
    await desk.page.getByTestId('phone-chat').getByTestId('link-card').last().click()
    await desk.phone.locator('img').first().waitFor()
    await stage.mariadb.stop()
    await desk.sidebar.getByText('素材', { exact: true }).last().click()
    await desk.sidebar.getByRole('searchbox').fill('价目')
    await desk.sidebar.getByText('服务暂时不可用，正在重试').first().waitFor()
    await desk.shot('outage-1')
    await stage.mariadb.start()
    await desk.sidebar.locator('[data-testid^="material-"]', { hasText: MATERIAL }).first().waitFor({ timeout: 40_000 })
    await desk.sidebar.getByText('服务暂时不可用，正在重试').waitFor({ state: 'hidden' })
    await desk.shot('outage-2')
    const connection = await createConnection(stage.product.databaseUrl)
    await expect.poll(async () => {
      const [rows] = await connection.query<(RowDataPacket & { visible_ms: number })[]>('SELECT visible_ms FROM views ORDER BY id DESC LIMIT 1')
      return rows[0]?.visible_ms
    }, { timeout: 30_000 }).toBeGreaterThan(3000)
    await connection.end()
    await desk.close()
  })
})
