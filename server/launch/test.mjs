// `npm test`: everything; `npm test -- tests/integration/x.test.ts`: just that.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from './builds.mjs'
import { runChecks, staticChecks, weightCheck } from './checks.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { inForeground } from './exec.mjs'
import { ensureTools } from './programs.mjs'
import { elapsed, say } from './say.mjs'
import { bringUpTestServices } from './test-services.mjs'
import { readReport, vitestArgs } from './vitest.mjs'

/** @param {string[]} args filters and options of vitest @returns {Promise<number>} exit code */
export async function test(args) {
  const since = performance.now()
  const everything = args.length === 0
  const only = (...folders) => !everything && args.every((arg) => folders.some((folder) => arg.startsWith(`tests/${folder}`)))
  const needsServices = !only('unit')
  const needsProduct = !only('unit', 'integration')
  await ensureDependencies()
  if (needsServices) await ensureTools(needsProduct)
  let failedChecks = everything ? await runChecks(staticChecks()) : 0
  if (needsProduct) await ensureBuilt()
  if (everything) failedChecks += await runChecks([weightCheck()])
  const services = needsServices ? await bringUpTestServices() : undefined
  const reportFolder = mkdtempSync(join(tmpdir(), 'zhike-report-'))
  const report = join(reportFolder, 'vitest.json')
  let code
  let counts
  try {
    code = await inForeground(process.execPath, vitestArgs(args), { ...process.env, ...services?.env, ZHIKE_TEST_REPORT: report })
    counts = readReport(report)
  } finally {
    rmSync(reportFolder, { recursive: true, force: true })
    await services?.stop()
  }
  const passed = counts?.passed ?? 0
  // A check that failed, or a vitest that died before it could report, must not look like success.
  const failed = (counts?.failed ?? 0) + failedChecks + (code !== 0 && !counts?.failed ? 1 : 0)
  if (failedChecks > 0) say.failed(`另有 ${failedChecks} 项静态检查未通过（见上文），单独重跑：npm run check，页面重量：node h5/weight.mjs`)
  say.line(`用时 ${elapsed(since)}`)
  say.line(`${passed} passed, ${failed} failed${counts?.skipped ? `, ${counts.skipped} skipped` : ''}`)
  return failed > 0 ? 1 : 0
}
