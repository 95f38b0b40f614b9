// A database and a Redis for one test file, apart from all other test files and from the data of `npm start`.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { type Daemon, privateMariadb, privateRedis, runRecord, testServersFolder } from '../../server/launch/for-tests.mjs'
import { given } from './given.ts'

/** An empty database (utf8mb4) of the test run's MariaDB. */
export interface FreshDatabase {
  /** `mysql://…/<name>`, as DATABASE_URL. */
  url: string
  drop(): Promise<void>
}

/** An empty Redis. */
export interface FreshRedis {
  /** `redis://…`, as REDIS_URL. */
  url: string
  drop(): Promise<void>
}

/** A server of one's own that a test may stop, kill and start again (on the same port, with its data). */
export interface OwnServer {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** As a power cut would. */
  kill(): Promise<void>
  /** Stops it and deletes its data. */
  drop(): Promise<void>
}

/** Makes an empty database; `drop` it in afterAll. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const admin = given('ZHIKE_TEST_MYSQL')
  const name = `zhike_test_${randomBytes(6).toString('hex')}`
  await execute(admin, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => execute(admin, `DROP DATABASE IF EXISTS ${name}`) }
}

/**
 * Makes an empty Redis; `drop` it in afterAll. A process of its own (20 ms), because published messages cross the
 * borders of Redis databases; only where a Redis was given (TEST_REDIS_URL) it is a numbered database of that one.
 */
export async function freshRedis(): Promise<FreshRedis> {
  const shared = process.env.ZHIKE_TEST_REDIS
  return shared === undefined ? ownRedis() : numberedDatabase(shared)
}

/** Starts a Redis for this test file alone, to be stopped, killed and started at will. Keeps its data over a restart. */
export function ownRedis(): Promise<OwnServer> {
  return ownServer('redis', (folder, password) => privateRedis(folder, { password }))
}

/** Starts a MariaDB for this test file alone (about 2 s), to be stopped, killed and started at will. */
export function ownMariadb(): Promise<OwnServer> {
  return ownServer('mariadb', (folder, password) => privateMariadb(folder, { password }))
}

async function ownServer(kind: string, bringUp: (folder: string, password: string) => Promise<Daemon>): Promise<OwnServer> {
  const base = given('ZHIKE_TEST_DIR')
  mkdirSync(join(base, 'own'), { recursive: true })
  const folder = mkdtempSync(join(base, 'own', `${kind}-`))
  const server = await bringUp(folder, randomBytes(12).toString('hex'))
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const record = runRecord(testServersFolder(base), name)
  // Written down for whoever cleans up after a test run that was killed.
  const remember = (): void => {
    const process = runRecord(join(folder, 'run'), kind).read()
    if (process) record.write(process.pid)
  }
  remember()
  return {
    url: server.url,
    async start() {
      await server.start()
      remember()
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async drop() {
      await server.kill()
      record.forget()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Numbers are handed out by a counter in database 0, so that test files running side by side get different ones. */
async function numberedDatabase(shared: string): Promise<FreshRedis> {
  const url = new URL(shared)
  const counter = new Redis(new URL('/0', url).href)
  const number = 1 + ((await counter.incr('zhike:test:databases')) % 15)
  await counter.quit()
  url.pathname = `/${number}`
  await flush(url.href)
  return { url: url.href, drop: () => flush(url.href) }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushdb()
  await redis.quit()
}

async function execute(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url)
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}
