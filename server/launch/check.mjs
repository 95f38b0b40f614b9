// `npm run check`: what one runs before each commit; under a minute.
import { runChecks, staticChecks } from './checks.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { run } from './exec.mjs'
import { say } from './say.mjs'
import { vitestArgs } from './vitest.mjs'

/** Lint, one-way doors, types and unit tests. @returns {Promise<number>} exit code */
export async function check() {
  const since = performance.now()
  await ensureDependencies()
  const unitTests = { title: '单元测试', run: () => run(process.execPath, vitestArgs(['--project', 'unit', '--passWithNoTests'])) }
  const failed = await runChecks([unitTests, ...staticChecks()])
  if (failed > 0) say.failed(`${failed} 项检查未通过`)
  else say.done('全部检查通过', since)
  return failed > 0 ? 1 : 0
}
