import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { cpus, setPriority } from 'node:os'

/** Can processes be told which core to use? */
export const canPin: boolean = process.platform === 'linux' && cpus().length > 1 && runs('taskset', ['-V'])

/** Keeps a process (and its threads) to the first core, or to all others. */
export function pin(pid: number | undefined, cores: 'first' | 'others'): void {
  if (!canPin || pid === undefined) return
  runs('taskset', ['-a', '-c', '-p', cores === 'first' ? '0' : `1-${cpus().length - 1}`, String(pid)])
}

/** Has a process (and its threads) wait whenever somebody else on its core has something to do. */
export function giveWay(pid: number | undefined): void {
  if (process.platform !== 'linux' || pid === undefined) return
  for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), LOW)
}

const LOW = 15

function runs(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const TICK_MS = 10

/** Processor time that a process has used, ms; 0 where the system doesn't tell. Says what a request costs when the machine is busy with other things. */
export function processorMs(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
