// Lint, one-way doors and types: what needs no service and can run side by side.
import { existsSync } from 'node:fs'
import { run } from './exec.mjs'
import { inRoot } from './places.mjs'
import { elapsed, say } from './say.mjs'

const CACHE = 'node_modules/.zhike-build'
const TSC = 'node_modules/typescript/bin/tsc'
const VUE_TSC = 'node_modules/vue-tsc/bin/vue-tsc.js'
const LINT = ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0', '--cache', `--cache-location=${CACHE}/eslint`, '--cache-strategy=content']
const DOORS = ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'shared/src', 'server', 'h5/src']

/** @typedef {{ title: string, args: string[] }} Check args of node, run in the repository's top folder */

const types = (folder, compiler) => ({
  title: `类型检查 ${folder}`,
  args: [compiler, '-p', folder, '--noEmit', '--incremental', '--tsBuildInfoFile', `${CACHE}/types-${folder.replaceAll('/', '-')}.tsbuildinfo`],
})

/** The slowest first. @returns {Check[]} */
export function staticChecks() {
  return [
    { title: '代码规范（eslint）', args: LINT },
    types('h5', VUE_TSC),
    types('server', TSC),
    types('server/sandbox', TSC),
    ...(existsSync(inRoot('server/sandbox/client/tsconfig.json')) ? [types('server/sandbox/client', VUE_TSC)] : []),
    types('tests', TSC),
    types('shared', TSC),
    { title: '模块边界（dependency-cruiser）', args: DOORS },
  ]
}

/** What phones must load until the first screen, against its budget; needs the built pages. @returns {Check} */
export const weightCheck = () => ({ title: '页面重量', args: ['h5/weight.mjs'] })

/**
 * Runs checks two at a time, shows a line for each and the whole output of those that fail.
 * @param {(Check | { title: string, run: () => Promise<import('./exec.mjs').Outcome> })[]} checks
 * @returns {Promise<number>} how many failed
 */
export async function runChecks(checks) {
  const waiting = [...checks]
  let failed = 0
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const since = performance.now()
      const { code, output } = await ('run' in check ? check.run() : run(process.execPath, check.args))
      if (code === 0) say.done(check.title, since)
      else {
        failed++
        say.failed(`${check.title} 未通过 (${elapsed(since)})\n${output.trimEnd()}\n`)
      }
    }
  }
  await Promise.all([worker(), worker()])
  return failed
}
