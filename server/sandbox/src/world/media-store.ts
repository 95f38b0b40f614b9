import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of uploaded media, in a folder or in memory. Ids are our own random ones, never paths from outside. */
export class MediaStore {
  private readonly memory = new Map<string, Buffer>()
  private readonly dir: string | undefined

  constructor(dir: string | undefined) {
    this.dir = dir
  }

  async put(id: string, bytes: Buffer): Promise<void> {
    if (this.dir === undefined) {
      this.memory.set(id, bytes)
      return
    }
    await mkdir(this.dir, { recursive: true })
    await writeFile(this.path(id, this.dir), bytes)
  }

  /** undefined when there is no such file (any more). */
  async get(id: string): Promise<Buffer | undefined> {
    if (this.dir === undefined) return this.memory.get(id)
    try {
      return await readFile(this.path(id, this.dir))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  private path(id: string, dir: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new Error('bad media id')
    return join(dir, id)
  }
}
