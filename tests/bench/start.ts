/**
 * Seconds from a second `npm start` until its address answers: a fresh data folder is started once with everything
 * (database, demo corp) and ended, then started again some times. Last line: the median over the six seconds aimed at.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, tryLock, until } from '../../server/launch/for-tests.mjs'
import { given } from '../run/given.ts'

const STARTS = Number(process.argv[2] ?? 3)
const AIM_S = 6
const FIRST_LIMIT = 600_000
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Start { answersMs: number; readyMs: number }

mkdirSync(given('ZHIKE_TEST_DIR'), { recursive: true })
const dataDir = mkdtempSync(join(given('ZHIKE_TEST_DIR'), 'start-'))
const port = await freePort()
try {
  const first = await startOnce()
  const again: Start[] = []
  for (let i = 0; i < STARTS; i++) again.push(await startOnce())

  console.log('\n启动      地址可打开（秒）    全部就绪（秒）')
  for (const [i, start] of [first, ...again].entries()) console.log(`${(i === 0 ? '第一次' : `再次 ${i}`).padEnd(8)}${seconds(start.answersMs).padEnd(20)}${seconds(start.readyMs)}`)
  const median = again.map((start) => start.answersMs).sort((a, b) => a - b)[Math.floor(again.length / 2)] ?? 0
  console.log(`中位      ${seconds(median)} 秒，目标 ${AIM_S} 秒以内`)
  if (median / 1000 > AIM_S) process.exitCode = 1
  console.log(`start ratio=${(median / 1000 / AIM_S).toFixed(2)} seconds=${seconds(median)}`)
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}

/** Runs `npm start` until everything is ready, then ends it as Ctrl-C does. */
async function startOnce(): Promise<Start> {
  const began = performance.now()
  const npm = spawn('npm', ['start'], { cwd: ROOT, env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: process.env.LANG, DATA_DIR: dataDir, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const over = (): boolean => npm.exitCode !== null || npm.signalCode !== null
  try {
    let answersMs = 0
    let readyMs = 0
    const up = await until(async () => {
      if (answersMs === 0 && (await answers())) answersMs = performance.now() - began
      if (readyMs === 0 && printed.includes('知客已就绪')) readyMs = performance.now() - began
      return over() || (answersMs > 0 && readyMs > 0)
    }, FIRST_LIMIT)
    if (!up || over()) throw new Error(`npm start did not come up:\n${printed.slice(-3000)}`)
    return { answersMs, readyMs }
  } finally {
    await end(npm, over)
  }
}

/** The launcher has written down its process id; npm between us would pass the signal on a second time. */
async function end(npm: ChildProcess, over: () => boolean): Promise<void> {
  const lock = tryLock(join(dataDir, 'start.lock'))
  if (lock.taken) lock.release()
  else process.kill(lock.holder.pid, 'SIGINT')
  if (await until(over, 60_000)) return
  npm.kill('SIGKILL')
  throw new Error('npm start did not end within a minute of Ctrl-C')
}

async function answers(): Promise<boolean> {
  try {
    const answer = await fetch(`http://localhost:${port}/`, { signal: AbortSignal.timeout(2000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
