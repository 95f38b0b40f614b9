// Says under each failed test how to run it alone.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestModule } from 'vitest/node'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const asPattern = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The command lines for everything that failed, one per test, or one per file that could not be loaded. */
export function rerunCommands(modules: ReadonlyArray<TestModule>): string[] {
  return modules.flatMap((module) => {
    const file = relative(repository, module.moduleId)
    const failed = [...module.children.allTests('failed')]
    if (failed.length === 0) return module.ok() ? [] : [`npm test -- ${file}`]
    return failed.map((test) => `npm test -- ${file} -t ${shellQuoted(asPattern(test.fullName.replaceAll(' > ', ' ')))}`)
  })
}

export default class RerunReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const commands = rerunCommands(modules)
    if (commands.length > 0) console.log(`\n单独重跑失败的测试：\n${commands.map((command) => `  ${command}`).join('\n')}\n`)
  }
}
