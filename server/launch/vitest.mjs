// How vitest is called, and what its report says.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { inRoot } from './places.mjs'
import { readJson } from './running.mjs'

/**
 * Arguments of node for a vitest run; files are taken as typed, relative to where the command was typed.
 * @param {string[]} args
 */
export function vitestArgs(args) {
  const absolute = args.map((arg) => (!arg.startsWith('-') && existsSync(resolve(arg)) ? resolve(arg) : arg))
  return [inRoot('tests/node_modules/vitest/vitest.mjs'), 'run', '--root', inRoot('tests'), '--config', inRoot('tests/vitest.config.ts'), ...absolute]
}

/**
 * Sums up vitest's JSON report. A file that could not even be loaded counts as one failed test.
 * @param {string} file @returns {{ passed: number, failed: number, skipped: number } | undefined} undefined when there is no report
 */
export function readReport(file) {
  const report = readJson(file)
  if (!report) return undefined
  const unloaded = report.testResults.filter((one) => one.status === 'failed' && !one.assertionResults.some((test) => test.status === 'failed'))
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
