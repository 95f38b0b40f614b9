// The services of a test run: apart from those of `npm start`, and one set for each run that goes on at the same time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryLock } from './lock.mjs'
import { privateMariadb } from './mariadb.mjs'
import { dataFolder } from './places.mjs'
import { endProcess, recordNames, runRecord } from './running.mjs'
import { step } from './say.mjs'
import { secretsOf } from './secrets.mjs'
import { readSettings } from './settings.mjs'

/**
 * What a test process needs: `ZHIKE_TEST_MYSQL` (a user that may create databases), `ZHIKE_TEST_REDIS` when the person
 * gave one with TEST_REDIS_URL (otherwise each test file starts its own), `ZHIKE_TEST_DIR` (a folder to use).
 * @param {{ durable?: boolean, name?: string }} [options] durable: commits reach the disk, as in production (bench)
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function bringUpTestServices({ durable = false, name = 'test' } = {}) {
  const settings = readSettings()
  const { folder, release } = takeFolder(settings, name)
  await endLeftServers(folder)
  const mariadb = settings.TEST_DATABASE_URL
    ? undefined
    : await step('正在启动测试用 MariaDB', '测试用 MariaDB 已就绪', () =>
        privateMariadb(folder, { password: secretsOf(folder).mariadbPassword, throwaway: !durable }),
      )
  return {
    env: {
      ZHIKE_TEST_MYSQL: mariadb?.url ?? settings.TEST_DATABASE_URL,
      ZHIKE_TEST_DIR: folder,
      ...(settings.TEST_REDIS_URL && { ZHIKE_TEST_REDIS: settings.TEST_REDIS_URL }),
    },
    async stop() {
      await endLeftServers(folder)
      await mariadb?.stop()
      release()
    },
  }
}

/** On CI a new folder in the temp folder; otherwise `<DATA_DIR>/test`, or the next free number while that is in use. */
function takeFolder(settings, name) {
  if (settings.CI) {
    const folder = mkdtempSync(join(tmpdir(), `zhike-${name}-`))
    return { folder, release: () => rmSync(folder, { recursive: true, force: true }) }
  }
  for (let number = 1; ; number++) {
    const folder = dataFolder(join(settings.DATA_DIR ?? '.data', number === 1 ? name : `${name}-${number}`))
    const lock = tryLock(join(folder, 'test.lock'))
    if (lock.taken) return { folder, release: lock.release }
  }
}

/** Where processes started by single test files write themselves down, so that a killed run leaves none behind. */
export const testServersFolder = (folder) => join(folder, 'servers')

async function endLeftServers(folder) {
  const home = testServersFolder(folder)
  for (const name of recordNames(home)) {
    const record = runRecord(home, name)
    const left = record.read()
    if (left) await endProcess(left, 3000)
    record.forget()
  }
  for (const data of ['own', 'products']) rmSync(join(folder, data), { recursive: true, force: true })
}
