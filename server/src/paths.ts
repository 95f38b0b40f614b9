import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where migrations and the built H5 lie, from the sources (server/src) as from the bundle (server/dist). */
const serverFolder = (() => {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, '..', 'migrations')) ? join(here, '..') : here
})()

export const migrationsFolder = join(serverFolder, 'migrations')
export const h5Folder = join(serverFolder, '..', 'h5', 'dist')

/** Every tracked page asks; a new build is noticed a second later. */
const LOOK_EVERY_MS = 1000
let known: { changedAt: number; address: string | null } | null = null
let lookedAt = 0

/** Address of the script of the tracked page, from the build's manifest; null when the H5 is not built. Follows a new build. */
export function readerScript(): string | null {
  if (known && Math.abs(Date.now() - lookedAt) < LOOK_EVERY_MS) return known.address
  lookedAt = Date.now()
  const manifest = join(h5Folder, '.vite', 'manifest.json')
  const changedAt = statSync(manifest, { throwIfNoEntry: false })?.mtimeMs
  if (changedAt === undefined) return null
  if (known?.changedAt !== changedAt) {
    const entries = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, { file?: string } | undefined>
    const file = entries['src/customer/reader.ts']?.file
    known = { changedAt, address: file ? `/${file}` : null }
  }
  return known.address
}
