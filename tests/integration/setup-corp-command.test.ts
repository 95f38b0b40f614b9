// `npm run corp -- …`, as the operator uses it: the built command.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAreas } from '../run/areas.ts'
import type { Areas } from '../run/areas.ts'
import { freshDatabase, freshRedis } from '../run/services.ts'
import type { FreshDatabase, FreshRedis } from '../run/services.ts'

const COMMAND = fileURLToPath(new URL('../../server/dist/corp.js', import.meta.url))
const appKey = randomBytes(32).toString('base64')
let database: FreshDatabase
let redis: FreshRedis
let areas: Areas

beforeAll(async () => {
  ;[database, redis] = await Promise.all([freshDatabase(), freshRedis()])
  areas = await startAreas({ databaseUrl: database.url, redisUrl: redis.url, appKey })
})
afterAll(async () => {
  await areas?.close()
  await Promise.all([database?.drop(), redis?.drop()])
})

async function corp(...args: string[]): Promise<{ code: unknown; output: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, REDIS_URL: redis.url, APP_KEY: appKey, BASE_URL: 'https://crm.example.com' }
  const child = spawn(process.execPath, [COMMAND, ...args], { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = await once(child, 'close')
  return { code, output }
}

describe('npm run corp · SYS-2, SYS-14', () => {
  it('add makes a corp and a set-up link that works once; link makes another', async () => {
    const added = await corp('add', '--name', '小树苗母婴', '--corp-id', 'ww1234567890abcdef', '--admins', 'linzhixia, zhoumin')
    expect(added.code).toBe(0)
    const ticket = /^https:\/\/crm\.example\.com\/workbench#\/setup\?ticket=(\S+)$/m.exec(added.output)?.[1] ?? ''
    expect((await areas.app.inject({ method: 'POST', url: '/api/setup/session', payload: { ticket } })).statusCode).toBe(200)
    expect((await areas.app.inject({ method: 'POST', url: '/api/setup/session', payload: { ticket } })).statusCode).toBe(410)
    expect((await areas.corps.byWecomId('ww1234567890abcdef'))?.adminUserids).toEqual(['linzhixia', 'zhoumin'])
    const again = await corp('link', '--corp-id', 'ww1234567890abcdef')
    expect(again.output).toContain('#/setup?ticket=')
    expect(again.output).not.toContain(ticket)
    const twice = await corp('add', '--name', '小树苗母婴', '--corp-id', 'ww1234567890abcdef', '--admins', 'linzhixia')
    expect([twice.code, twice.output]).toEqual([1, expect.stringContaining('已经登记过')])
  })

  it('suspend shuts a corp out, resume lets it in again, list shows both', async () => {
    const made = await areas.corps.add({ wecomCorpId: 'wwfedcba0987654321', name: '停用的店', adminUserids: ['boss'] })
    const cookie = await areas.cookieOf(made.id, null)
    expect((await corp('suspend', '--corp-id', 'wwfedcba0987654321')).code).toBe(0)
    expect((await corp('list')).output).toMatch(/wwfedcba0987654321 {2}停用的店 {2}已停用/)
    expect((await areas.app.inject({ url: '/api/setup', headers: { cookie } })).statusCode).toBe(403)
    expect((await corp('resume', '--corp-id', 'wwfedcba0987654321')).code).toBe(0)
    expect((await corp('list')).output).toMatch(/停用的店 {2}未完成设置/)
  })

  it.each([
    [['fly'], '没有「fly」这个命令'], [['add', '--nome', 'x'], '看不懂这些参数'], [['add', '--name', 'x', '--corp-id', 'ww00000000001'], '--admins'], [['link', '--corp-id', 'wwnobody0000000'], '没有登记过'],
  ])('%j is explained', async (args, words) => {
    const { code, output } = await corp(...args)
    expect(code).toBe(1)
    expect(output).toContain(words)
    expect(output).not.toMatch(/at .*\.ts:\d+/)
  })
})
