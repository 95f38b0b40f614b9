// The product in the test's own process: real database, real Redis, the sandbox as WeCom. For tests of areas.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import type { JobKind } from '@zhike/shared'
import type { AnswerOf, BodyIn, ContractKey, ParamsIn, QueryIn } from '@zhike/shared/contract'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { startSandbox, type RunningSandbox, type SandboxOptions } from '@zhike/sandbox/server'
import { buildApp } from '../../server/src/app.ts'
import { newAppKey, readConfig } from '../../server/src/config.ts'
import { createModules, type Modules } from '../../server/src/modules.ts'
import { systemClock, type Clock } from '../../server/src/platform/clock.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { createPlatform, type Platform } from '../../server/src/platform/platform.ts'
import { freshDatabase, freshRedis } from './services.ts'

const inRepository = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname
const BASE_URL = 'http://localhost:3999'

/** A signed-in person (or nobody) calling the API. */
export interface Caller {
  cookie: string
  /** Calls an endpoint of the contract and gives its answer; throws when it is not a success. */
  call<K extends ContractKey>(key: K, input?: { params?: ParamsIn<K>; query?: QueryIn<K>; body?: BodyIn<K> }): Promise<AnswerOf<K>>
  /** The same, and gives status and error code instead of throwing. */
  attempt(key: ContractKey, input?: { params?: object; query?: object; body?: object }): Promise<LightMyRequestResponse>
}

export interface House {
  app: FastifyInstance
  platform: Platform
  modules: Modules
  sandbox: RunningSandbox
  baseUrl: string
  wecomCorpId: string
  corpId: number
  /** Signs a member in through the sandbox's OAuth, as the client does. */
  signIn(userid: string, wecomCorpId?: string): Promise<Caller>
  anonymous: Caller
  close(): Promise<void>
}

export interface HouseOptions {
  /** Also does the worker's work. */
  worker?: boolean
  clock?: Clock
  sandbox?: SandboxOptions
  /** Reads contacts, tags, customers and groups before the test begins (implies worker). */
  synced?: boolean
  env?: Record<string, string>
}

/** Builds everything; `close` it in afterAll. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const [database, redis] = await Promise.all([freshDatabase(), freshRedis()])
  const dataDir = mkdtempSync(join(tmpdir(), 'zhike-house-'))
  const clock = options.clock ?? systemClock
  const sandbox = await startSandbox({ productBaseUrl: BASE_URL, ...options.sandbox })
  const config = readConfig({
    PORT: '3999', BASE_URL, DATABASE_URL: database.url, REDIS_URL: redis.url, DATA_DIR: dataDir, APP_KEY: newAppKey(), LOG_LEVEL: 'silent',
    WECOM_API_BASE: sandbox.url, WECOM_OAUTH_BASE: `${sandbox.url}/sandbox`, WECOM_LOGIN_BASE: `${sandbox.url}/sandbox`, WECHAT_API_BASE: sandbox.url,
    WECOM_CORP_ID: DEMO_CORP.corpid, WECOM_AGENT_ID: String(DEMO_CORP.agentid), WECOM_AGENT_SECRET: DEMO_CORP.secret, WECOM_CORP_NAME: DEMO_CORP.name,
    // Only looked at by houses that have SANDBOX=1 in their env.
    SANDBOX_URL: sandbox.url,
    WECOM_CALLBACK_TOKEN: DEMO_CORP.callbackToken, WECOM_CALLBACK_AES_KEY: DEMO_CORP.encodingAesKey, WECOM_ADMIN_USERIDS: DEMO_CORP.adminUserids.join(','),
    ...options.env,
  })
  const platform = await createPlatform(config, { clock, log: pino({ level: process.env.ZHIKE_TEST_LOG ?? 'silent' }) })
  await migrate(platform.database.pool, inRepository('server/migrations'), platform.log)
  const modules = createModules(platform)
  const corp = config.firstCorp ? await modules.corps.ensureFirst(config.firstCorp) : null
  if (!corp) throw new Error('the demo corp is missing')
  const app = await buildApp({ platform, modules, h5Folder: inRepository('h5/dist'), state: { closing: false } })
  await app.ready()
  const working = options.worker === true || options.synced === true
  if (working) await modules.work()
  const house: House = {
    app, platform, modules, sandbox, baseUrl: BASE_URL, wecomCorpId: corp.wecomCorpId, corpId: corp.id,
    signIn: async (userid, wecomCorpId = corp.wecomCorpId) => callerWith(app, await sessionCookie(app, userid, wecomCorpId)),
    anonymous: callerWith(app, ''),
    async close() {
      if (working) await modules.stop()
      await app.close()
      await platform.close()
      await sandbox.close()
      await database.drop()
      await redis.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  if (options.synced) await syncEverything(house)
  return house
}

/** Reads departments and members only. */
export const syncStaff = (house: House): Promise<void> => runJobs(house, ['contacts_sync'])
/** Runs the jobs that a fresh corp runs, and waits for them. */
export const syncEverything = (house: House): Promise<void> => runJobs(house, ['contacts_sync', 'tags_sync', 'customers_sync', 'group_chats_sync'])

