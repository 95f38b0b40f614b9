// One of our own processes (web, worker, sandbox): its log, its restarts, its end.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readableLines, rotate } from './log-lines.mjs'
import { ROOT } from './places.mjs'
import { endProcess, isAlive, recordNames, runRecord, running } from './running.mjs'
import { say } from './say.mjs'

/** A process that lives shorter than this died quickly; after so many quick deaths in a row we give up. */
const QUICK_DEATH = 10_000
const QUICK_DEATHS = 5
const FIRST_PAUSE = 500
/** How long a process may take to finish what it has in hand. */
const END_PATIENCE = 10_000
const LAST_LINES = 20

/**
 * @typedef {object} ChildSpec
 * @property {string} name names its log and record @property {string} title for the console
 * @property {string} program @property {string[]} args @property {string} [cwd] @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => string | undefined} show what of its output reaches the console
 */

/** @typedef {{ lastLines: () => string, stop: () => Promise<void>, kill: () => void }} Child */

/**
 * Starts a process and starts it again when it dies.
 * @param {ChildSpec} spec @param {string} dataDir @param {(fatal: string) => void} onGivenUp
 * @returns {Child}
 */
export function keepRunning(spec, dataDir, onGivenUp) {
  const logFile = join(dataDir, 'log', `${spec.name}.log`)
  mkdirSync(join(dataDir, 'log'), { recursive: true, mode: 0o700 })
  rotate(logFile)
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const record = childRecord(dataDir, spec.name)
  const recent = []
  let stopping = false
  let quickDeaths = 0
  let current
  let pause

  const take = (line) => {
    log.write(`${line}\n`)
    if (recent.push(line) > LAST_LINES) recent.shift()
    const text = spec.show(line)
    if (text !== undefined) say.line(`[${spec.name}] ${text}`)
  }

  const begin = () => {
    const bornAt = Date.now()
    const child = spawn(spec.program, spec.args, { cwd: spec.cwd ?? ROOT, env: spec.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    current = child
    for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', take)
    if (child.pid) record.write(child.pid)
    child.once('error', (error) => take(String(error)))
    child.once('close', (code, signal) => died(code ?? signal, Date.now() - bornAt))
  }

  const died = (how, lived) => {
    current = undefined
    record.forget()
    if (stopping) return
    quickDeaths = lived < QUICK_DEATH ? quickDeaths + 1 : 1
    if (quickDeaths >= QUICK_DEATHS) {
      onGivenUp(`${spec.title} 连续 ${QUICK_DEATHS} 次启动后很快退出（${how}），已放弃。日志在 ${logFile}，最后几行：\n${readableLines(recent)}`)
      return
    }
    const wait = FIRST_PAUSE * 2 ** (quickDeaths - 1)
    say.warn(`${spec.title} 意外退出（${how}），${wait / 1000} 秒后重新启动`)
    pause = setTimeout(begin, wait)
  }

  begin()
  return {
    lastLines: () => readableLines(recent),
    async stop() {
      stopping = true
      clearTimeout(pause)
      if (current?.pid && !(await endProcess(running(current.pid), END_PATIENCE))) say.warn(`${spec.title} 没有在 ${END_PATIENCE / 1000} 秒内结束，已强制结束`)
      record.forget()
      log.end()
    },
    kill() {
      stopping = true
      clearTimeout(pause)
      current?.kill('SIGKILL')
    },
  }
}

const childFolder = (dataDir) => join(dataDir, 'run', 'children')
const childRecord = (dataDir, name) => runRecord(childFolder(dataDir), name)

/** Ends what an earlier launcher left running when it was killed: it holds our ports. @param {string} dataDir */
export async function endLeftChildren(dataDir) {
  for (const name of recordNames(childFolder(dataDir))) {
    const record = childRecord(dataDir, name)
    const left = record.read()
    if (left && isAlive(left)) {
      say.line(`… 结束上次遗留的进程 ${name}（${left.pid}）`)
      await endProcess(left, END_PATIENCE)
    }
    record.forget()
  }
}
