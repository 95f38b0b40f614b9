import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isNetwork } from './platform/http/proxies.ts'

const REAL_WECOM = 'https://qyapi.weixin.qq.com'
const REAL_WECHAT = 'https://api.weixin.qq.com'
const flag = z.string().transform((text) => text === '1' || text.toLowerCase() === 'true')
const baseUrl = z.url().transform((text) => text.replace(/\/+$/, ''))

const days = (least: number, usual: number) => z.coerce.number().int().min(least, `至少 ${least} 天`).max(36_600).default(usual).transform((count) => count * 24 * 60 * 60 * 1000)

const environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(3000),
  /** Interface to listen on; all by default, in the sandbox this machine only. */
  HOST: z.string().optional(),
  BASE_URL: baseUrl.refine((text) => URL.canParse(text) && new URL(text).origin === text.toLowerCase(), 'BASE_URL 只有 http(s)://、域名和端口，例如 https://crm.example.com').optional(),
  DATABASE_URL: z.string().startsWith('mysql://', 'DATABASE_URL 形如 mysql://用户:密码@主机:3306/库名'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(20),
  REDIS_URL: z.string().regex(/^(rediss?|redis\+sentinel|redis\+cluster):\/\//, 'REDIS_URL 形如 redis://主机:6379/0'),
  /** Keeps several installations apart in one Redis. */
  REDIS_PREFIX: z.string().regex(/^[a-z0-9-]{1,20}$/).default('zk'),
  DATA_DIR: z.string().default('.data'),
  APP_KEY: z.string().transform((text) => Buffer.from(text, 'base64')).refine((key) => key.length === 32, 'APP_KEY 是 32 个随机字节的 base64，可用 openssl rand -base64 32 生成'),
  ROLES: z.string().default('web,worker').transform((text) => new Set(text.split(',').map((role) => role.trim()))).refine((roles) => [...roles].every((role) => role === 'web' || role === 'worker'), 'ROLES 只能是 web、worker 或两者'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** How many proxies stand before us; their X-Forwarded-For is believed. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  TRUST_PROXY_FROM: z.string().transform((text) => text.split(',').map((part) => part.trim())).refine((list) => list.every(isNetwork), '应为 IP 或网段，多个用逗号分隔').optional(),
  /** Bearer token that /metrics asks for; without it only this machine may read them. */
  METRICS_TOKEN: z.string().min(16).optional(),
  SANDBOX: flag.default(false),
  SANDBOX_URL: baseUrl.default('http://127.0.0.1:3001'),
  WECOM_API_BASE: baseUrl.default(REAL_WECOM),
  WECOM_OAUTH_BASE: baseUrl.default('https://open.weixin.qq.com'),
  WECOM_LOGIN_BASE: baseUrl.default('https://login.work.weixin.qq.com'),
  /** Of official accounts; their authorize page is at WECOM_OAUTH_BASE as well. */
  WECHAT_API_BASE: baseUrl.default(REAL_WECHAT),
  WECOM_CORP_ID: z.string().min(3).optional(),
  WECOM_CORP_NAME: z.string().optional(),
  WECOM_AGENT_ID: z.coerce.number().int().positive().optional(),
  WECOM_AGENT_SECRET: z.string().min(10).optional(),
  WECOM_CONTACT_SECRET: z.string().min(10).optional(),
  WECOM_CALLBACK_TOKEN: z.string().regex(/^[A-Za-z0-9]{1,32}$/).optional(),
  WECOM_CALLBACK_AES_KEY: z.string().regex(/^[A-Za-z0-9]{43}$/).optional(),
  WECOM_ADMIN_USERIDS: z.string().default('').transform((text) => text.split(',').map((id) => id.trim()).filter(Boolean)),
  KEEP_VIEWS_DAYS: days(30, 3 * 366),
  KEEP_CUSTOMER_EVENTS_DAYS: days(30, 3 * 366),
  KEEP_NOTICES_DAYS: days(7, 180),
  KEEP_JOBS_DAYS: days(7, 180),
  KEEP_CALLBACKS_DAYS: days(1, 30),
  KEEP_AUDIT_DAYS: days(2 * 366, 2 * 366),
  FILES_S3_ENDPOINT: z.url().optional(),
  FILES_S3_REGION: z.string().default('us-east-1'),
  FILES_S3_BUCKET: z.string().optional(),
  FILES_S3_ACCESS_KEY_ID: z.string().optional(),
  FILES_S3_SECRET_ACCESS_KEY: z.string().optional(),
  FILES_S3_PATH_STYLE: flag.default(true),
})

export interface S3Config { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string; pathStyle: boolean }
/** A corp given by the environment, made or brought up to date at start. */
export interface FirstCorp { wecomCorpId: string; name?: string; agentId?: number; agentSecret?: string; contactSecret?: string; callbackToken?: string; callbackAesKey?: string; adminUserids: string[] }

export type Config = ReturnType<typeof readConfig>

/**
 * Reads and checks the environment (architecture §10). The only place that looks at process.env.
 * Throws with one line per wrong variable.
 */
export function readConfig(env: Record<string, string | undefined> = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = environment.safeParse(given)
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}：${issue.message}`)
    throw new Error(`环境变量有误：\n${lines.join('\n')}`)
  }
  const e = result.data
  if (e.SANDBOX && (e.WECOM_API_BASE === REAL_WECOM || e.WECHAT_API_BASE === REAL_WECHAT)) throw new Error('环境变量有误：\n  SANDBOX=1 时企业微信和微信由沙箱代替，WECOM_API_BASE 和 WECHAT_API_BASE 必须指向沙箱；连接真实企业微信请设置 SANDBOX=0')
  const publicUrl = e.BASE_URL ?? `http://localhost:${e.PORT}`
  return {
    port: e.PORT,
    // In the sandbox anybody may sign in as anybody: only this machine, unless somebody decides otherwise.
    host: e.HOST ?? (e.SANDBOX ? '127.0.0.1' : '0.0.0.0'), baseUrl: publicUrl, secure: publicUrl.startsWith('https:'),
    databaseUrl: e.DATABASE_URL, databaseConnections: e.DATABASE_CONNECTIONS,
    redisUrl: e.REDIS_URL, redisPrefix: e.REDIS_PREFIX,
    dataDir: e.DATA_DIR, appKey: e.APP_KEY, roles: e.ROLES, logLevel: e.LOG_LEVEL, proxies: { hops: e.TRUST_PROXY, from: e.TRUST_PROXY_FROM ?? null },
    metricsToken: e.METRICS_TOKEN,
    sandboxUrl: e.SANDBOX ? e.SANDBOX_URL : null,
    wecom: { apiBase: e.WECOM_API_BASE, oauthBase: e.WECOM_OAUTH_BASE, loginBase: e.WECOM_LOGIN_BASE },
    wechat: { apiBase: e.WECHAT_API_BASE },
    /**
     * How long what grows is kept, in milliseconds (architecture §6). Customers' reading and their log three years, which is how
     * long most claims can be made in China; the audit log never less than two (SYS-9).
     */
    retention: {
      viewsMs: e.KEEP_VIEWS_DAYS, customerEventsMs: e.KEEP_CUSTOMER_EVENTS_DAYS, noticesMs: e.KEEP_NOTICES_DAYS, jobsMs: e.KEEP_JOBS_DAYS, callbacksMs: e.KEEP_CALLBACKS_DAYS, auditMs: e.KEEP_AUDIT_DAYS,
    },
    firstCorp: firstCorp(e),
    s3: s3(e),
  }
}

