// Customers behind a real web server: real database, Redis and sessions, and the sandbox as WeCom.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { type RunningSandbox, startSandbox } from '@zhike/sandbox/server'
import type { AnswerOf, ContractKey } from '@zhike/shared/contract'
import { LIMITS, type ErrorBody } from '@zhike/shared'
import type { RowDataPacket } from 'mysql2'
import { newAppKey, readConfig } from '../../server/src/config.ts'
import { createAudit } from '../../server/src/modules/audit/index.ts'
import { type Corp, createCorps } from '../../server/src/modules/corps/index.ts'
import { createCustomers, createStaffFigures, type Customers } from '../../server/src/modules/customers/index.ts'
import { createGroupChats, type GroupChats } from '../../server/src/modules/group-chats/index.ts'
import { createIdentity, type Identity } from '../../server/src/modules/identity/index.ts'
import { createJobs, type JobRun, type Jobs } from '../../server/src/modules/jobs/index.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { contractRoutes } from '../../server/src/platform/http/contract-routes.ts'
import { createServer } from '../../server/src/platform/http/server.ts'
import { createPlatform, type Platform } from '../../server/src/platform/platform.ts'
import { given } from '../run/given.ts'
import { freshDatabase, freshRedis } from '../run/services.ts'

export interface Person {
  staffId: number
  /** Calls an endpoint and expects success. */
  ask<K extends ContractKey>(key: K, url: string, body?: object): Promise<AnswerOf<K>>
  /** Calls an endpoint and gives status and error. */
  fail(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object): Promise<{ status: number } & Partial<ErrorBody>>
}

