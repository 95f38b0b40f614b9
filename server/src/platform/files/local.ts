import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fillFile } from './filling.ts'
import { assertSafeKey } from './store.ts'
import type { FileStore } from './store.ts'

/** Files in a folder of this machine (or a shared mount). A file appears whole or not at all. */
export function createLocalFiles(folder: string): FileStore {
  const pathOf = (key: string) => {
    assertSafeKey(key)
    return join(folder, key)
  }
  return {
    async put(key, body) {
      const path = pathOf(key)
      const part = await partOf(path)
      await writeFile(part, body)
      await rename(part, path)
    },
    async write(key, _contentType, fill) {
      const path = pathOf(key)
      const part = await partOf(path)
      await fillFile(part, fill)
      await rename(part, path)
    },
    async get(key) {
      return await readFile(pathOf(key)).catch(absent)
    },
    async stream(key) {
      const path = pathOf(key)
      const found = await stat(path).catch(absent)
      return found ? { body: createReadStream(path), bytes: found.size } : null
    },
    async remove(key) {
      await rm(pathOf(key), { force: true })
    },
  }
}

async function partOf(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  return `${path}.${randomUUID()}.part`
}

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
