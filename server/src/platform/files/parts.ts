import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Retention } from '../retention.ts'
import type { FileStore } from './store.ts'

/** No file takes this long to be made: whoever made it is gone. */
const LEFT_BEHIND_MS = 6 * 60 * 60 * 1000

/** A path for a file in the making: all of them are in one folder, so that what a killed process left is found. */
export async function newPart(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return join(folder, randomUUID())
}

/** Deletes files in the making that were last written before a moment (epoch ms). @returns how many */
export async function removeParts(folder: string, before: number): Promise<number> {
  let gone = 0
  for (const name of await readdir(folder).catch(none)) {
    const path = join(folder, name)
    const found = await stat(path).catch(none)
    if (Array.isArray(found) || found.mtimeMs >= before) continue
    await rm(path, { force: true })
    gone++
  }
  return gone
}

/** What processes that were killed left half made: it may hold data of customers (SYS-17). */
export function partsRetention({ files }: { files: Pick<FileStore, 'removeParts'> }): Retention[] {
  return [{ what: 'unfinished files', forget: async (now) => ({ gone: await files.removeParts(now - LEFT_BEHIND_MS), more: false }) }]
}

/** Not there, or no longer: another worker was quicker. */
function none(error: unknown): never[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
