// `npm run corp -- …`: the administrator's command on the same database as the product, whether that runs or not.
import { existsSync } from 'node:fs'
import { ensureBuilt } from './builds.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { inForeground } from './exec.mjs'
import { openHouse, productLock } from './house.mjs'
import { inRoot } from './places.mjs'
import { serverEnv } from './product-env.mjs'
import { Refusal } from './refusal.mjs'
import { stepsToStderr } from './say.mjs'
import { secretsOf } from './secrets.mjs'
import { bringUpServices } from './services.mjs'

const PROGRAM = inRoot('server/dist/corp.js')

/** Runs the corp command with these arguments. @param {string[]} args @returns {Promise<number>} its exit code */
export async function corp(args) {
  stepsToStderr()
  const house = openHouse()
  const lock = productLock(house)
  const secrets = secretsOf(house.dataDir)
  let services
  try {
    await ensureDependencies()
    await ensureBuilt(['bundle'])
    if (!existsSync(PROGRAM)) throw new Refusal('没有可运行的 corp 命令：缺少 server/src/corp-cli.ts')
    services = await bringUpServices(house.dataDir, { settings: house.settings, secrets })
    const env = serverEnv({ ...house, appKey: secrets.appKey, services })
    return await inForeground(process.execPath, ['--enable-source-maps', PROGRAM, ...args], { ...env, NODE_ENV: 'production' })
  } finally {
    // A product that runs goes on using them.
    if (lock.taken) {
      await services?.stop()
      lock.release()
    }
  }
}
