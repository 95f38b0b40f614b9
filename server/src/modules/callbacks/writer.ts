import { errnoOf, isDatabaseAway } from '../../platform/db/connect.ts'
import type { Log } from '../../platform/log.ts'
import type { NewCallback } from './store.ts'

export interface Writer {
  /** Resolves when the row is stored, now or earlier. */
  write(row: NewCallback): Promise<void>
}

interface WriterTools {
  /** Stores all rows or none. */
  insert(rows: readonly NewCallback[]): Promise<void>
  /** Told of every batch after its writers; it is waited for, so that it cannot fall behind. */
  stored(rows: readonly NewCallback[]): Promise<void>
  log: Log
}

interface Waiting { row: NewCallback; done(): void; fail(error: unknown): void }

const MOST_AT_ONCE = 100
const WRITES_AT_ONCE = 2

/**
 * Writes callbacks that come at the same time with one statement: a burst costs one commit instead of hundreds. A single
 * one is written at once.
 */
export function createWriter(tools: WriterTools): Writer {
  const waiting: Waiting[] = []
  let writing = 0

  async function run(): Promise<void> {
    writing++
    // What arrives in the same turn of the event loop goes along.
    await new Promise((done) => setImmediate(done))
    while (waiting.length > 0) await store(waiting.splice(0, MOST_AT_ONCE))
    writing--
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    const rows = batch.map((one) => one.row)
    try {
      await tools.insert(rows)
    } catch (error) {
      // One row that cannot be stored must not take the others with it.
      if (batch.length > 1 && !isPassing(error)) for (const one of batch) await store([one])
      else for (const one of batch) one.fail(error)
      return
    }
    for (const one of batch) one.done()
    try {
      await tools.stored(rows)
    } catch (error) {
      tools.log.warn({ err: error, rows: rows.length }, 'stored callbacks are left to the sweeper')
    }
  }

  return {
    write: (row) => new Promise((done, fail) => {
      waiting.push({ row, done, fail })
      if (writing < WRITES_AT_ONCE) void run()
    }),
  }
}

/** Away, or given up for another transaction: the same insert works later. */
export function isPassing(error: unknown): boolean {
  const errno = errnoOf(error)
  return isDatabaseAway(error) || errno === 1213 || errno === 1205
}
