// The private Redis: data under <folder>/redis, reachable on 127.0.0.1 only, with a generated password.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bringUp } from './daemon.mjs'
import { firstBytes } from './ports.mjs'
import { ensurePrograms } from './programs.mjs'

/**
 * Starts (or takes over) the Redis of a folder.
 * @param {string} folder absolute
 * @param {{ password: string, throwaway?: boolean }} options throwaway: for tests, keeps nothing on disk
 * @returns {Promise<import('./daemon.mjs').Daemon & { url: string }>}
 */
export async function privateRedis(folder, { password, throwaway = false }) {
  const programs = await ensurePrograms(['redis'])
  const home = join(folder, 'redis')
  const kind = {
    name: 'redis',
    title: '内置 Redis',
    async command(port) {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      const file = join(home, 'redis.conf')
      writeFileSync(file, configuration(home, port, password, throwaway), { mode: 0o600 })
      return { program: programs.redis, args: [file] }
    },
    answers: (port) => answers(port, password),
  }
  const daemon = await bringUp(kind, folder)
  return Object.defineProperty(daemon, 'url', { get: () => `redis://:${password}@127.0.0.1:${daemon.port}/0` })
}

/** `-LOADING` while it reads its file, a PONG when it serves. */
async function answers(port, password) {
  const answer = await firstBytes(port, { hello: `AUTH ${password}\r\nPING\r\n` })
  return answer?.toString().startsWith('+OK\r\n+PONG') ?? false
}

/** Queues must not lose jobs: never evict, and write every change to a file, flushed each second. */
function configuration(home, port, password, throwaway) {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    'daemonize no',
    'databases 64',
    `dir "${home.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    `requirepass ${password}`,
    'save ""',
    `appendonly ${throwaway ? 'no' : 'yes'}`,
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    '',
  ].join('\n')
}
