// Where things lie. DATA_DIR is taken relative to the repository, wherever the command was typed.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refusal } from './refusal.mjs'

/** The repository's top folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** An absolute path inside the repository. @param {...string} parts */
export const inRoot = (...parts) => join(ROOT, ...parts)

/**
 * The data folder as an absolute path, made if missing and closed to other users (it holds secrets and logs).
 * @param {string} folder absolute, or relative to the repository
 * @throws {Refusal} when it can't be made or written to
 */
export function dataFolder(folder) {
  const path = resolve(ROOT, folder)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error.code === 'EEXIST' || error.code === 'ENOTDIR') throw new Refusal(`数据目录 ${path} 不是文件夹，请用 DATA_DIR 换一个：DATA_DIR=~/zhike-data npm start`)
    throw new Refusal(`不能使用数据目录 ${path}：${refusedBecause(error) ?? error.message}。请用 DATA_DIR 换一个：DATA_DIR=~/zhike-data npm start`)
  }
  return path
}

/** Why the file system refused, in Chinese; undefined for what is no such refusal. @param {NodeJS.ErrnoException} error */
export function refusedBecause({ code }) {
  if (code === 'EACCES' || code === 'EPERM') return '当前用户没有权限'
  if (code === 'EROFS') return '那里是只读的'
  if (code === 'ENOSPC' || code === 'EDQUOT') return '磁盘已满'
  return undefined
}
