// What start, dev and corp have in common: one launcher per data folder, its secrets, its services.
import { join } from 'node:path'
import { tryLock } from './lock.mjs'
import { dataFolder } from './places.mjs'
import { Refusal } from './refusal.mjs'
import { isFree } from './ports.mjs'
import { portOf, readSettings } from './settings.mjs'
import { baseUrlOf } from './product-env.mjs'

/** @typedef {{ settings: NodeJS.ProcessEnv, port: number, baseUrl: string, dataDir: string }} House */

/** Reads the settings; makes the data folder. @returns {House} */
export function openHouse() {
  const settings = readSettings()
  const port = portOf(settings)
  return { settings, port, baseUrl: baseUrlOf(settings, port), dataDir: dataFolder(settings.DATA_DIR ?? '.data') }
}

/** The lock that says a product runs on this data folder. @param {House} house */
export const productLock = (house) => tryLock(join(house.dataDir, 'start.lock'), { port: house.port, baseUrl: house.baseUrl })

/** Takes the lock. @param {House} house @throws {Refusal} when the product runs already */
export function takeHouse(house) {
  const lock = productLock(house)
  if (lock.taken) return lock
  const { pid, baseUrl } = lock.holder
  throw new Refusal(`知客已经在运行（进程 ${pid}，数据目录 ${house.dataDir}）：${baseUrl}\n  想再开一份，请换端口和数据目录：PORT=3100 DATA_DIR=.data2 npm start`)
}

/** @param {number} port @throws {Refusal} naming the port and how to choose another */
export async function requireFreePort(port) {
  if (await isFree(port)) return
  throw new Refusal(`端口 ${port} 已被别的程序占用。可以换一个端口：PORT=${port + 100} npm start\n  想知道是谁占用的：lsof -i :${port}（或 ss -ltnp | grep :${port}）`)
}

