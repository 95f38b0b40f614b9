import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { CallbackSetting, ConsoleCheck, ConsolePatch, CorpConsole } from '@zhike/sandbox/protocol/console'
import { SETUP_STEPS, type SetupStepKey } from '@zhike/shared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, seatStaff, settled, type Stage } from './stage.ts'

/** The corp of the sandbox that nobody has set up. */
const CORP = 'wwdemo00000000b002'
const ROOT = new URL('../..', import.meta.url).pathname

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ demo: false })
}, 300_000)
afterAll(() => stage.close())

test('an administrator follows the check list of an unconfigured corp until everything is green (acceptance 2) · SYS-14', async () => {
  const page = await (await stage.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN' })).newPage()
  await page.goto(setupLink())
  await page.getByTestId('corp-form').waitFor({ timeout: 30_000 })
  expect(await state(page, 'secret')).toBe('failed')
  await expect(page.getByTestId('setup-step-secret').getByTestId('finding').innerText()).resolves.toContain('AgentId')

  const console = await wecom('GET', '')
  await page.getByTestId('corp-name').fill('青禾家居')
  await page.getByTestId('agent-id').fill(String(console.agentid))
  await page.getByTestId('corp-secret').fill('not-the-secret-of-this-app-00000000000000000')
  await page.getByTestId('admin-userids').fill('qinlan')
  await page.getByTestId('save-corp').click()
  await expect.poll(() => finding(page, 'secret'), { timeout: 20_000 }).toMatch(/Secret.*不/s)
  expect(await state(page, 'secret')).toBe('failed')

  await page.getByTestId('corp-secret').fill(console.secret)
  await page.getByTestId('save-corp').click()
  await becomes(page, 'secret', 'ok')
  await becomes(page, 'trusted_ip', 'failed')
  const ip = /\d+\.\d+\.\d+\.\d+/.exec(await finding(page, 'trusted_ip'))?.[0] ?? ''
  expect(ip, 'the address to add is named').not.toBe('')
  await page.screenshot({ path: join(ROOT, 'tests/.shots/setup-1-trusted-ip.png') })

  await wecom('PUT', '/settings', { trustedIps: [ip] })
  await page.getByTestId('recheck').click()
  await becomes(page, 'trusted_ip', 'ok')
  await becomes(page, 'contact_permission', 'failed')
  expect(await page.getByTestId('setup-step-contact_permission').innerText(), 'what to click is said').toMatch(/可调用接口的应用/)
  await wecom('PUT', '/settings', { customerApiAllowed: true, visibleRange: { all: true, departments: [], userids: [] }, contactRange: { all: true, userids: [] } })

  const pasted = async (key: string) => (await page.getByTestId(`paste-${key}`).first().innerText()).trim()
  const events: CallbackSetting['events'] = ['change_external_contact', 'change_external_chat', 'change_external_tag', 'subscribe']
  const saved = await wecomCheck('/callback', { url: await pasted('callbackUrl'), token: await pasted('callbackToken'), encodingAesKey: await pasted('callbackAesKey'), events })
  expect(saved, saved.message).toMatchObject({ ok: true })

  await page.getByTestId('domain-file').fill(console.trustedDomain.verifyFile)
  await page.getByTestId('save-domain-file').click()
  await page.getByTestId('domain-file').waitFor({ state: 'hidden' }).catch(() => undefined)
  const domain = await pasted('trustedDomain')
  await expect.poll(async () => (await wecomCheck('/trusted-domain', { domain })).ok, { timeout: 15_000 }).toBe(true)
  await wecom('PUT', '/settings', {
    loginDomain: domain, homeUrl: await pasted('workbenchUrl'),
    pages: [{ id: 'p1', place: 'single', name: '知客', url: await pasted('sidebarUrl') }, { id: 'p2', place: 'group', name: '知客', url: await pasted('sidebarUrl') }],
  })

  // A salesperson of this corp opens the sidebar: sign-in, page and signature prove themselves.
  const desk = await stage.desk()
  await settled(desk)
  await seatStaff(desk, 'xiayu')
  await desk.page.locator('[data-testid^="chat-"][data-kind]').first().click()
  // Hers, not the one of who sat there before.
  await desk.page.locator(`[data-testid=sidebar-frame][src*="${CORP}"]`).waitFor()
  await desk.sidebar.getByTestId('customer-name').waitFor({ timeout: 30_000 })
  await desk.close()

  await page.getByTestId('recheck').click()
  for (const key of SETUP_STEPS) await becomes(page, key, 'ok')
  await page.screenshot({ path: join(ROOT, 'tests/.shots/setup-2-green.png'), fullPage: true })
}, 240_000)

/** The link that the installer's command prints. */
function setupLink(): string {
  const command = ['server/dist/corp.js', 'add', '--name', '青禾家居', '--corp-id', CORP, '--admins', 'qinlan']
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, env: { ...stage.product.env, ROLES: 'web' }, encoding: 'utf8' })
  const link = /http\S+ticket=\S+/.exec(stdout)?.[0]
  if (!link) throw new Error(`no link in: ${stdout} ${stderr}`)
  return link
}

const state = (page: Page, key: SetupStepKey) => page.getByTestId(`setup-step-${key}`).getAttribute('data-state')
const finding = (page: Page, key: SetupStepKey) => page.getByTestId(`setup-step-${key}`).getByTestId('finding').innerText()
async function becomes(page: Page, key: SetupStepKey, wanted: string): Promise<void> {
  await expect.poll(() => state(page, key), { timeout: 40_000, message: `${key} should become ${wanted}` }).toBe(wanted)
}

/** What the administrator does in WeCom's own console. */
async function wecom(method: 'GET' | 'PUT', path: string, body?: ConsolePatch): Promise<CorpConsole> {
  return await asked<CorpConsole>(method, path, body)
}
async function wecomCheck(path: '/callback' | '/trusted-domain', body: CallbackSetting | { domain: string }): Promise<ConsoleCheck> {
  return await asked<ConsoleCheck>('POST', path, body)
}
async function asked<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${stage.product.sandboxUrl ?? ''}/sandbox/api/corps/${CORP}${path}`, { method, body: body && JSON.stringify(body), headers: body ? { 'content-type': 'application/json' } : {} })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  const parsed: T = JSON.parse(await answer.text())
  return parsed
}
