import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { Log } from './log.ts'

export type RedisClient = Redis | Cluster

/**
 * Connects to Redis by URL:
 * `redis://host:6379/0` one server · `redis+sentinel://h1:26379,h2:26379/name` · `redis+cluster://h1:6379,h2:6379`.
 * @param patient true for background work, which waits for Redis to come back; false on requests, which fail quickly
 */
export function connectRedis(url: string, log: Log, options: { patient: boolean; name: string }): RedisClient {
  const common: RedisOptions = {
    maxRetriesPerRequest: options.patient ? null : 1,
    enableOfflineQueue: options.patient,
    commandTimeout: options.patient ? undefined : 3000,
    connectTimeout: 3000,
    retryStrategy: (times: number) => Math.min(100 * times, 1000),
    connectionName: options.name,
  }
  const client = open(url, common, options.patient)
  let told = false
  client.on('error', (error: Error) => {
    if (!told) log.warn({ err: error }, 'Redis is away')
    told = true
  })
  client.on('ready', () => {
    if (told) log.info('Redis is back')
    told = false
  })
  return client
}

function open(url: string, common: RedisOptions, patient: boolean): RedisClient {
  const parsed = new URL(url)
  const password = parsed.password ? decodeURIComponent(parsed.password) : undefined
  if (parsed.protocol === 'redis+cluster:') {
    return new Cluster(hosts(url), { enableOfflineQueue: patient, redisOptions: { ...common, password }, clusterRetryStrategy: (times) => Math.min(100 * times, 1000) })
  }
  if (parsed.protocol === 'redis+sentinel:') {
    return new Redis({ ...common, sentinels: hosts(url), name: parsed.pathname.slice(1) || 'mymaster', password })
  }
  // What is appended to streams was gathered already.
  return new Redis(url, { ...common, enableAutoPipelining: !patient, autoPipeliningIgnoredCommands: ['xadd'] })
}

function hosts(url: string): { host: string; port: number }[] {
  const list = url.replace(/^[^/]+:\/\/([^@/]*@)?/, '').split('/')[0] ?? ''
  return list.split(',').map((entry) => {
    const [host = '127.0.0.1', port] = entry.split(':')
    return { host, port: Number(port ?? 6379) }
  })
}

/** Resolves as soon as the connection is lost; at once when there is none. For an orderly end, which must not wait for Redis. */
export function whenAway(client: RedisClient): Promise<void> {
  return new Promise((done) => {
    if (client.status === 'ready') client.once('close', () => done())
    else done()
  })
}

/** True when an error means "Redis is away for the moment". */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'MaxRetriesPerRequestError' || /Connection is closed|Stream isn't writeable|ECONNREFUSED|ECONNRESET|Command timed out|LOADING|CLUSTERDOWN|READONLY/i.test(error.message)
}