export interface CustomersHouse {
  platform: Platform
  sandbox: RunningSandbox
  corp: Corp
  corps: ReturnType<typeof createCorps>
  jobs: Jobs
  identity: Identity
  customers: Customers
  groupChats: GroupChats
  /** Lets time go by, here and in WeCom. */
  pass(ms: number): void
  /** The present in WeCom, as its callbacks carry it: whole seconds, epoch ms. */
  wecomNow(): number
  person(userid: string): Promise<Person>
  /** WeCom tells by callback that something about a customer changed. */
  edited(externalUserId: string): Promise<void>
  /** Runs a job of its own in this process, to its end. */
  sync(kind: 'contacts_sync' | 'customers_sync' | 'group_chats_sync' | 'tags_sync'): Promise<void>
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/** A job as the work sees it, kept in memory: `stopAfter` steps of progress it is killed. */
export function playedJob(corpId: number, cursor: unknown = null, stopAfter = Number.POSITIVE_INFINITY) {
  const seen = { cursor, done: 0, total: null as number | null, notes: [] as string[], failures: [] as { item: string; reason: string }[], steps: 0 }
  const job: JobRun = {
    jobId: 1, corpId, cursor, params: null, again: null, requestedBy: null,
    get done() { return seen.done },
    get failed() { return seen.failures.length },
    async progress(step) {
      if (seen.steps >= stopAfter) throw new Error('killed')
      seen.steps++
      Object.assign(seen, { done: step.done ?? seen.done, total: step.total === undefined ? seen.total : step.total })
      // What goes into the database and comes back is plain JSON.
      if (step.cursor !== undefined) seen.cursor = JSON.parse(JSON.stringify(step.cursor))
      if (step.note) seen.notes.push(step.note)
    },
    async failure(item, reason) { seen.failures.push({ item, reason }) },
    async *counted(batches) { for await (const batch of batches) yield* batch },
    async result() { throw new Error('a played job makes no file') },
  }
  return { job, seen }
}

export async function openCustomersHouse(options: { seed?: Parameters<typeof startSandbox>[0] } = {}): Promise<CustomersHouse> {
  const [database, redis, sandbox] = [await freshDatabase(), await freshRedis(), await startSandbox({ productBaseUrl: 'http://localhost:3000', ...options.seed })]
  const dataDir = mkdtempSync(join(given('ZHIKE_TEST_DIR'), 'customers-'))
  let ahead = 0
  const config = readConfig({
    DATABASE_URL: database.url, REDIS_URL: redis.url, APP_KEY: newAppKey(), DATA_DIR: dataDir, LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent', BASE_URL: 'http://localhost:3000', WECOM_API_BASE: sandbox.url,
  })
  const platform = await createPlatform(config, { clock: { now: () => Date.now() + ahead } })
  await migrate(platform.database.pool, fileURLToPath(new URL('../../server/migrations', import.meta.url)), platform.log)
  const audit = createAudit(platform)
  const corps = createCorps(platform)
  const jobs = createJobs(platform)
  const runs = new Map<string, (job: JobRun) => Promise<void>>()
  const define = jobs.define
  jobs.define = (kind, work) => {
    runs.set(kind, work)
    define(kind, work)
  }
  const identity = createIdentity(platform, { corps, audit, jobs, figures: createStaffFigures(platform) })
  const groupChats = createGroupChats(platform, { corps, identity, jobs, people: () => customers.inGroups })
  const customers = createCustomers(platform, { corps, identity, audit, jobs, groupChats, elsewhere: () => ({ forget: [], readings: async () => ({ items: [], next: null }), materialsWithTag: async () => [] }) })
  const app = await createServer({
    baseUrl: config.baseUrl, secure: false, proxies: { hops: 0, from: null }, log: platform.log, metrics: platform.metrics, redis: platform.redis, redisPrefix: config.redisPrefix, pieceBytes: LIMITS.uploadPiece,
  })
  app.get<{ Querystring: { corp: string; staff: string } }>('/test/sign-in', async ({ query }, reply) => {
    await identity.access.begin(reply, Number(query.corp), Number(query.staff))
    return {}
  })
  for (const area of [groupChats, customers]) area.routes(contractRoutes(app, identity.access.guard))
  await app.ready()
  const corp = await corps.ensureFirst({
    wecomCorpId: DEMO_CORP.corpid, name: DEMO_CORP.name, agentId: DEMO_CORP.agentid, agentSecret: DEMO_CORP.secret, adminUserids: ['linzhixia'],
  })

  return {
    platform, sandbox, corp, corps, jobs, identity, customers, groupChats,
    pass(ms) {
      ahead += ms
      sandbox.control.shiftClock(ms)
    },
    wecomNow: () => sandbox.control.sandbox.clock.seconds() * 1000,
    async person(userid) {
      const { staffId } = await identity.ensureStaff(corp.id, userid)
      const signedIn = await app.inject({ url: `/test/sign-in?corp=${corp.id}&staff=${staffId}` })
      const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
      const call = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH', url: string, body?: object) => await app.inject({ method, url, payload: body, headers: { cookie } })
      return {
        staffId,
        async ask(key, url, body) {
          const answer = await call(key.startsWith('PUT') ? 'PUT' : key.startsWith('POST') ? 'POST' : 'GET', url, body)
          if (answer.statusCode >= 300) throw new Error(`${key} answered ${answer.statusCode}: ${answer.body}`)
          return answer.json()
        },
        async fail(method, url, body) {
          const answer = await call(method, url, body)
          return { status: answer.statusCode, ...answer.json<Partial<ErrorBody>>() }
        },
      }
    },
    edited: (externalUserId) => customers.events.customer_edited(
      { kind: 'customer_edited', toUserName: DEMO_CORP.corpid, fromUserName: 'sys', createTime: sandbox.control.sandbox.clock.seconds() * 1000, agentId: null, userId: 'linzhixia', externalUserId },
      { corpId: corp.id, callbackId: 1 },
    ),
    async sync(kind) {
      const { job } = playedJob(corp.id)
      const run = runs.get(kind)
      if (!run) throw new Error(`nobody does ${kind}`)
      await run(job)
    },
    async query<Row>(sql: string, values: unknown[] = []) {
      const [rows] = await platform.database.pool.query<(RowDataPacket & Row)[]>(sql, values)
      return rows
    },
    async close() {
      await customers.stop()
      await app.close()
      await platform.close()
      await sandbox.close()
      await Promise.all([database.drop(), redis.drop()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
