// Which processes are ours. A pid alone is not enough: after a crash or a reboot it may belong to somebody else,
// so a process is known by its pid and the moment it started.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** When process `pid` started, in a form that only serves comparison; undefined when there is no such process. */
export function startedAt(pid) {
  if (existsSync('/proc/self/stat')) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? undefined : fields[19]
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
      throw error
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim() || undefined
  } catch (error) {
    if (error.status === 1) return undefined
    throw error
  }
}

/** @typedef {{ pid: number, startedAt: string | undefined }} Running */

/** A process as it can be written down and found again. @param {number} pid @returns {Running} */
export const running = (pid) => ({ pid, startedAt: startedAt(pid) })

/** Whether that very process still runs. @param {Running | undefined} one */
export const isAlive = (one) => one?.startedAt !== undefined && startedAt(one.pid) === one.startedAt

/** Sends a signal; a process that is already gone is no error. @param {number} pid @param {NodeJS.Signals} signal */
export function signal(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/**
 * Asks a process to end and waits; after `patience` ms its whole group is killed.
 * @param {Running} one @param {number} patience ms
 * @returns {Promise<boolean>} true when it ended by itself
 */
export async function endProcess(one, patience) {
  if (!isAlive(one)) return true
  signal(one.pid, 'SIGTERM')
  if (await until(() => !isAlive(one), patience)) return true
  signal(-one.pid, 'SIGKILL')
  if (isAlive(one)) signal(one.pid, 'SIGKILL')
  await until(() => !isAlive(one), 5000)
  return false
}

/**
 * Waits for a condition, asking every 20 ms.
 * @param {() => boolean | Promise<boolean>} condition @param {number} limit ms
 * @returns {Promise<boolean>} false when the time ran out
 */
export async function until(condition, limit) {
  const end = Date.now() + limit
  for (;;) {
    if (await condition()) return true
    if (Date.now() >= end) return false
    await new Promise((wake) => setTimeout(wake, 20))
  }
}

/**
 * Written record of a process that outlives a crash of the launcher: `<folder>/<name>.json`.
 * @param {string} folder @param {string} name
 */
export function runRecord(folder, name) {
  const file = join(folder, `${name}.json`)
  return {
    /** @returns {(Running & Record<string, unknown>) | undefined} undefined when there is none or it is damaged */
    read() {
      return readJson(file)
    },
    /** @param {number} pid @param {Record<string, unknown>} [more] */
    write(pid, more = {}) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeJson(file, { ...running(pid), ...more })
    },
    forget() {
      rmSync(file, { force: true })
    },
  }
}

/** The names of all records in a folder. @param {string} folder @returns {string[]} */
export function recordNames(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => basename(file, '.json'))
}

/** A JSON file's content; undefined when it is missing or was cut off by a crash. @param {string} file */
export function readJson(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Writes a JSON file whole or not at all, readable by its owner only. @param {string} file @param {unknown} value */
export function writeJson(file, value) {
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}
