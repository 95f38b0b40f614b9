// The radar on a real database and Redis, with a member, a customer, a colleague and a PDF; WeCom is a few lines.
import { LIMITS } from '@zhike/shared'
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { newAppKey, readConfig } from '../../server/src/config.ts'
import { createAudit } from '../../server/src/modules/audit/index.ts'
import { createContactWays } from '../../server/src/modules/contact-ways/index.ts'
import { createCorps } from '../../server/src/modules/corps/index.ts'
import { createCustomers, createStaffFigures } from '../../server/src/modules/customers/index.ts'
import { customers, relations } from '../../server/src/modules/customers/tables.ts'
import { createGroupChats } from '../../server/src/modules/group-chats/index.ts'
import { groupChatMembers, groupChats } from '../../server/src/modules/group-chats/tables.ts'
import { createIdentity } from '../../server/src/modules/identity/index.ts'
import { createJobs } from '../../server/src/modules/jobs/index.ts'
import { createLive } from '../../server/src/modules/live/index.ts'
import { createMaterials } from '../../server/src/modules/materials/index.ts'
import { createPreviewLinks } from '../../server/src/modules/materials/preview-links.ts'
import { files, materialFiles, materials } from '../../server/src/modules/materials/tables.ts'
import { createNotices } from '../../server/src/modules/notices/index.ts'
import { createOfficialAccounts } from '../../server/src/modules/official-account/index.ts'
import { createRadar, radarFigures } from '../../server/src/modules/radar/index.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { contractRoutes } from '../../server/src/platform/http/contract-routes.ts'
import { createServer } from '../../server/src/platform/http/server.ts'
import { createLog } from '../../server/src/platform/log.ts'
import { createPlatform } from '../../server/src/platform/platform.ts'
import { fewLinesOfWecom } from '../run/areas.ts'
import { freshDatabase, freshRedis } from '../run/services.ts'

export const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50'
export const BROWSER = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'

/** One reader's browser: keeps its cookies, follows nothing by itself. */
export interface Device {
  cookies: Map<string, string>
  get(url: string, headers?: Record<string, string>): Promise<{ status: number; body: string; headers: Record<string, unknown> }>
  /** Opens a tracked page and gives what its script would send. */
  open(link: string): Promise<OpenPage>
}
export interface OpenPage { body: string; ticket: string; beat(counters: Record<string, unknown>): Promise<number> }

export type Stage = Awaited<ReturnType<typeof openStage>>

