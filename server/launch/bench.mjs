// `npm run bench -- NAME`: a measurement with services of its own; its last line is the bench's own `NAME ratio=…`.
import { existsSync, readdirSync } from 'node:fs'
import { ensureBuilt } from './builds.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { inForeground } from './exec.mjs'
import { inRoot } from './places.mjs'
import { ensureTools } from './programs.mjs'
import { Refusal } from './refusal.mjs'
import { stepsToStderr } from './say.mjs'
import { bringUpTestServices } from './test-services.mjs'

const FOLDER = inRoot('tests/bench')
/** Those that measure what a browser shows. */
const WITH_BROWSER = ['tracked-page', 'sidebar-open']
const TSX = inRoot('server/node_modules/tsx/dist/cli.mjs')

/** @param {string[]} args the bench's name, then its own arguments @returns {Promise<number>} its exit code */
export async function bench([name, ...args]) {
  stepsToStderr()
  const file = `${FOLDER}/${name}.ts`
  if (!name || !/^[\w-]+$/.test(name) || !existsSync(file)) throw new Refusal(`用法：npm run bench -- 名称。可用的名称：${names().join('、') || '（还没有）'}`)
  await ensureDependencies()
  await ensureTools(WITH_BROWSER.includes(name))
  await ensureBuilt()
  const services = await bringUpTestServices({ durable: true, name: 'bench' })
  try {
    return await inForeground(process.execPath, [TSX, file, ...args], { ...process.env, ...services.env, NODE_ENV: 'production' })
  } finally {
    await services.stop()
  }
}

/** A bench is a file; what benches share lies in folders beside them. */
const names = () => (existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3)) : [])
