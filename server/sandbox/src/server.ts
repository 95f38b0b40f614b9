import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { ZodError } from 'zod'
import { apiGateway } from './api/gateway.ts'
import { chatRoutes } from './control/chat-routes.ts'
import { corpRoutes } from './control/corp-routes.ts'
import { pageRoutes } from './control/page-routes.ts'
import { shiftClock, worldRoutes } from './control/world-routes.ts'
import { demoWorld } from './demo/corps.ts'
import { SANDBOX_CSP } from './html.ts'
import { oauthPages } from './oauth.ts'
import { accountApi } from './official-account/account-api.ts'
import { pages } from './pages.ts'
import type { Faults } from './protocol/faults.ts'
import type { ClockView, Settings, Stats } from './protocol/settings.ts'
import type { ActionResult, WorldAction } from './protocol/world.ts'
import { SnapshotFile } from './snapshot.ts'
import { act } from './world/actions.ts'
import { WorldError } from './world/errors.ts'
import { Sandbox, type WorldSeed } from './world/sandbox.ts'
import { outsideWeb } from './web/outside-web.ts'

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  port?: number
  host?: string
  /** Folder for the snapshot and media; absent: nothing is kept. */
  dir?: string
  /** Public origin of the product, as people see it. */
  productBaseUrl?: string
  /** Where callbacks are delivered; absent: the public origin. */
  productInternalUrl?: string
  /** A generated world instead of the demo (see demo/generate.ts). */
  seed?: WorldSeed
  /** Real time, epoch ms. */
  now?: () => number
  clientDir?: string
  publicDir?: string
  log?: (line: string) => void
}

/** In-process handle for tests: the same things as the control API. */
export interface SandboxControl {
  sandbox: Sandbox
  act(action: WorldAction): ActionResult
  setFaults(faults: Partial<Faults>): void
  settings(patch: Partial<Settings>): void
  shiftClock(ms: number): ClockView
  expireTokens(corpid?: string): void
  /** Ends JS-SDK tickets before their time: signatures made with them are refused from now on. */
  endTickets(corpid?: string): void
  stats(): Stats
  /** All callbacks delivered, failed or dropped. */
  callbacksSettled(): Promise<void>
  /** When the product's address is only known later. Also moves demo URLs (callback, pages, trusted domain). */
  setProduct(baseUrl: string, internalUrl?: string): void
}

export interface RunningSandbox {
  /** `http://127.0.0.1:<port>` */
  url: string
  control: SandboxControl
  close(): Promise<void>
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Starts a local WeCom and answers when it listens. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const base = options.productBaseUrl ?? 'http://localhost:3000'
  const sandbox = new Sandbox({
    now: options.now, productBaseUrl: base, productInternalUrl: options.productInternalUrl ?? base,
    mediaDir: options.dir === undefined ? undefined : join(options.dir, 'media'),
  })
  sandbox.log = options.log ?? (() => undefined)
  const fresh = (): WorldSeed => options.seed ?? demoWorld(sandbox.product.origin, sandbox.clock.now())
  const snapshot = options.dir === undefined ? undefined : new SnapshotFile(sandbox, options.dir)
  if (snapshot?.load() !== true) sandbox.populate(fresh())
  sandbox.onChange = () => snapshot?.soon()

  const app = Fastify({ logger: false, bodyLimit: 1024 * 1024, forceCloseConnections: true, routerOptions: { maxParamLength: 512 } })
  await routes(app, sandbox, options, () => sandbox.populate(fresh()))
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const port = app.addresses().find((address) => typeof address !== 'string')?.port
  const url = `http://127.0.0.1:${port ?? options.port ?? 0}`
  return {
    url,
    control: controlOf(sandbox),
    close: async () => {
      sandbox.callbacks.close()
      await app.close()
      await snapshot?.flush()
    },
  }
}

async function routes(app: FastifyInstance, sandbox: Sandbox, options: SandboxOptions, reset: () => void): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin')
    if (!/^\/(cgi-bin|sns)\//.test(request.url)) void reply.header('content-security-policy', SANDBOX_CSP)
  })
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof WorldError) return reply.code(error.status).send({ message: error.message })
    if (error instanceof ZodError) {
      const issue = error.issues[0]
      return reply.code(400).send({ message: `参数不对：${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` })
    }
    const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
    const message = error instanceof Error ? error.message : String(error)
    if (status >= 500) sandbox.log(`沙箱内部错误：${message}`)
    return reply.code(status).send({ message: status >= 500 ? '沙箱内部错误' : message })
  })
  app.get('/healthz', () => ({ ok: true }))
  await app.register(apiGateway, { sandbox })
  await app.register(accountApi, { sandbox })
  await app.register(oauthPages, { sandbox })
  await app.register(async (control) => {
    await control.register(corpRoutes, { sandbox })
    await control.register(chatRoutes, { sandbox })
    await control.register(pageRoutes, { sandbox })
    await control.register(worldRoutes, { sandbox, reset })
  }, { prefix: '/sandbox/api' })
  await app.register(outsideWeb, { sandbox, prefix: '/sandbox/web' })
  await app.register(pages, { sandbox, clientDir: options.clientDir ?? here('../client/dist'), publicDir: options.publicDir ?? here('../public') })
}

function controlOf(sandbox: Sandbox): SandboxControl {
  return {
    sandbox,
    act: (action) => act(sandbox, action),
    setFaults: (faults) => sandbox.faults.replace({ api: faults.api ?? [], callbacks: faults.callbacks ?? [] }),
    settings: (patch) => {
      sandbox.settings = { ...sandbox.settings, ...patch }
    },
    shiftClock: (ms) => shiftClock(sandbox, ms),
    expireTokens: (corpid) => sandbox.endTokens('expire', corpid),
    endTickets: (corpid) => sandbox.endTickets(corpid),
    stats: () => sandbox.counters.snapshot(),
    callbacksSettled: () => sandbox.callbacks.settled(),
    setProduct: (baseUrl, internalUrl) => moveProduct(sandbox, baseUrl, internalUrl ?? baseUrl),
  }
}

function moveProduct(sandbox: Sandbox, baseUrl: string, internalUrl: string): void {
  const { origin: from, host: fromHost } = sandbox.product
  sandbox.product.set(baseUrl, internalUrl)
  const { origin: to, host } = sandbox.product
  for (const corp of sandbox.corps.values()) {
    corp.app.homeUrl = corp.app.homeUrl.replace(from, to)
    corp.pages = corp.pages.map((page) => ({ ...page, url: page.url.replace(from, to) }))
    if (corp.callback !== null) corp.callback = { ...corp.callback, url: corp.callback.url.replace(from, to) }
    if (corp.trustedDomain.domain === fromHost) corp.trustedDomain = { ...corp.trustedDomain, domain: host }
    if (corp.loginDomain === fromHost) corp.loginDomain = host
    if (corp.officialAccount?.oauthDomain === fromHost) corp.officialAccount.oauthDomain = host
  }
}