export async function openStage(options: { now?: number } = {}) {
  const [database, redis, wecom] = await Promise.all([freshDatabase(), freshRedis(), fewLinesOfWecom()])
  let ahead = options.now === undefined ? 0 : options.now - Date.now()
  const clock = { now: () => Date.now() + ahead, pass: (ms: number) => void (ahead += ms) }
  const config = readConfig({
    DATABASE_URL: database.url, REDIS_URL: redis.url, APP_KEY: newAppKey(), LOG_LEVEL: process.env.ZHIKE_TEST_LOG ?? 'silent', BASE_URL: 'http://localhost:3000', WECOM_API_BASE: wecom.url, WECOM_OAUTH_BASE: wecom.url, DATA_DIR: '/nonexistent',
  })
  const platform = await createPlatform(config, { clock, log: createLog({ level: config.logLevel, name: 'test' }) })
  await migrate(platform.database.pool, new URL('../../server/migrations', import.meta.url).pathname, platform.log)
  const corps = createCorps(platform)
  const audit = createAudit(platform)
  const jobs = createJobs(platform)
  const identity = createIdentity(platform, { corps, audit, jobs, figures: createStaffFigures(platform) })
  const groupChatArea = createGroupChats(platform, { corps, identity, jobs, people: () => customerArea.inGroups })
  const customerArea = createCustomers(platform, { corps, identity, audit, jobs, groupChats: groupChatArea, elsewhere: () => ({ forget: [], readings: async () => ({ items: [], next: null }), materialsWithTag: async () => [] }) })
  const materialArea = createMaterials(platform, { audit, identity, uses: [], radarFigures: radarFigures(platform.db), mayReadCustomer: customerArea.mayRead, knownTags: customerArea.knownTags })
  const noticeNeeds: Parameters<typeof createNotices>[1] = { corps, identity, quietAt: (corpId, at) => radar.quietAt(corpId, at) }
  const notices = createNotices(platform, noticeNeeds)
  const officialAccounts = createOfficialAccounts(platform, { corps, audit })
  const contactWays = createContactWays(platform, { corps, identity })
  const radarNeeds = { audit, jobs, corps, identity, officialAccounts, customers: customerArea, groupChats: groupChatArea, materials: materialArea, notices, contactWays, readerScript: () => '/assets/reader.js' }
  const radar = createRadar(platform, radarNeeds)
  const live = createLive(platform, { identity })
  const app = await createServer({ baseUrl: config.baseUrl, secure: false, proxies: { hops: 0, from: null }, log: platform.log, metrics: platform.metrics, redis: platform.redis, redisPrefix: config.redisPrefix, pieceBytes: LIMITS.uploadPiece })
  const register = contractRoutes(app, identity.access.guard)
  materialArea.routes(register)
  radar.routes(register)
  live.routes(register)
  notices.routes(register)
  customerArea.routes(register)
  identity.plainRoutes(app)
  radar.plainRoutes(app)
  live.plainRoutes(app)
  await app.ready()

  wecom.answers['/cgi-bin/message/send'] = () => ({ errcode: 0, msgid: randomUUID() })
  const corp = await corps.ensureFirst({ wecomCorpId: 'wwradar0001', name: '小树苗母婴', agentId: 1000002, agentSecret: 'secret-of-the-radar-tests', adminUserids: ['linzhixia'] })
  const { db } = platform
  const person = async (userid: string, corpId = corp.id) => {
    const { staffId } = await identity.ensureStaff(corpId, userid)
    let cookie = ''
    await identity.access.begin({ setCookie: (name: string, value: string) => { cookie = `${name}=${value}` } }, corpId, staffId)
    return { staffId, userid, cookie, ask: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => app.inject({ method, url, payload, headers: { cookie } }) }
  }
  const customer = async (name: string, ownerIds: readonly number[]) => {
    const now = clock.now()
    const externalUserId = `wm${randomUUID().slice(0, 12)}`
    const [made] = await db.insert(customers).values({ corpId: corp.id, externalUserId, name, type: 1, syncedAt: now, createdAt: now })
    for (const staffId of ownerIds) await db.insert(relations).values({ corpId: corp.id, customerId: made.insertId, staffId, state: 'active', addedAt: now - 86_400_000, syncedAt: now })
    return { customerId: made.insertId, externalUserId, name }
  }
  const group = async (name: string, owner: string, members: readonly { memberId: string; type: 1 | 2 }[]) => {
    const now = clock.now()
    const chatId = `wr${randomUUID().slice(0, 12)}`
    const [made] = await db.insert(groupChats).values({ corpId: corp.id, chatId, name, ownerUserid: owner, admins: [], createdAt: now, syncedAt: now })
    await db.insert(groupChatMembers).values([{ memberId: owner, type: 1 as const }, ...members].map((member) => ({ ...member, corpId: corp.id, groupChatId: made.insertId, name: '' })))
    return { chatId, groupChatId: made.insertId }
  }
  const pdf = async (title: string, pages = 8) => {
    const now = clock.now()
    const drawn = Array.from({ length: pages }, () => ({ width: 720, height: 960 }))
    const [file] = await db.insert(files).values({ corpId: corp.id, key: `c${corp.id}/${randomUUID()}`, kind: 'pdf', name: `${title}.pdf`, bytes: 100, mime: 'application/pdf', sha256: 'x', pages, drawn, state: 'ready', createdAt: now })
    const [made] = await db.insert(materials).values({ corpId: corp.id, scope: 'corp', groupId: 1, type: 'pdf', title, tagIds: [], createdAt: now, updatedAt: now })
    await db.insert(materialFiles).values({ corpId: corp.id, materialId: made.insertId, position: 0, fileId: file.insertId })
    return made.insertId
  }
  const link = async (title: string, url: string, summary = '') => {
    const now = clock.now()
    const [made] = await db.insert(materials).values({ corpId: corp.id, scope: 'corp', groupId: 1, type: 'link', title, summary, url, tagIds: [], createdAt: now, updatedAt: now })
    return made.insertId
  }
  /** Prepares a share as the sidebar does and reports it as sent; gives the address a customer gets. */
  const send = async (from: Awaited<ReturnType<typeof person>>, materialId: number, chat: object): Promise<{ shareId: number; link: string; token: string }> => {
    const prepared = await from.ask('POST', '/api/shares', { materialId, chat, requestId: randomUUID() })
    if (prepared.statusCode !== 200) throw new Error(prepared.body)
    const { shareId, message } = prepared.json<{ shareId: number; message: { news: { link: string } } }>()
    const sent = await from.ask('PUT', `/api/shares/${shareId}/outcome`, { state: 'sent' })
    if (sent.statusCode !== 200) throw new Error(sent.body)
    const path = new URL(message.news.link).pathname
    return { shareId, link: path, token: path.slice(3) }
  }
  return {
    previews: createPreviewLinks(platform),
    app, platform, clock, corp, corps, identity, radar, radarNeeds, notices, noticeNeeds, wecom, redis, person, customer, group, pdf, link, send,
    device: (agent = PHONE, address?: string): Device => createDevice(app, agent, address),
    /** A member with what she may do and see now. */
    async viewerOf(staffId: number) {
      const viewer = await identity.access.viewerNow(corp.id, staffId)
      if (!viewer) throw new Error('there is no such member')
      return viewer
    },
    async rows(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
      const [rows] = await platform.database.pool.query(sql, values)
      return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : []
    },
    async close(): Promise<void> {
      await radar.stop()
      await notices.stop()
      await app.close()
      await platform.close()
      await wecom.close()
      await Promise.all([database.drop(), redis.drop()])
    },
  }
}

/** A reader's browser in front of an app. @param address where it is in the network; this machine if not said */
export function createDevice(app: FastifyInstance, agent: string, address?: string): Device {
  const cookies = new Map<string, string>()
  const get: Device['get'] = async (url, headers = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await app.inject({ method: 'GET', url, remoteAddress: address, headers: { 'user-agent': agent, ...(cookie ? { cookie } : {}), ...headers } })
    for (const set of answer.cookies) cookies.set(set.name, set.value)
    return { status: answer.statusCode, body: answer.body, headers: answer.headers }
  }
  return {
    cookies, get,
    async open(link) {
      const page = await get(link)
      const ticket = /data-view="([^"]+)"/.exec(page.body)?.[1] ?? ''
      return {
        body: page.body, ticket,
        beat: async (counters) => (await app.inject({ method: 'POST', url: `${link.split('?')[0]}/beat`, payload: JSON.stringify({ v: ticket, seq: 1, ...counters }), headers: { 'content-type': 'text/plain;charset=UTF-8' } })).statusCode,
      }
    },
  }
}
