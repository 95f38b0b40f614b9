// MariaDB and Redis: the person's own when she names them, otherwise private ones under the data folder.
import { setTimeout as sleep } from 'node:timers/promises'
import { givenDatabase, givenRedis } from './given-services.mjs'
import { privateMariadb } from './mariadb.mjs'
import { privateRedis } from './redis.mjs'
import { say, step } from './say.mjs'
import { ensurePrograms } from './programs.mjs'

/**
 * @typedef {object} Services
 * @property {string} databaseUrl @property {string} redisUrl
 * @property {import('./daemon.mjs').Daemon[]} own the private daemons among them
 * @property {(onTrouble: (fatal: string) => void) => void} watch restarts a private one that died
 * @property {() => Promise<void>} stop stops the private ones
 */

/**
 * Makes both available.
 * @param {string} folder for the private ones, absolute
 * @param {{ settings: NodeJS.ProcessEnv, secrets: import('./secrets.mjs').Secrets, throwaway?: boolean }} options
 * @returns {Promise<Services>}
 */
export async function bringUpServices(folder, { settings, secrets, throwaway }) {
  const missing = [...(settings.DATABASE_URL ? [] : ['mariadb', 'mariadbInstall']), ...(settings.REDIS_URL ? [] : ['redis'])]
  await ensurePrograms(missing)
  const [mariadb, redis] = await settleAll([
    settings.DATABASE_URL
      ? step('正在连接 DATABASE_URL 里的数据库', '数据库可用', () => givenDatabase(settings.DATABASE_URL))
      : step('正在启动内置 MariaDB', 'MariaDB 已就绪', () => privateMariadb(folder, { password: secrets.mariadbPassword, throwaway })),
    settings.REDIS_URL
      ? step('正在连接 REDIS_URL 里的 Redis', 'Redis 可用', () => givenRedis(settings.REDIS_URL))
      : step('正在启动内置 Redis', 'Redis 已就绪', () => privateRedis(folder, { password: secrets.redisPassword, throwaway })),
  ])
  const own = [mariadb, redis].filter((service) => 'stop' in service)
  const stopWatching = new AbortController()
  return {
    databaseUrl: mariadb.url,
    redisUrl: redis.url,
    own,
    watch(onTrouble) {
      for (const [title, service] of [['内置 MariaDB', mariadb], ['内置 Redis', redis]])
        if ('stop' in service) void keepAlive(title, service, stopWatching.signal, onTrouble)
    },
    async stop() {
      stopWatching.abort()
      await Promise.all(own.map((daemon) => daemon.stop()))
    },
  }
}

/** Like Promise.all, but when one fails the others are stopped first: nothing is left running behind an error. */
async function settleAll(starts) {
  const settled = await Promise.allSettled(starts)
  const failure = settled.find((one) => one.status === 'rejected')
  if (!failure) return settled.map((one) => one.value)
  await Promise.all(settled.map((one) => one.value?.stop?.()))
  throw failure.reason
}

/** Looks twice a second; a daemon that dies five times within a minute is given up. */
async function keepAlive(title, daemon, stopped, onTrouble) {
  const deaths = []
  for (;;) {
    await Promise.allSettled([sleep(500, undefined, { signal: stopped })])
    if (stopped.aborted) return
    if (daemon.isRunning()) continue
    deaths.push(Date.now())
    if (deaths.filter((at) => at > Date.now() - 60_000).length >= 5) return onTrouble(`${title} 反复退出，已放弃重启`)
    say.warn(`${title} 意外退出，正在重新启动`)
    try {
      await daemon.start()
    } catch (error) {
      return onTrouble(error instanceof Error ? error.message : String(error))
    }
    if (stopped.aborted) await daemon.stop()
  }
}
