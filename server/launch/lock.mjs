// A lock file with a living process behind it: what a crash left is recognised and taken over.
import { linkSync, renameSync, rmSync } from 'node:fs'
import { isAlive, readJson, running, until, writeJson } from './running.mjs'

/** @typedef {{ pid: number, startedAt: string, [more: string]: unknown }} Holder */

/**
 * Tries to take the lock.
 * @param {string} file @param {Record<string, unknown>} [more] written beside the pid, for whoever finds it taken
 * @returns {{ taken: true, release(): void } | { taken: false, holder: Holder }}
 */
export function tryLock(file, more = {}) {
  const draft = `${file}.${process.pid}`
  const mine = { ...running(process.pid), ...more }
  writeJson(draft, mine)
  try {
    for (;;) {
      if (claim(draft, file)) return { taken: true, release: () => release(file, mine) }
      const holder = readJson(file)
      if (isAlive(holder)) return { taken: false, holder }
      setAside(file, holder)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Takes the lock, waiting while another process has it.
 * @param {string} file @param {() => void} onWait called once when there is something to wait for
 * @returns {Promise<{ release(): void }>}
 */
export async function waitForLock(file, onWait) {
  let lock = tryLock(file)
  if (lock.taken) return lock
  onWait()
  await until(() => {
    lock = tryLock(file)
    return lock.taken
  }, Number.POSITIVE_INFINITY)
  return lock
}

/** A hard link appears with its content and fails when the name exists: no moment with an empty lock file. */
function claim(draft, file) {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Removes a dead holder's lock, unless somebody else has just replaced it by a living one. */
function setAside(file, dead) {
  const aside = `${file}.${process.pid}.dead`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  const found = readJson(aside)
  if (isAlive(found) && found.pid !== dead?.pid) claim(aside, file)
  rmSync(aside, { force: true })
}

function release(file, mine) {
  if (readJson(file)?.pid === mine.pid) rmSync(file, { force: true })
}

