// Runs a program quietly; its output is shown in full only when it fails.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ROOT } from './places.mjs'
import { Refusal } from './refusal.mjs'

/** Folders that hold what we need but are missing from many people's PATH (Debian's sbin, Fedora's libexec, Homebrew). */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/opt/homebrew/bin', '/opt/homebrew/opt/mariadb/bin', '/usr/local/opt/mariadb/bin', '/usr/local/mysql/bin']

/**
 * Full path of the first of these programs that is installed.
 * @param {...string} names @returns {string | undefined}
 */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Programs of `run` that have not ended yet. @type {Set<import('node:child_process').ChildProcess>} */
const inHand = new Set()

/** @typedef {{ code: number | null, output: string }} Outcome output: stdout and stderr as they came */

/**
 * Runs a program to its end.
 * @param {string} program @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] show: its output goes to the console as it comes
 * @returns {Promise<Outcome>}
 */
export function run(program, args, { cwd = ROOT, env = process.env, show = false } = {}) {
  return new Promise((answer, fail) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'] })
    inHand.add(child)
    let output = ''
    const take = (text) => (output += text)
    child.stdout?.setEncoding('utf8').on('data', take)
    child.stderr?.setEncoding('utf8').on('data', take)
    child.once('error', fail)
    child.once('close', (code) => {
      inHand.delete(child)
      answer({ code, output })
    })
  })
}

/** Ends what `run` has started: the person doesn't want to wait for a build she has no use for. */
export function endInHand() {
  for (const child of inHand) child.kill('SIGTERM')
}

/**
 * Runs a program that has to succeed.
 * @param {string} what Chinese name of the step, for the message @param {string} program @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} its output
 * @throws {Refusal} with its whole output
 */
export async function mustRun(what, program, args, options) {
  const { code, output } = await run(program, args, options)
  if (code === 0) return output
  throw new Refusal(`${what}失败（退出码 ${code}）：${program} ${args.join(' ')}\n${output.trimEnd()}`)
}

/**
 * Runs a program on the person's own console.
 * @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} its exit code
 */
export function inForeground(program, args, env) {
  const ignore = () => undefined
  // Ctrl-C in the terminal reaches the program by itself; we stay to clean up after it.
  process.on('SIGINT', ignore)
  return new Promise((answer, fail) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: 'inherit' })
    const pass = () => child.kill('SIGTERM')
    process.on('SIGTERM', pass)
    child.once('error', fail)
    child.once('close', (code) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      answer(code ?? 1)
    })
  })
}
