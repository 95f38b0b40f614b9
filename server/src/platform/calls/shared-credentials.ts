import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { createRedisGuard } from '../redis-guard.ts'
import type { RedisLike } from '../redis-guard.ts'
import { CallError } from './call-error.ts'
import type { Failure } from './call-error.ts'

/** A freshly fetched token or ticket. */
export interface FetchedCredential {
  value: string
  expiresInSeconds: number
}

/** Short-lived secrets (tokens, tickets) of which all processes together hold one each. */
export interface SharedCredentials {
  /** The current value; `fetch` runs in at most one process at a time. Throws what `fetch` throws. */
  get(key: string, fetch: () => Promise<FetchedCredential>): Promise<string>
  /** Drops the value if it is still this one, so that many failures at once cause one refresh. */
  invalidate(key: string, failed: string): Promise<void>
  /** Drops whatever value there is: for those of which only their holder learns that they are worthless. */
  drop(key: string): Promise<void>
}

interface SharedCredentialsDeps {
  redis: RedisLike
  clock: Clock
  log: Log
  /** Makes the service's errors, for refusals that are remembered. */
  failure: Failure
  /** 32 bytes; when given, values rest encrypted (AES-256-GCM) in Redis. */
  cipherKey?: Buffer
}

const entrySchema = z.union([
  z.object({ value: z.string(), refreshAt: z.number(), expiresAt: z.number() }),
  z.object({ errcode: z.number(), errmsg: z.string(), api: z.string(), expiresAt: z.number() }),
])
type Entry = z.infer<typeof entrySchema>

/** Longer than a fetch may take, so that the lock outlives its holder's call. */
const LOCK_MS = 15_000
const WAIT_FOR_OTHERS_MS = 16_000
const RENEW_REST_MS = 30_000
/** A refusal is remembered for a moment: WeCom blocks an IP that keeps asking with a wrong secret (wecom-api/00 §2). */
const REFUSAL_MS = 5_000
const QUOTA_REFUSAL_MS = 60_000
/** Both services call it so: too many calls for now. */
const QUOTA: ReadonlySet<number> = new Set([45009, 45011])

