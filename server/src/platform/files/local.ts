import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fillFile } from './filling.ts'
import { newPart, removeParts } from './parts.ts'
import { assertSafeKey } from './store.ts'
import type { FileStore } from './store.ts'

/** Files in a folder of this machine (or a shared mount). A file appears whole or not at all. */
export function createLocalFiles(folder: string): FileStore {
  const pathOf = (key: string) => {
    assertSafeKey(key)
    return join(folder, key)
  }
  // Beside the keys, which never begin with a dot, and on the same disk: a file is moved from here to its place.
  const parts = join(folder, '.parts')
  const place = async (part: string, path: string) => {
    await mkdir(dirname(path), { recursive: true })
    await rename(part, path)
  }
  return {
    async put(key, body) {
      const path = pathOf(key)
      const part = await newPart(parts)
      await fillFile(part, async (out) => void out.end(body))
      await place(part, path)
    },
    async write(key, _contentType, fill) {
      const path = pathOf(key)
      const part = await newPart(parts)
      await fillFile(part, fill)
      await place(part, path)
    },
    async get(key) {
      return await readFile(pathOf(key)).catch(absent)
    },
    async stream(key, part) {
      const path = pathOf(key)
      const found = await stat(path).catch(absent)
      return found ? { body: createReadStream(path, part), bytes: part ? part.end - part.start + 1 : found.size } : null
    },
    async remove(key) {
      await rm(pathOf(key), { force: true })
    },
    removeParts: (before) => removeParts(parts, before),
  }
}

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
