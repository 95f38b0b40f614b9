// The database and the Redis that the person named: whether they can be used, asked before anything is started on them.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from './places.mjs'
import { Refusal } from './refusal.mjs'

/** The server's own drivers; they are there once the dependencies are installed. */
const driver = (name) => createRequire(inRoot('server/package.json'))(name)

/** A server that is just starting (after a reboot, beside us in compose) is waited for so long. */
const PATIENCE = 15_000
const ANSWER_WITHIN = 3000
const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'PROTOCOL_CONNECTION_LOST', 'EAI_AGAIN'])

/**
 * @param {string} url `mysql://…`
 * @returns {Promise<{ url: string }>} @throws {Refusal} naming what is wrong: address, password, database
 */
export async function givenDatabase(url) {
  const { host, pathname, username } = addressOf('DATABASE_URL', url, /^mysql:$/, 'mysql://用户:密码@127.0.0.1:3306/zhike')
  if (pathname.length < 2) throw new Refusal('DATABASE_URL 里没有写数据库名，例子：mysql://用户:密码@127.0.0.1:3306/zhike')
  await patiently(async () => {
    const connection = await driver('mysql2/promise').createConnection({ uri: url, connectTimeout: ANSWER_WITHIN })
    await connection.end()
  }, ({ code, message }) => {
    if (code === 'ER_ACCESS_DENIED_ERROR') return `数据库 ${host} 不接受用户 ${username} 的密码，请检查 DATABASE_URL`
    if (code === 'ER_DBACCESS_DENIED_ERROR') return `用户 ${username} 不能使用数据库 ${pathname.slice(1)}，请在数据库里授权：GRANT ALL ON ${pathname.slice(1)}.* TO …`
    if (code === 'ER_BAD_DB_ERROR') return `${host} 上没有名为 ${pathname.slice(1)} 的数据库，请先建好：CREATE DATABASE ${pathname.slice(1)} CHARACTER SET utf8mb4`
    return unreachable('DATABASE_URL 里的数据库', host, code, message)
  })
  return { url }
}

/**
 * @param {string} url `redis://…`; of `redis+sentinel://` and `redis+cluster://` only the shape is looked at
 * @returns {Promise<{ url: string }>} @throws {Refusal}
 */
export async function givenRedis(url) {
  const { host, protocol } = addressOf('REDIS_URL', url, /^rediss?(\+\w+)?:$/, 'redis://127.0.0.1:6379/0')
  if (!protocol.includes('+')) await patiently(() => pingRedis(url), ({ code, message }) => {
    if (/NOAUTH|WRONGPASS|invalid password/i.test(message)) return `Redis ${host} 不接受这个密码，请检查 REDIS_URL（redis://:密码@主机:6379/0）`
    return unreachable('REDIS_URL 里的 Redis', host, code, message)
  })
  return { url }
}

async function pingRedis(url) {
  const redis = new (driver('ioredis').Redis)(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null, connectTimeout: ANSWER_WITHIN })
  let cause
  redis.on('error', (error) => (cause = error))
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw cause ?? error
  } finally {
    redis.disconnect()
  }
}

function addressOf(name, url, protocol, example) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  // Several hosts in one address are no URL to WHATWG; the drivers of Sentinel and Cluster read them.
  const scheme = parsed?.protocol ?? /^[\w+]+:/.exec(url)?.[0] ?? ''
  if (!protocol.test(scheme) || url === `${scheme}//` || (!parsed && !scheme.includes('+'))) throw new Refusal(`${name} 的格式不对，例子：${example}`)
  return { host: parsed?.host ?? '', protocol: scheme, pathname: parsed?.pathname ?? '', username: decodeURIComponent(parsed?.username ?? '') }
}

function unreachable(what, host, code, message) {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${what}：找不到主机 ${host}，请检查地址有没有写错`
  if (code === 'ECONNREFUSED') return `连不上 ${what} ${host}：那里没有程序在监听。请先启动它，并检查地址和端口`
  if (AWAY.has(code)) return `连不上 ${what} ${host}：没有回应。请检查地址、端口和防火墙`
  return `连不上 ${what} ${host}：${message}`
}

async function patiently(attempt, explain) {
  for (const since = performance.now(); ; await sleep(500)) {
    try {
      return await attempt()
    } catch (error) {
      if (AWAY.has(error.code) && performance.now() - since < PATIENCE) continue
      throw new Refusal(explain(error))
    }
  }
}
