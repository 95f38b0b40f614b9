// Chooses the command and turns what goes wrong into one clear sentence.
import { refusedBecause } from './places.mjs'
import { Refusal } from './refusal.mjs'
import { say } from './say.mjs'

/** Each command is loaded only when asked for: `npm start` should not wait for what tests need. */
const COMMANDS = {
  start: async (args) => (await import('./start.mjs')).start(args),
  dev: async (args) => (await import('./dev.mjs')).dev(args),
  test: async (args) => (await import('./test.mjs')).test(args),
  check: async (args) => (await import('./check.mjs')).check(args),
  bench: async (args) => (await import('./bench.mjs')).bench(args),
  corp: async (args) => (await import('./corp.mjs')).corp(args),
}

/** Runs `launch.mjs <command> …args` and sets the exit code: 0 done, 1 something to mend (said in Chinese). */
export async function launch([name = 'start', ...args]) {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    say.failed(`没有「${name}」这个命令，可用的有：${Object.keys(COMMANDS).join('、')}`)
    process.exitCode = 1
    return
  }
  try {
    process.exitCode = (await command(args)) ?? 0
  } catch (error) {
    const refused = error instanceof Error && refusedBecause(error)
    if (error instanceof Refusal) say.failed(error.message)
    else if (refused) say.failed(`不能写 ${error.path ?? '文件'}：${refused}。处理后重新运行即可。`)
    else say.failed(`意外的错误，请把下面的内容发给维护者：\n${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
  }
}
