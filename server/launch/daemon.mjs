// A private MariaDB or Redis as a process: found again after a crash of the launcher, started, watched, stopped.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort, isFree } from './ports.mjs'
import { Refusal } from './refusal.mjs'
import { endProcess, isAlive, readJson, runRecord, signal, until, writeJson } from './running.mjs'

/**
 * @typedef {object} Kind what differs between the programs
 * @property {string} name e.g. `mariadb`: names its record, port and log
 * @property {string} title as the person knows it
 * @property {(port: number) => Promise<{ program: string, args: string[] }>} command prepares the data folder and says what to run
 * @property {(port: number) => Promise<boolean>} answers whether it serves on that port
 */

/** How long a start may take: a database that was killed first repairs itself. */
const START_LIMIT = 60_000
const STOP_LIMIT = 30_000
/** How long the port of one that has just died may stay taken. */
const PORT_LIMIT = 10_000

/**
 * @typedef {object} Daemon
 * @property {number} port
 * @property {() => boolean} isRunning
 * @property {() => Promise<void>} start on the same port as before; nothing when it runs
 * @property {() => Promise<void>} stop cleanly
 * @property {() => Promise<void>} kill as a power cut would
 * @property {boolean} found it was running already when we came
 */

/**
 * Brings up a daemon whose data lie under `folder`, or takes over the one that an earlier launcher left running there.
 * @param {Kind} kind @param {string} folder absolute @returns {Promise<Daemon>}
 */
export async function bringUp(kind, folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const record = runRecord(join(folder, 'run'), kind.name)
  const portFile = join(folder, 'ports.json')
  const logFile = join(folder, 'log', `${kind.name}.log`)
  const left = record.read()
  const found = isAlive(left) && (await kind.answers(left.port))
  const daemon = {
    port: found ? left.port : 0,
    found,
    isRunning: () => isAlive(record.read()),
    async start() {
      if (daemon.isRunning()) return
      // Whoever uses it knows its address already: once it has a port it keeps it.
      if (daemon.port === 0) daemon.port = await freePort(readJson(portFile)?.[kind.name])
      else if (!(await until(() => isFree(daemon.port), PORT_LIMIT))) throw new Refusal(`${kind.title} 的端口 ${daemon.port} 被别的程序占用，无法重新启动`)
      const command = await kind.command(daemon.port)
      const child = spawnDaemon(command, logFile)
      record.write(child.pid, { port: daemon.port })
      await untilAnswering(kind, child, daemon.port, logFile)
      writeJson(portFile, { ...readJson(portFile), [kind.name]: daemon.port })
    },
    stop: () => end((one) => endProcess(one, STOP_LIMIT)),
    kill: () =>
      end(async (one) => {
        signal(one.pid, 'SIGKILL')
        await until(() => !isAlive(one), STOP_LIMIT)
      }),
  }
  async function end(how) {
    const one = record.read()
    if (one) await how(one)
    record.forget()
  }
  if (!found) {
    await daemon.stop()
    await daemon.start()
  }
  return daemon
}

/** In a session of its own, so that Ctrl-C in the terminal reaches only the launcher, which stops things in order. */
function spawnDaemon({ program, args }, logFile) {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 })
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref()
  return child
}

async function untilAnswering(kind, child, port, logFile) {
  let failed
  child.once('error', (error) => (failed = error.message))
  child.once('exit', (code, by) => (failed ??= `退出码 ${code ?? by}`))
  const up = await until(async () => failed !== undefined || (await kind.answers(port)), START_LIMIT)
  if (up && failed === undefined) return
  const lastLines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n')
  throw new Refusal(`${kind.title} 没能启动（${failed ?? '超时'}），日志在 ${logFile}，最后几行：\n${lastLines}`)
}
