// The house (npm start and its private services), from outside.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { givenDatabase, givenRedis, privateMariadb, privateRedis, tryLock } from '../../server/launch/for-tests.mjs'
import { given } from '../run/given.ts'
import { freshDatabase, ownRedis } from '../run/services.ts'

const LAUNCHER = fileURLToPath(new URL('../../server/launch.mjs', import.meta.url))
const password = 'test0password'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(given('ZHIKE_TEST_DIR'), 'house-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `launch.mjs start` to its end. */
async function start(env: Record<string, string>): Promise<{ code: unknown; output: string }> {
  // Vitest sets a BASE_URL of its own; empty counts as not set.
  const child = spawn(process.execPath, [LAUNCHER, 'start'], { env: { ...process.env, BASE_URL: '', DATA_DIR: folder, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = await once(child, 'close')
  return { code, output }
}

async function query(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection(url)
  const [rows] = await connection.query(sql)
  await connection.end()
  return rows
}

describe('npm start', () => {
  it('with a taken port names the port and how to choose another, before anything is started', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, output } = await start({ PORT: String(port) })
    other.close()
    expect(code).toBe(1)
    expect(output).toContain(`端口 ${port} 已被别的程序占用`)
    expect(output).toContain('npm start')
    expect(existsSync(join(folder, 'mariadb'))).toBe(false)
  })

  it('a second time on the same data says that it runs already, and where', async () => {
    const lock = tryLock(join(folder, 'start.lock'), { baseUrl: 'http://localhost:3777' })
    const { code, output } = await start({ PORT: '3777' })
    if (lock.taken) lock.release()
    expect(code).toBe(1)
    expect(output).toContain('知客已经在运行')
    expect(output).toContain('http://localhost:3777')
  })

  it('with a PORT that is no port says so', async () => {
    const { code, output } = await start({ PORT: 'eighty' })
    expect(code).toBe(1)
    expect(output).toContain('PORT=eighty')
  })
})

describe('npm start refuses in one sentence', () => {
  it.each([['crm.example.com'], ['https://crm.example.com/crm'], ['ftp://crm.example.com']])('the BASE_URL %s, which is no address of a site', async (baseUrl) => {
    const { code, output } = await start({ BASE_URL: baseUrl })
    expect(code).toBe(1)
    expect(output.trim()).toMatch(/^✗ BASE_URL=\S+ 不对：[^\n]*https:\/\/crm\.example\.com$/)
  })

  it('a DATA_DIR that is a file', async () => {
    writeFileSync(join(folder, 'file'), '')
    const { code, output } = await start({ DATA_DIR: join(folder, 'file') })
    expect(code).toBe(1)
    expect(output.trim()).toMatch(/^✗ 数据目录 \S+ 不是文件夹[^\n]*$/)
  })
})

describe('services that the person named', () => {
  it('a database: wrong password, no such database, wrong shape are told apart, and the right one is taken', async () => {
    const database = await freshDatabase()
    const other = (change: (url: URL) => void): string => {
      const url = new URL(database.url)
      change(url)
      return url.href
    }
    expect(await givenDatabase(database.url)).toEqual({ url: database.url })
    await expect(givenDatabase(other((url) => void (url.password = 'wrong')))).rejects.toThrow(/不接受用户 \S+ 的密码/)
    await expect(givenDatabase(other((url) => void (url.pathname = '/nosuch')))).rejects.toThrow('没有名为 nosuch 的数据库')
    await expect(givenDatabase(other((url) => void (url.pathname = '')))).rejects.toThrow('没有写数据库名')
    await expect(givenDatabase('postgres://127.0.0.1/zhike')).rejects.toThrow('DATABASE_URL 的格式不对')
    await database.drop()
  })

  it('a Redis: wrong password and wrong shape are told apart, and the right one is taken', async () => {
    const server = await privateRedis(folder, { password })
    expect(await givenRedis(server.url)).toEqual({ url: server.url })
    await expect(givenRedis(server.url.replace(password, 'wrong'))).rejects.toThrow('不接受这个密码')
    await expect(givenRedis('http://127.0.0.1:6379')).rejects.toThrow('REDIS_URL 的格式不对')
    expect(await givenRedis('redis+cluster://a:6379,b:6379')).toEqual({ url: 'redis+cluster://a:6379,b:6379' })
    await server.stop()
  })
})

describe('private MariaDB', () => {
  it('starts over a first start that was cut off, survives kill -9 and keeps its data', async () => {
    const halfDone = join(folder, 'mariadb', 'data.new-cutoff')
    mkdirSync(halfDone, { recursive: true })
    writeFileSync(join(halfDone, 'ibdata1'), 'half')
    const first = await privateMariadb(folder, { password })
    expect(existsSync(halfDone)).toBe(false)
    await query(first.url, 'CREATE TABLE kept (id INT PRIMARY KEY)')
    await query(first.url, 'INSERT INTO kept VALUES (7)')
    await first.kill()
    const second = await privateMariadb(folder, { password })
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }])
    await second.stop()
    expect(second.isRunning()).toBe(false)
  })

  it('still running from a launcher that crashed is taken over on the same port', async () => {
    const left = await privateMariadb(folder, { password })
    const found = await privateMariadb(folder, { password })
    expect(found.url).toBe(left.url)
    await found.stop()
    expect(left.isRunning()).toBe(false)
  })
})

describe('private Redis', () => {
  it('needs its password, never evicts, and keeps its data over a stop', async () => {
    const first = await privateRedis(folder, { password })
    const redis = new Redis(first.url)
    await redis.set('kept', 'yes')
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    await redis.quit()
    await first.stop()
    const second = await privateRedis(folder, { password })
    expect(second.port).toBe(first.port)
    const again = new Redis(second.url)
    expect(await again.get('kept')).toBe('yes')
    await again.quit()
    const stranger = new Redis(second.url.replace(`:${password}@`, ''), { retryStrategy: null })
    await expect(stranger.get('kept')).rejects.toThrow('NOAUTH')
    stranger.disconnect()
    await second.stop()
  })
})

describe('services of a test', () => {
  it('a fresh database is empty, speaks utf8mb4, and is gone after drop', async () => {
    const database = await freshDatabase()
    expect(await query(database.url, `SELECT '小树苗🌱' AS name`)).toEqual([{ name: '小树苗🌱' }])
    expect(await query(database.url, 'SHOW TABLES')).toEqual([])
    await database.drop()
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow('Unknown database')
  })

  it('a Redis of its own can be killed and started again on the same port', async () => {
    const server = await ownRedis()
    const before = server.url
    await server.kill()
    await server.start()
    expect(server.url).toBe(before)
    const redis = new Redis(server.url)
    expect(await redis.ping()).toBe('PONG')
    await redis.quit()
    await server.drop()
  })
})