type Environment = z.infer<typeof environment>

function firstCorp(e: Environment): FirstCorp | null {
  if (!e.WECOM_CORP_ID) return null
  return {
    wecomCorpId: e.WECOM_CORP_ID, name: e.WECOM_CORP_NAME, agentId: e.WECOM_AGENT_ID, agentSecret: e.WECOM_AGENT_SECRET, contactSecret: e.WECOM_CONTACT_SECRET,
    callbackToken: e.WECOM_CALLBACK_TOKEN, callbackAesKey: e.WECOM_CALLBACK_AES_KEY, adminUserids: e.WECOM_ADMIN_USERIDS,
  }
}

function s3(e: Environment): S3Config | null {
  if (!e.FILES_S3_ENDPOINT) return null
  if (!e.FILES_S3_BUCKET || !e.FILES_S3_ACCESS_KEY_ID || !e.FILES_S3_SECRET_ACCESS_KEY) {
    throw new Error('环境变量有误：\n  使用 FILES_S3_ENDPOINT 时还要给出 FILES_S3_BUCKET、FILES_S3_ACCESS_KEY_ID 和 FILES_S3_SECRET_ACCESS_KEY')
  }
  return {
    endpoint: e.FILES_S3_ENDPOINT, region: e.FILES_S3_REGION, bucket: e.FILES_S3_BUCKET, accessKeyId: e.FILES_S3_ACCESS_KEY_ID, secretAccessKey: e.FILES_S3_SECRET_ACCESS_KEY, pathStyle: e.FILES_S3_PATH_STYLE,
  }
}

/** A key for tests and first starts. */
export const newAppKey = (): string => randomBytes(32).toString('base64')
