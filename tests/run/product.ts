// The whole product as processes, as `npm start` runs it, with a database and a Redis of its own: for chaos, e2e and bench.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, NODE_FLAGS, runRecord, sandboxEnv, serverEnv, testServersFolder, until } from '../../server/launch/for-tests.mjs'
import { given } from './given.ts'
import { freshDatabase, freshRedis } from './services.ts'

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const READY_LIMIT = 60_000
const END_LIMIT = 15_000

export type Role = 'web' | 'worker'

/** One process of the product. */
export interface ProductProcess {
  readonly pid: number | undefined
  /** Everything it has printed since its first start. */
  output(): string
  /** Starts it again after `kill` or `stop`; for the web process waits until it is ready. */
  start(): Promise<void>
  /** SIGTERM, then waits until it has ended. */
  stop(): Promise<void>
  /** SIGKILL, then waits until it is gone. */
  kill(): Promise<void>
}

export interface Product {
  baseUrl: string
  /** Undefined without the sandbox. */
  sandboxUrl: string | undefined
  databaseUrl: string
  redisUrl: string
  dataDir: string
  /** The environment of web and worker, to start more of them or the demo loader. */
  env: Record<string, string | undefined>
  web: ProductProcess
  worker: ProductProcess
  sandbox: ProductProcess | undefined
  /** Starts one more web process, as on a second machine, on a port of its own; `stop` ends it too. */
  secondWeb(): Promise<ProductProcess & { url: string }>
  /** Loads the demo corp, as `npm start` does. */
  loadDemo(): Promise<void>
  /** Ends everything and deletes its data. */
  stop(): Promise<void>
}

export interface ProductOptions {
  /** Services to use instead of fresh ones, e.g. from `ownRedis`; they are not dropped by `stop`. */
  databaseUrl?: string
  redisUrl?: string
  /** With the sandbox playing WeCom and the demo corp as first corp; true unless said. */
  sandbox?: boolean
  /** Which processes to start at once; both unless said. The others can be started later. */
  roles?: Role[]
  /** Over the usual environment. */
  env?: Record<string, string>
}

/** Starts the built product (server/dist) on free ports and waits until it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const folder = given('ZHIKE_TEST_DIR')
  mkdirSync(join(folder, 'products'), { recursive: true })
  const dataDir = mkdtempSync(join(folder, 'products', 'data-'))
  const database = options.databaseUrl === undefined ? await freshDatabase() : undefined
  const redis = options.redisUrl === undefined ? await freshRedis() : undefined
  const services = {
    databaseUrl: options.databaseUrl ?? database?.url ?? '',
    redisUrl: options.redisUrl ?? redis?.url ?? '',
  }
  const port = await freePort()
  const baseUrl = `http://localhost:${port}`
  const system = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', LOG_LEVEL: process.env.LOG_LEVEL }

  const sandboxPort = (options.sandbox ?? true) ? await freePort() : undefined
  const sandboxUrl = sandboxPort === undefined ? undefined : `http://127.0.0.1:${sandboxPort}`
  const env = {
    ...serverEnv({ settings: system, port, dataDir, appKey: randomBytes(32).toString('base64'), services, sandboxUrl }),
    ...options.env,
  }
  const sandboxProcess = { ...system, ...sandboxEnv({ sandboxPort: sandboxPort ?? 0, baseUrl, productUrl: `http://127.0.0.1:${port}`, dataDir }) }

  const isReady = (): Promise<boolean> => answersOk(`http://127.0.0.1:${port}/readyz`)
  const web = productProcess('web', 'server/dist/main.js', { ...env, ROLES: 'web' }, isReady)
  const worker = productProcess('worker', 'server/dist/main.js', { ...env, ROLES: 'worker' })
  const sandbox = sandboxUrl === undefined ? undefined : productProcess('sandbox', 'server/sandbox/dist/main.js', sandboxProcess, () => listens(sandboxUrl))

  const more: ProductProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all([web, worker, sandbox, ...more].map((one) => one?.stop()))
    await Promise.all([database?.drop(), redis?.drop()])
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const roles = options.roles ?? ['web', 'worker']
    await Promise.all([sandbox?.start(), roles.includes('web') ? web.start() : undefined, roles.includes('worker') ? worker.start() : undefined])
  } catch (error) {
    await stop()
    throw error
  }
  const loadDemo = async (): Promise<void> => {
    const demo = productProcess('demo', 'server/dist/demo.js', { ...env, ROLES: 'worker' })
    await demo.start()
    await demo.ended()
  }
  const secondWeb: Product['secondWeb'] = async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const second = productProcess('web', 'server/dist/main.js', { ...env, PORT: new URL(url).port, BASE_URL: baseUrl, ROLES: 'web' }, () => answersOk(`${url}/readyz`))
    more.push(second)
    await second.start()
    return Object.assign(second, { url })
  }
  return { baseUrl, sandboxUrl, ...services, dataDir, env, web, worker, sandbox, secondWeb, loadDemo, stop }
}

interface RunningProcess extends ProductProcess {
  /** Waits until it ends by itself; fails when it ends with anything but 0. */
  ended(): Promise<void>
}

function productProcess(name: string, file: string, env: Record<string, string | undefined>, isReady?: () => Promise<boolean>): RunningProcess {
  const path = inRepository(file)
  const record = runRecord(testServersFolder(given('ZHIKE_TEST_DIR')), `${name}-${randomBytes(4).toString('hex')}`)
  let child: ChildProcess | undefined
  let printed = ''
  const isGone = (): boolean => child === undefined || child.exitCode !== null || child.signalCode !== null
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!isGone()) child?.kill(signal)
    if (!(await until(isGone, END_LIMIT))) {
      child?.kill('SIGKILL')
      throw new Error(`${name} did not end within ${END_LIMIT} ms of ${signal}:\n${printed.slice(-4000)}`)
    }
    record.forget()
  }
  return {
    get pid() {
      return isGone() ? undefined : child?.pid
    },
    output: () => printed,
    async start() {
      if (!existsSync(path)) throw new Error(`${file} is not built: run through \`npm test\``)
      const begun = spawn(process.execPath, [...NODE_FLAGS, path], { cwd: inRepository('.'), env, stdio: ['ignore', 'pipe', 'pipe'] })
      child = begun
      for (const stream of [begun.stdout, begun.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
      if (begun.pid !== undefined) record.write(begun.pid)
      if (!isReady) return
      const up = await until(async () => isGone() || (await isReady()), READY_LIMIT)
      if (!up || isGone()) throw new Error(`${name} did not become ready:\n${printed.slice(-4000)}`)
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async ended() {
      await until(isGone, Number.POSITIVE_INFINITY)
      record.forget()
      if (child?.exitCode !== 0) throw new Error(`${name} failed:\n${printed.slice(-4000)}`)
    },
  }
}

async function answersOk(url: string): Promise<boolean> {
  const answer = await ask(url)
  return answer?.ok ?? false
}

async function listens(url: string): Promise<boolean> {
  return (await ask(url)) !== undefined
}

async function ask(url: string): Promise<Response | undefined> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
    await answer.arrayBuffer()
    return answer
  } catch {
    return undefined
  }
}
