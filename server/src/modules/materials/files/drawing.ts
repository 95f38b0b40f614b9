import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { DrawAnswer, DrawAsk, DrawRefusal, Drawn } from './draw-protocol.ts'
import { drawAnswer } from './draw-protocol.ts'

/** The file itself can't be drawn: trying again gives the same. */
export class DrawRefused extends Error {
  constructor(readonly reason: DrawRefusal) {
    super(`the file was refused: ${reason}`)
    this.name = 'DrawRefused'
  }
}
/** The drawing process was stopped or died: too long, too much memory, or a crash. */
export class DrawBroken extends Error {
  constructor(readonly why: 'time' | 'memory' | 'crash', note = '') {
    super(`drawing ended: ${why}${note && `\n${note}`}`)
    this.name = 'DrawBroken'
  }
}

interface DrawLimits {
  /** Per question, in milliseconds: on a busy machine most of it is waiting. */
  ms: number
  /** Of that, time at work (measured on Linux only). */
  cpuMs: number
  /** Resident memory, in bytes (measured on Linux only). */
  memory: number
}
const LIMITS: DrawLimits = { ms: 180_000, cpuMs: 20_000, memory: 1024 * 1024 * 1024 }
const USAGE_CHECK_MS = 200

/** A drawing process with one file in its hands. */
interface DrawProcess {
  /** Opens a PDF and gives its number of pages. @throws DrawRefused, DrawBroken */
  openPdf(bytes: Buffer): Promise<number>
  /** Draws a page of the opened PDF, counted from 1. @throws DrawRefused, DrawBroken */
  drawPage(page: number): Promise<Drawn>
  /** @throws DrawRefused, DrawBroken */
  drawPicture(bytes: Buffer): Promise<Drawn>
}

/** Runs `work` with a fresh drawing process, which is gone afterwards whatever happens. */
export async function withDrawProcess<T>(work: (draw: DrawProcess) => Promise<T>, limits: DrawLimits = LIMITS): Promise<T> {
  const child = startProcess()
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { complaints = (complaints + text).slice(-2000) })
  const ask = async (question: DrawAsk): Promise<DrawAnswer> => {
    const answer = await answerWithin(child, question, limits, () => complaints)
    if (answer.kind === 'refused') throw new DrawRefused(answer.reason)
    return answer
  }
  const drawn = async (question: DrawAsk): Promise<Drawn> => {
    const answer = await ask(question)
    if (answer.kind !== 'drawn') throw new DrawBroken('crash', `unexpected answer ${answer.kind}`)
    return answer
  }
  try {
    return await work({
      async openPdf(bytes) {
        const answer = await ask({ kind: 'open-pdf', bytes })
        if (answer.kind !== 'opened') throw new DrawBroken('crash', `unexpected answer ${answer.kind}`)
        return answer.pages
      },
      drawPage: (page) => drawn({ kind: 'draw-page', page }),
      drawPicture: (bytes) => drawn({ kind: 'draw-picture', bytes }),
    })
  } finally {
    child.kill('SIGKILL')
  }
}

/** The bundle lies beside ours; from the sources it is TypeScript, run through tsx. It gets no environment: no secrets. */
function startProcess(): ChildProcess {
  const bundled = fileURLToPath(new URL('./draw.worker.js', import.meta.url))
  const fromSource = !existsSync(bundled)
  const loader = fromSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []
  return fork(fromSource ? fileURLToPath(new URL('./draw.worker.ts', import.meta.url)) : bundled, [], {
    execArgv: [...loader, '--max-old-space-size=256'],
    env: { MALLOC_ARENA_MAX: '2' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

function answerWithin(child: ChildProcess, question: DrawAsk, limits: DrawLimits, complaints: () => string): Promise<DrawAnswer> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(time)
      clearInterval(usage)
      child.off('message', onMessage).off('exit', onExit).off('error', onError)
      settle()
    }
    const onMessage = (message: unknown) => end(() => {
      const answer = drawAnswer.safeParse(message)
      if (answer.success) resolve(answer.data)
      else reject(new DrawBroken('crash', answer.error.message))
    })
    const onExit = () => end(() => reject(new DrawBroken('crash', complaints())))
    const onError = (error: Error) => end(() => reject(new DrawBroken('crash', error.message)))
    const time = setTimeout(() => end(() => reject(new DrawBroken('time'))), limits.ms)
    const before = usageOf(child.pid)
    const usage = setInterval(() => {
      void Promise.all([before, usageOf(child.pid)]).then(([then, now]) => {
        if (now.memory > limits.memory) end(() => reject(new DrawBroken('memory')))
        else if (now.cpuMs - then.cpuMs > limits.cpuMs) end(() => reject(new DrawBroken('time')))
      })
    }, USAGE_CHECK_MS)
    child.on('message', onMessage).on('exit', onExit).on('error', onError)
    if (child.exitCode !== null || child.signalCode !== null) onExit()
    else child.send(question, (error) => { if (error) onError(error) })
  })
}

interface Usage { memory: number; cpuMs: number }
const PAGE_BYTES = 4096
const TICK_MS = 10

/** Zeros where the system doesn't say. */
async function usageOf(pid: number | undefined): Promise<Usage> {
  if (pid === undefined || process.platform !== 'linux') return { memory: 0, cpuMs: 0 }
  // The process may have ended a moment ago: then it uses nothing.
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // After the name in brackets: state is field 3, user and system time 14 and 15, resident pages 24.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (n: number) => Number(fields[n - 3] ?? 0)
  return { memory: field(24) * PAGE_BYTES, cpuMs: (field(14) + field(15)) * TICK_MS }
}
