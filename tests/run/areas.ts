// Corps, people, callbacks and set-up on a real database and Redis, in this process, with a WeCom of a few lines.
import { LIMITS } from '@zhike/shared'
import { randomBytes } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../server/src/config.ts'
import { createAudit } from '../../server/src/modules/audit/index.ts'
import { createCallbacks } from '../../server/src/modules/callbacks/index.ts'
import { createCorps } from '../../server/src/modules/corps/index.ts'
import { createIdentity } from '../../server/src/modules/identity/index.ts'
import { createJobs } from '../../server/src/modules/jobs/index.ts'
import { createSetup } from '../../server/src/modules/setup/index.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { contractRoutes } from '../../server/src/platform/http/contract-routes.ts'
import { createServer } from '../../server/src/platform/http/server.ts'
import { createLog } from '../../server/src/platform/log.ts'
import { createPlatform } from '../../server/src/platform/platform.ts'

export interface AreasOptions {
  databaseUrl: string
  redisUrl: string
  wecomUrl?: string
  baseUrl?: string
  appKey?: string
}

export type Areas = Awaited<ReturnType<typeof startAreas>>

/** Builds the areas and their app without listening; several can share one database and Redis, like processes do. */
export async function startAreas(options: AreasOptions) {
  const config = readConfig({
    DATABASE_URL: options.databaseUrl, REDIS_URL: options.redisUrl, APP_KEY: options.appKey ?? randomBytes(32).toString('base64'), LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    BASE_URL: options.baseUrl ?? 'https://crm.example.com', WECOM_API_BASE: options.wecomUrl, DATA_DIR: '/nonexistent',
  })
  const platform = await createPlatform(config, { log: createLog({ level: config.logLevel, name: 'test' }) })
  await migrate(platform.database.pool, new URL('../../server/migrations', import.meta.url).pathname, platform.log)
  const corps = createCorps(platform)
  const audit = createAudit(platform)
  const jobs = createJobs(platform)
  const identity = createIdentity(platform, { corps, audit, jobs, figures: { customersOf: async () => new Map() } })
  const callbacks = createCallbacks(platform, { corps, identity, audit })
  const setup = createSetup(platform, { corps, identity, audit, jobs })
  const app = await createServer({
    baseUrl: config.baseUrl, secure: config.secure, proxies: { hops: 0, from: null }, log: platform.log, metrics: platform.metrics, redis: platform.redis, redisPrefix: config.redisPrefix, pieceBytes: LIMITS.uploadPiece,
  })
  const register = contractRoutes(app, identity.access.guard)
  callbacks.routes(register)
  callbacks.plainRoutes(app)
  setup.routes(register)
  await app.ready()

  return {
    platform, corps, audit, jobs, identity, callbacks, setup, app,
    /** A Cookie header of a new session: the member's, or the set-up session's for null. */
    async cookieOf(corpId: number, userid: string | null): Promise<string> {
      const staff = userid === null ? null : await identity.ensureStaff(corpId, userid)
      let token = ''
      const reply = { setCookie: (_name: string, value: string) => void (token = value) }
      await identity.access.begin(reply as never, corpId, staff?.staffId ?? null)
      return `zk_session=${token}`
    },
    async close(): Promise<void> {
      await app.close()
      await callbacks.stop()
      await platform.close()
    },
  }
}

/** What the few lines of WeCom answer: by path, an answer or a function of the query and the body. */
export type WecomAnswers = Record<string, object | ((query: URLSearchParams, body: string) => object)>

export interface FewLinesOfWecom {
  url: string
  answers: WecomAnswers
  /** Paths asked for, in order. */
  asked: string[]
  close(): Promise<void>
}

/** An HTTP server that answers as WeCom does for the paths in `answers`; gettoken gives a token unless said otherwise. */
export async function fewLinesOfWecom(answers: WecomAnswers = {}): Promise<FewLinesOfWecom> {
  const wecom = { url: '', answers, asked: [] as string[], close: async () => undefined as void }
  const server = createHttpServer(async (request, response) => {
    const parts: Uint8Array[] = []
    for await (const part of request) parts.push(part)
    const url = new URL(request.url ?? '/', 'http://wecom')
    wecom.asked.push(url.pathname)
    const answer = wecom.answers[url.pathname] ?? (url.pathname === '/cgi-bin/gettoken' ? { errcode: 0, access_token: randomBytes(8).toString('hex'), expires_in: 7200 } : { errcode: 48002, errmsg: 'api forbidden' })
    response.setHeader('content-type', 'application/json').end(JSON.stringify(typeof answer === 'function' ? answer(url.searchParams, Buffer.concat(parts).toString()) : answer))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  wecom.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  wecom.close = () => new Promise<void>((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
  return wecom
}
