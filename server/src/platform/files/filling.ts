import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** Lets `fill` write a file of this machine; what a broken filling left is removed. */
export async function fillFile(path: string, fill: (out: Writable) => Promise<void>): Promise<void> {
  const out = createWriteStream(path, { mode: 0o600 })
  const closed = finished(out)
  closed.catch(() => undefined)
  try {
    await fill(out)
    await closed
  } catch (error) {
    out.destroy()
    await rm(path, { force: true })
    throw error
  }
}
