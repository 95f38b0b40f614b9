import type { FrameLocator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, openStage, seatStaff, settled, type Stage } from './stage.ts'

const ROLE = '巡检员'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: false })
}, 300_000)
afterAll(() => stage.close())

/** Seats a member and opens her workbench on the page 更多. */
async function openMore(userid: string, size?: { width: number; height: number }): Promise<Desk> {
  const desk = await stage.desk(size)
  await settled(desk)
  await seatStaff(desk, userid)
  await desk.page.getByTestId('chat-list').waitFor()
  await desk.page.getByTestId('workbench-open').click()
  await desk.workbench.getByTestId('home-page').waitFor({ timeout: 30_000 })
  await desk.workbench.getByText('更多').last().click()
  await desk.workbench.getByTestId('me').waitFor()
  return desk
}

const backToMore = async (workbench: FrameLocator, entry: string): Promise<void> => {
  await workbench.getByText('更多').last().click()
  await workbench.getByTestId(`entry-${entry}`).click()
}

/** The same person saves the role on another device meanwhile. */
async function changeElsewhere(desk: Desk, name: string, permissions: string[]): Promise<number> {
  return await desk.workbench.locator('body').evaluate(async (_body, [wanted, given]) => {
    const { roles } = await (await fetch('/api/roles')).json() as { roles: { key: string; name: string; version: number }[] }
    const role = roles.find((one) => one.name === wanted)
    const body = JSON.stringify({ version: role?.version, permissions: given, dataScope: 'self' })
    return (await fetch(`/api/roles/${role?.key}`, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })).status
  }, [name, permissions] as const)
}

test('a super administrator makes a role, gives it to a member, and the member sees just what it allows · SYS-4', async () => {
  const admin = await openMore('linzhixia')
  const { workbench } = admin
  await workbench.getByTestId('entry-roles').click()
  await workbench.getByTestId('new-role').click()
  await workbench.getByTestId('role-name').fill(ROLE)
  await workbench.getByTestId('permission-audit.read').click()
  await workbench.getByTestId('permission-jobs.read').click()
  await admin.shot('roles-new')
  await workbench.getByTestId('save-role').click()
  await workbench.locator('button[data-testid^="role-own_"]', { hasText: ROLE }).waitFor()
  await admin.shot('roles-list')

  await backToMore(workbench, 'staff')
  await workbench.getByTestId('sync-staff').click()
  await workbench.locator('[data-testid=staff-row][data-userid=wuxiaoyan]').click({ timeout: 60_000 })
  await workbench.locator('[data-testid^="role-own_"]', { hasText: ROLE }).click()
  await admin.shot('roles-assign')
  await workbench.getByTestId('save-roles').click()
  await workbench.locator('[data-testid=staff-row][data-userid=wuxiaoyan]', { hasText: ROLE }).waitFor()

  const member = await openMore('wuxiaoyan', { width: 1280, height: 860 })
  for (const entry of ['audit', 'jobs']) await member.workbench.getByTestId(`entry-${entry}`).waitFor()
  for (const entry of ['staff', 'roles', 'callbacks', 'setup']) expect(await member.workbench.getByTestId(`entry-${entry}`).count(), entry).toBe(0)
  await member.shot('roles-member')
  await member.workbench.getByTestId('entry-audit').click()
  await member.workbench.getByTestId('audit-row').filter({ hasText: ROLE }).first().waitFor()
  await member.close()

  await backToMore(workbench, 'roles')
  await workbench.locator('button[data-testid^="role-own_"]', { hasText: ROLE }).click()
  await workbench.getByTestId('permission-audit.read').click()
  await workbench.getByTestId('save-role').click()
  await workbench.getByTestId('save-role').waitFor({ state: 'hidden' })
  const later = await openMore('wuxiaoyan')
  await later.workbench.getByTestId('entry-jobs').waitFor()
  expect(await later.workbench.getByTestId('entry-audit').count()).toBe(0)
  expect([...admin.complaints, ...later.complaints]).toEqual([])
  await later.close()
  await admin.close()
}, 240_000)

test('saving a role over a newer change asks first; one can look at it or use one’s own · GEN-8', async () => {
  const admin = await openMore('linzhixia')
  const { workbench } = admin
  await workbench.getByTestId('entry-roles').click()
  const name = '门店督导'
  await workbench.getByTestId('new-role').click()
  await workbench.getByTestId('role-name').fill(name)
  await workbench.getByTestId('save-role').click()
  const row = workbench.locator('button[data-testid^="role-own_"]', { hasText: name })

  await row.click()
  await workbench.getByTestId('permission-staff.read').click()
  expect(await changeElsewhere(admin, name, ['jobs.read', 'audit.read'])).toBe(200)
  await workbench.getByTestId('save-role').click()
  await workbench.getByText('这个角色刚被别人改过').waitFor()
  expect(await workbench.getByText(/现在是：仅本人，2 项权限/).count()).toBe(1)
  await admin.shot('roles-conflict')
  await workbench.getByTestId('take-theirs').click()
  const checked = (permission: string) => workbench.getByTestId(`permission-${permission}`).getAttribute('aria-checked')
  await expect.poll(() => checked('audit.read')).toBe('true')
  expect(await checked('staff.read')).toBe('false')

  await workbench.getByTestId('permission-staff.read').click()
  expect(await changeElsewhere(admin, name, [])).toBe(200)
  await workbench.getByTestId('save-role').click()
  await workbench.getByTestId('confirm').click()
  await workbench.getByTestId('save-role').waitFor({ state: 'hidden' })
  await row.getByText(/3 \/ \d+ 项权限/).waitFor()
  await admin.close()
}, 120_000)