async function runJobs(house: House, kinds: readonly JobKind[]): Promise<void> {
  for (const kind of kinds) {
    const jobId = await house.modules.jobs.start(house.corpId, kind, { staffId: null })
    await until(async () => {
      const job = await house.modules.jobs.view(house.corpId, jobId, house.modules.identity.staffRefs)
      if (job.state === 'failed') throw new Error(`${kind}: ${job.error ?? ''}`)
      return job.state === 'done'
    }, 60_000)
  }
}

/** Waits until a condition holds; fails when it takes too long. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds());) {
    if (Date.now() > end) throw new Error('it did not happen in time')
    await new Promise((done) => setTimeout(done, 25))
  }
}

/** A signed-in member of a corp that WeCom doesn't know, such as another tenant. */
export async function callerFor(house: House, corpId: number, userid: string): Promise<Caller> {
  const member = await house.modules.identity.ensureStaff(corpId, userid)
  let cookie = ''
  const jar = { setCookie: (name: string, value: string) => { cookie = `${name}=${value}` } }
  await house.modules.identity.access.begin(jar, corpId, member.staffId)
  return callerWith(house.app, cookie)
}

function callerWith(app: FastifyInstance, cookie: string): Caller {
  const attempt: Caller['attempt'] = (key, { params, query, body } = {}) => {
    const [method = 'GET', path = '/'] = key.split(' ')
    const filled = path.replace(/:(\w+)/g, (_found, name: string) => encodeURIComponent(String((params as Record<string, unknown> | undefined)?.[name] ?? '0')))
    return app.inject({ method: method as 'GET', url: filled, query: textOf(query), payload: body, headers: cookie ? { cookie } : {} } satisfies InjectOptions)
  }
  return {
    cookie, attempt,
    async call(key, input) {
      const answer = await attempt(key, input as { params?: object; query?: object; body?: object })
      if (answer.statusCode >= 300) throw new Error(`${key} answered ${answer.statusCode}: ${answer.body}`)
      const parsed: AnswerOf<typeof key> = JSON.parse(answer.body === '' ? 'null' : answer.body)
      return parsed
    },
  }
}

function textOf(query: object | undefined): Record<string, string> | undefined {
  return query && Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]))
}

async function sessionCookie(app: FastifyInstance, userid: string, wecomCorpId: string): Promise<string> {
  const start = await app.inject({ url: `/auth/wecom/${wecomCorpId}`, query: { next: '/workbench' } })
  const authorize = await fetch(`${String(start.headers.location).replace(/#.*$/, '')}&as=userid:${userid}`, { redirect: 'manual' })
  const back = new URL(authorize.headers.get('location') ?? '')
  const done = await app.inject({ url: `${back.pathname}${back.search}`, headers: { cookie: start.cookies.map((c) => `${c.name}=${c.value}`).join('; ') } })
  const session = done.cookies.find((c) => c.name === 'zk_session')
  if (!session) throw new Error(`${userid} was not signed in: ${done.statusCode} ${done.body.slice(0, 400)}`)
  return `zk_session=${session.value}`
}
