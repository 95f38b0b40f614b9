import type { FastifyInstance } from 'fastify'
import { LIMITS } from '@zhike/shared'
import { openApiDocument } from './openapi.ts'
import { healthRoutes } from './health.ts'
import type { Modules } from './modules.ts'
import { pageRoutes } from './pages.ts'
import { contractRoutes } from './platform/http/contract-routes.ts'
import { SESSION_COOKIE, VISITOR_COOKIE } from './platform/http/cookies.ts'
import { createServer } from './platform/http/server.ts'
import type { Platform } from './platform/platform.ts'

export interface AppOptions {
  platform: Platform
  modules: Modules
  /** Folder of the built H5. */
  h5Folder: string
  /** Set when the process begins to shut down: /readyz says so and proxies send nobody any more. */
  state: { closing: boolean }
}

/** Builds the web application without listening; tests use it as it is. */
export async function buildApp({ platform, modules, h5Folder, state }: AppOptions): Promise<FastifyInstance> {
  const { config } = platform
  const app = await createServer({
    baseUrl: config.baseUrl, secure: config.secure, proxies: config.proxies, log: platform.log, metrics: platform.metrics,
    redis: platform.redis, redisPrefix: config.redisPrefix, pieceBytes: LIMITS.uploadPiece,
  })
  if (config.sandboxUrl) {
    const { sandboxGate } = await import('@zhike/sandbox/gate')
    await app.register(sandboxGate, { sandboxUrl: config.sandboxUrl, cookies: { wecom: SESSION_COOKIE, wechat: VISITOR_COOKIE } })
  }
  healthRoutes(app, platform, state)
  const document = openApiDocument(config.baseUrl)
  app.get('/api/openapi.json', async () => document)
  const register = contractRoutes(app, modules.identity.access.guard)
  modules.routes(register)
  await modules.plainRoutes(app)
  await pageRoutes(app, { h5Folder, corps: modules.corps, officialAccounts: modules.officialAccounts, reload: config.sandboxUrl !== null })
  return app
}
