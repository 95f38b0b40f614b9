// The built product as processes of their own, beside a WeCom with a generated corp in the test's process.
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { generateCorp } from '@zhike/sandbox/generate'
import { type RunningSandbox, startSandbox } from '@zhike/sandbox/server'
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { type Product, type Role, startProduct } from '../run/product.ts'
import { type Person, signIn } from './people.ts'

export const CORP = DEMO_CORP.corpid
/** Administrator of the generated corp. */
export const ADMIN = 'staff1'

export interface SceneOptions {
  staff: number
  customers: number
  roles?: Role[]
  /** Services that the test stops and starts; otherwise fresh ones of the test run. */
  databaseUrl?: string
  redisUrl?: string
}

export type Wecom = RunningSandbox['control']
type WecomCorp = NonNullable<ReturnType<Wecom['sandbox']['corps']['get']>>
export type Follow = NonNullable<ReturnType<WecomCorp['follow']>>

export interface Scene {
  product: Product
  /** Address of the web process. */
  url: string
  wecom: Wecom
  /** What is true in WeCom. */
  corp(): WecomCorp
  follows(): Follow[]
  /** Whoever is signed in; each call signs in anew. */
  signIn(userid: string, url?: string): Promise<Person>
  rows<Row>(sql: string, values?: unknown[]): Promise<Row[]>
  /** The first number of the first row. */
  count(sql: string, values?: unknown[]): Promise<number>
  close(): Promise<void>
}

/** Starts product and WeCom; `close` ends both. */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const { databaseUrl, redisUrl } = options
  const sandbox = await startSandbox({ seed: generateCorp({ staff: options.staff, customers: options.customers, groups: 2, seed: 20261121 }) })
  const wecom = sandbox.control
  const env = {
    WECOM_API_BASE: sandbox.url, WECOM_OAUTH_BASE: `${sandbox.url}/sandbox`, WECOM_LOGIN_BASE: `${sandbox.url}/sandbox`, WECHAT_API_BASE: sandbox.url,
    WECOM_CORP_ID: CORP, WECOM_AGENT_ID: String(DEMO_CORP.agentid), WECOM_AGENT_SECRET: DEMO_CORP.secret, WECOM_ADMIN_USERIDS: ADMIN,
    WECOM_CALLBACK_TOKEN: DEMO_CORP.callbackToken, WECOM_CALLBACK_AES_KEY: DEMO_CORP.encodingAesKey,
  }
  const product = await startProduct({ sandbox: false, env, databaseUrl, redisUrl, roles: options.roles }).catch(async (error: unknown) => {
    await sandbox.close()
    throw error
  })
  const url = product.baseUrl.replace('localhost', '127.0.0.1')
  wecom.setProduct(product.baseUrl, url)
  const pool: Pool = createPool({ uri: product.databaseUrl, connectionLimit: 4, timezone: 'Z' })
  const corp = (): WecomCorp => {
    const found = wecom.sandbox.corps.get(CORP)
    if (!found) throw new Error('the generated corp is missing')
    return found
  }
  const scene: Scene = {
    product, url, wecom, corp,
    follows: () => corp().allStaff().flatMap((staff) => [...corp().followsOfStaff(staff.userid)]),
    signIn: (userid, at = url) => signIn(at, product.baseUrl, CORP, userid),
    async rows<Row>(sql: string, values: unknown[] = []) {
      const [rows] = await pool.query<(RowDataPacket & Row)[]>(sql, values)
      return rows
    },
    async count(sql, values) {
      const [row] = await scene.rows<Record<string, unknown>>(sql, values)
      return Number(Object.values(row ?? {})[0])
    },
    async close() {
      wecom.setFaults({})
      try {
        await product.stop()
      } finally {
        await pool.end()
        await sandbox.close()
      }
    },
  }
  return scene
}

/** Has the corp read as a new installation does, and waits for the job. */
export async function syncCustomers(scene: Scene, admin: Person, limitMs = 60_000): Promise<void> {
  const { jobId } = await admin.call('POST /api/customers/sync')
  await untilDone(admin, jobId, limitMs)
  // Tags and groups go along with it.
  await until(async () => (await scene.count(`SELECT COUNT(*) FROM jobs WHERE state IN ('waiting', 'running')`)) === 0, limitMs)
}

export async function untilDone(admin: Person, jobId: number, limitMs: number): Promise<void> {
  await until(async () => {
    const job = await admin.call('GET /api/jobs/:jobId', { params: { jobId } })
    if (job.state === 'failed' || job.state === 'cancelled') throw new Error(`${job.title}: ${job.state} ${job.error ?? ''}`)
    return job.state === 'done'
  }, limitMs)
}

/** Waits until a condition holds; fails, saying what was waited for, when it takes too long. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds());) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${holds.toString().slice(0, 300)}`)
    await new Promise((done) => setTimeout(done, 40))
  }
}
