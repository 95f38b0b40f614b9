// The material library behind a real web server: real sessions, database, Redis and files; the radar is played.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { LIMITS, type ErrorBody, type UploadKind } from '@zhike/shared'
import type { MaterialDetail, MaterialGroupView, MaterialRow, MaterialUse, UploadState, UploadedFile } from '@zhike/shared/contract'
import { newAppKey, readConfig } from '../../server/src/config.ts'
import { createAudit } from '../../server/src/modules/audit/index.ts'
import { createCorps } from '../../server/src/modules/corps/index.ts'
import { createIdentity } from '../../server/src/modules/identity/index.ts'
import { createJobs } from '../../server/src/modules/jobs/index.ts'
import { createMaterials, type Materials, type RadarFigures } from '../../server/src/modules/materials/index.ts'
import { migrate } from '../../server/src/platform/db/migrate.ts'
import { contractRoutes } from '../../server/src/platform/http/contract-routes.ts'
import { createServer } from '../../server/src/platform/http/server.ts'
import { createPlatform, type Platform } from '../../server/src/platform/platform.ts'
import { given } from '../run/given.ts'
import { freshDatabase, freshRedis } from '../run/services.ts'

export interface Answer { status: number; headers: Record<string, unknown>; body: Buffer; json: Json }
/** What any of the area's endpoints may answer: a missing part reads as undefined and fails the expectation. */
export type Json = MaterialDetail & Omit<UploadedFile, 'pages' | 'bytes' | 'durationMs'> & Omit<UploadState, 'pieces'> & MaterialGroupView & { uses: MaterialUse[]; items: MaterialRow[]; next: string | null; total: number; groups: MaterialGroupView[]; moved: number }
  & ErrorBody & { details: { fields: Record<string, string> } }

export interface Person { corpId: number; staffId: number; cookie: string; ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object, headers?: Record<string, string>): Promise<Answer>; /** Sends the file piece by piece; the first refusal, else the file. */ upload(name: string, bytes: Buffer, kind?: UploadKind): Promise<Answer> }

export interface MaterialsHouse {
  platform: Platform
  app: FastifyInstance
  materials: Materials
  radar: { figures: Map<number, { views: number; todayViews: number; shares: number }>; sent: number[]; ranking: number[]; opened: Map<number, number> }
  clock: { now(): number; pass(ms: number): void }
  /** Signs a member of a corp in; an admin holds every permission. */
  person(wecomCorpId: string, userid: string): Promise<Person>
  close(): Promise<void>
}

export const ADMIN = 'linzhixia'

/** @param env over the usual environment */
export async function openMaterialsHouse(env: Record<string, string> = {}): Promise<MaterialsHouse> {
  const [database, redis] = [await freshDatabase(), await freshRedis()]
  const dataDir = mkdtempSync(join(given('ZHIKE_TEST_DIR'), 'materials-'))
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, pass: (ms: number) => void (ahead += ms) }
  const config = readConfig({ DATABASE_URL: database.url, REDIS_URL: redis.url, APP_KEY: newAppKey(), DATA_DIR: dataDir, LOG_LEVEL: 'silent', BASE_URL: 'http://localhost:3000', ...env })
  const platform = await createPlatform(config, { clock })
  await migrate(platform.database.pool, fileURLToPath(new URL('../../server/migrations', import.meta.url)), platform.log)

  const radar: MaterialsHouse['radar'] = { figures: new Map(), sent: [], ranking: [], opened: new Map() }
  const radarFigures: RadarFigures = {
    materialFigures: async () => radar.figures,
    customerReadings: async () => new Map([...radar.opened].map(([id, views]) => [id, { views, sentAt: null }])),
    // The more in front, the more often.
    counts: async () => new Map(radar.ranking.map((id, i) => [id, radar.ranking.length - i])),
    totals: async (viewer) => ({ scope: viewer.permissions.has('materials.stats') ? 'all' : 'own', views: 4, readers: 3, shares: 4, sharers: 1, averageMs: 61_000 }),
    recentlySent: async () => radar.sent,
  }
  const audit = createAudit(platform)
  const corps = createCorps(platform)
  const jobs = createJobs(platform)
  const identity = createIdentity(platform, { corps, audit, jobs, figures: { customersOf: async () => new Map() } })
  const materials = createMaterials(platform, { audit, identity, radarFigures, uses: [async () => ({ kind: 'shares', count: 4, names: [] })], mayReadCustomer: async (_viewer, customerId) => customerId === 1, knownTags: async (_corpId, tagIds) => new Map(tagIds.filter((id) => id !== 'etGONE').map((id) => [id, id])) })

  const app = await createServer({
    baseUrl: config.baseUrl, secure: false, proxies: { hops: 0, from: null }, log: platform.log, metrics: platform.metrics, redis: platform.redis, redisPrefix: config.redisPrefix,
    pieceBytes: LIMITS.uploadPiece,
  })
  app.get<{ Querystring: { corp: number; staff: number } }>('/test/sign-in', async ({ query }, reply) => {
    await identity.access.begin(reply, Number(query.corp), Number(query.staff))
    return {}
  })
  materials.routes(contractRoutes(app, identity.access.guard))
  await app.ready()

  return {
    platform, app, materials, radar, clock,
    async person(wecomCorpId, userid) {
      const corp = await corps.ensureFirst({ wecomCorpId, name: `企业 ${wecomCorpId}`, adminUserids: [ADMIN] })
      const { staffId } = await identity.ensureStaff(corp.id, userid)
      const signedIn = await app.inject({ url: `/test/sign-in?corp=${corp.id}&staff=${staffId}` })
      const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
      const ask: Person['ask'] = async (method, url, body, headers = {}) => answerOf(await app.inject({ method, url, payload: body, headers: { cookie, ...headers } }))
      return {
        corpId: corp.id, staffId, cookie, ask,
        async upload(name, bytes, kind = kindBy(name)) {
          const begun = await ask('POST', '/api/uploads', { kind, name, bytes: bytes.length })
          if (begun.status !== 200) return begun
          const { uploadId } = begun.json
          for (let number = begun.json.received; number * LIMITS.uploadPiece < bytes.length; number++) {
            const piece = bytes.subarray(number * LIMITS.uploadPiece, (number + 1) * LIMITS.uploadPiece)
            const taken = answerOf(await app.inject({ method: 'PUT', url: `/api/uploads/${uploadId}/pieces/${number}`, payload: piece, headers: { cookie, 'content-type': 'application/octet-stream' } }))
            if (taken.status !== 200) return taken
          }
          return await ask('POST', `/api/uploads/${uploadId}/finish`)
        },
      }
    },
    async close() {
      await app.close()
      await platform.close()
      await Promise.all([database.drop(), redis.drop()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function answerOf(answer: Awaited<ReturnType<FastifyInstance['inject']>>): Answer {
  return { status: answer.statusCode, headers: answer.headers, body: answer.rawPayload, get json() { return answer.json<Json>() } }
}

function kindBy(name: string): UploadKind {
  if (/\.(png|jpe?g)$/i.test(name)) return 'image'
  return name.endsWith('.pdf') ? 'pdf' : name.endsWith('.mp4') ? 'video' : 'file'
}