/** Stores and unlocks only while the caller still holds the lock: a holder that stalled must not overwrite a newer value. */
const STORE_SCRIPT = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`
const DELETE_IF_SCRIPT = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/**
 * Shares credentials through Redis with single flight (architecture "Growing past one machine"): one promise per process,
 * one lock over all processes. From 80–90 % of its life a value is renewed in the background while it is still served.
 * Without Redis every process keeps its own.
 */
export function createSharedCredentials(deps: SharedCredentialsDeps): SharedCredentials {
  const { clock, log } = deps
  const guard = createRedisGuard(deps.redis, clock, log)
  const seal = createSeal(deps.cipherKey)
  const local = new Map<string, Entry>()
  const inFlight = new Map<string, Promise<string>>()
  const renewing = new Set<string>()
  const renewNotBefore = new Map<string, number>()

  async function read(key: string): Promise<Entry | null> {
    const stored = await guard.attempt((redis) => redis.get(key))
    const entry = stored === null ? local.get(key) : parseEntry(seal.open(stored.value, key))
    if (!entry || clock.now() >= entry.expiresAt) {
      local.delete(key)
      return null
    }
    local.set(key, entry)
    return entry
  }

  function serve(entry: Entry): string {
    if ('value' in entry) return entry.value
    throw deps.failure({ api: entry.api, reason: 'errcode', errcode: entry.errcode, errmsg: entry.errmsg, outcome: 'refused', retryAfterMs: entry.expiresAt - clock.now() })
  }

  async function get(key: string, fetch: () => Promise<FetchedCredential>): Promise<string> {
    const entry = await read(key)
    if (!entry) return once(key, () => refresh(key, fetch))
    if ('value' in entry && clock.now() >= entry.refreshAt) void renewAhead(key, fetch)
    return serve(entry)
  }

  function once(key: string, work: () => Promise<string>): Promise<string> {
    const running = inFlight.get(key)
    if (running) return running
    const started = work().finally(() => inFlight.delete(key))
    inFlight.set(key, started)
    return started
  }

  async function refresh(key: string, fetch: () => Promise<FetchedCredential>): Promise<string> {
    const deadline = performance.now() + WAIT_FOR_OTHERS_MS
    while (performance.now() < deadline) {
      const fence = randomUUID()
      const locked = await guard.attempt((redis) => redis.set(`${key}:lock`, fence, 'PX', LOCK_MS, 'NX'))
      if (locked === null) break
      const entry = await read(key)
      if (locked.value === 'OK') {
        if (!entry) return fetchAndStore(key, fence, fetch)
        await unlock(key, fence)
      }
      if (entry) return serve(entry)
      await wait(40 + Math.random() * 80)
    }
    return fetchAndStore(key, null, fetch)
  }

  /** Renews in the background; never throws. The old value is served meanwhile, and longer if this fails. */
  async function renewAhead(key: string, fetch: () => Promise<FetchedCredential>): Promise<void> {
    if (renewing.has(key) || clock.now() < (renewNotBefore.get(key) ?? 0)) return
    renewing.add(key)
    const fence = randomUUID()
    try {
      const locked = await guard.attempt((redis) => redis.set(`${key}:lock`, fence, 'PX', LOCK_MS, 'NX'))
      if (locked && locked.value !== 'OK') return
      const fetched = await fetch()
      await store(key, locked ? fence : null, entryOf(fetched, clock.now()))
    } catch (error) {
      renewNotBefore.set(key, clock.now() + RENEW_REST_MS)
      await unlock(key, fence)
      log.warn({ err: error, credential: key }, 'renewing a shared credential ahead of time failed')
    } finally {
      renewing.delete(key)
    }
  }

  async function fetchAndStore(key: string, fence: string | null, fetch: () => Promise<FetchedCredential>): Promise<string> {
    try {
      const fetched = await fetch()
      await store(key, fence, entryOf(fetched, clock.now()))
      return fetched.value
    } catch (error) {
      const refusal = refusalOf(error, clock.now())
      if (refusal) await store(key, fence, refusal)
      else if (fence !== null) await unlock(key, fence)
      throw error
    }
  }

  async function store(key: string, fence: string | null, entry: Entry): Promise<void> {
    local.set(key, entry)
    const lifeMs = Math.max(1, Math.ceil(entry.expiresAt - clock.now()))
    const sealed = seal.close(JSON.stringify(entry), key)
    if (fence !== null) await guard.attempt((redis) => redis.eval(STORE_SCRIPT, 2, key, `${key}:lock`, fence, sealed, lifeMs))
    else await guard.attempt((redis) => redis.set(key, sealed, 'PX', lifeMs))
  }

  async function unlock(key: string, fence: string): Promise<void> {
    await guard.attempt((redis) => redis.eval(DELETE_IF_SCRIPT, 1, `${key}:lock`, fence))
  }

  async function invalidate(key: string, failed: string): Promise<void> {
    const remembered = local.get(key)
    if (remembered && 'value' in remembered && remembered.value === failed) local.delete(key)
    const stored = await guard.attempt((redis) => redis.get(key))
    const sealed = stored?.value
    const entry = sealed ? parseEntry(seal.open(sealed, key)) : null
    if (!sealed || !entry || !('value' in entry) || entry.value !== failed) return
    await guard.attempt((redis) => redis.eval(DELETE_IF_SCRIPT, 1, key, sealed))
  }

  async function drop(key: string): Promise<void> {
    local.delete(key)
    await guard.attempt((redis) => redis.del(key))
  }

  return { get, invalidate, drop }
}

/** Served until shortly before the end of its life; renewed in the background from 80–90 % of it. */
function entryOf(fetched: FetchedCredential, now: number): Entry {
  const life = fetched.expiresInSeconds * 1000
  const reserve = Math.min(60_000, life * 0.1)
  return { value: fetched.value, refreshAt: now + Math.max(life * (0.8 + Math.random() * 0.1), 30_000), expiresAt: now + life - reserve }
}

function refusalOf(error: unknown, now: number): Entry | null {
  if (!(error instanceof CallError) || error.reason !== 'errcode' || error.errcode === -1) return null
  return { errcode: error.errcode, errmsg: error.errmsg, api: error.api, expiresAt: now + (QUOTA.has(error.errcode) ? QUOTA_REFUSAL_MS : REFUSAL_MS) }
}

function parseEntry(text: string | null): Entry | null {
  if (text === null) return null
  try {
    const parsed = entrySchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

interface Seal {
  close(plain: string, key: string): string
  /** null when there is nothing, or nothing that we can read (another APP_KEY, damaged). */
  open(sealed: string | null, key: string): string | null
}

function createSeal(cipherKey: Buffer | undefined): Seal {
  if (!cipherKey) return { close: (plain) => `p:${plain}`, open: (sealed) => (sealed?.startsWith('p:') ? sealed.slice(2) : null) }
  const aesKey = createHash('sha256').update('zhike wecom credentials').update(cipherKey).digest()
  return {
    close(plain, key) {
      const iv = randomBytes(12)
      const aes = createCipheriv('aes-256-gcm', aesKey, iv).setAAD(Buffer.from(key))
      const body = Buffer.concat([aes.update(plain, 'utf8'), aes.final()])
      return `g:${Buffer.concat([iv, aes.getAuthTag(), body]).toString('base64')}`
    },
    open(sealed, key) {
      if (!sealed?.startsWith('g:')) return null
      const bytes = Buffer.from(sealed.slice(2), 'base64')
      if (bytes.length < 28) return null
      const aes = createDecipheriv('aes-256-gcm', aesKey, bytes.subarray(0, 12)).setAAD(Buffer.from(key)).setAuthTag(bytes.subarray(12, 28))
      try {
        return Buffer.concat([aes.update(bytes.subarray(28)), aes.final()]).toString('utf8')
      } catch (error) {
        if (error instanceof Error) return null
        throw error
      }
    },
  }
}

/** Tells secrets apart in keys, without telling them. */
export function secretMark(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12)
}
