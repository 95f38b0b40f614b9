// Where things lie. DATA_DIR is taken relative to the repository, wherever the command was typed.
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** An absolute path inside the repository. @param {...string} parts */
export const inRoot = (...parts) => join(ROOT, ...parts)

/**
 * The data folder as an absolute path, made if missing and closed to other users (it holds secrets and logs).
 * @param {string} folder absolute, or relative to the repository
 */
export function dataFolder(folder) {
  const path = resolve(ROOT, folder)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}
