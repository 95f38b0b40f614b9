// The private MariaDB: data under <folder>/mariadb, reachable on 127.0.0.1 only, one user with a generated password.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bringUp } from './daemon.mjs'
import { mustRun } from './exec.mjs'
import { firstBytes } from './ports.mjs'
import { ensurePrograms } from './programs.mjs'

const DATABASE = 'zhike'
const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

/**
 * Starts (or takes over) the MariaDB of a folder.
 * @param {string} folder absolute
 * @param {{ password: string, throwaway?: boolean }} options throwaway: for tests, does not wait for the disk at each commit
 * @returns {Promise<import('./daemon.mjs').Daemon & { url: string }>} url of the database `zhike`, whose user may create others
 */
export async function privateMariadb(folder, { password, throwaway = false }) {
  const programs = await ensurePrograms(['mariadb', 'mariadbInstall'])
  const home = join(folder, 'mariadb')
  const kind = {
    name: 'mariadb',
    title: '内置 MariaDB',
    async command(port) {
      await initialise(programs.mariadbInstall, home)
      return { program: programs.mariadb, args: serverArgs(home, port, writeInitFile(home, password), throwaway) }
    },
    answers,
  }
  const daemon = await bringUp(kind, folder)
  return Object.defineProperty(daemon, 'url', { get: () => `mysql://zhike:${password}@127.0.0.1:${daemon.port}/${DATABASE}` })
}

/** The server speaks first: its greeting (protocol version 10) comes once the init file has run. */
async function answers(port) {
  const greeting = await firstBytes(port)
  return greeting?.[4] === 10
}

/** Into a folder beside it and renamed when complete: a first start that was cut off leaves nothing half done behind. */
async function initialise(installer, home) {
  const data = join(home, 'data')
  if (existsSync(data)) return
  mkdirSync(home, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(home)) if (name.startsWith('data.new-')) rmSync(join(home, name), { recursive: true, force: true })
  const draft = mkdtempSync(join(home, 'data.new-'))
  await mustRun('初始化 MariaDB', installer, ['--no-defaults', `--datadir=${draft}`, '--skip-test-db', ...asRoot])
  renameSync(draft, data)
}

/** Runs at every start, so that user and password always are what secrets.json says. */
function writeInitFile(home, password) {
  const file = join(home, 'init.sql')
  const users = ['127.0.0.1', 'localhost'].flatMap((host) => [
    `CREATE USER IF NOT EXISTS 'zhike'@'${host}';`,
    `ALTER USER 'zhike'@'${host}' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'zhike'@'${host}';`,
  ])
  const database = `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`
  writeFileSync(file, `${[...users, database].join('\n')}\n`, { mode: 0o600 })
  return file
}

function serverArgs(home, port, initFile, throwaway) {
  return [
    '--no-defaults',
    ...asRoot,
    `--datadir=${join(home, 'data')}`,
    `--socket=${socketOf(home)}`,
    `--pid-file=${join(home, 'mariadbd.pid')}`,
    `--init-file=${initFile}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    '--innodb-buffer-pool-size=256M',
    '--innodb-log-file-size=128M',
    '--performance-schema=OFF',
    '--log-warnings=1',
    ...(throwaway ? ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--sync-binlog=0'] : ['--innodb-flush-log-at-trx-commit=1']),
  ]
}

/** A socket's path may have about 100 bytes only, and the data folder can lie deep: then it goes to the temp folder. */
function socketOf(home) {
  const beside = join(home, 'mariadbd.sock')
  if (Buffer.byteLength(beside) < 100) return beside
  const inTemp = join(tmpdir(), `zhike-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`, 'mariadbd.sock')
  mkdirSync(dirname(inTemp), { recursive: true, mode: 0o700 })
  return inTemp
}
