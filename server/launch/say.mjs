// What the person sees: one line per step with the time it took, and nothing else while all goes well.

const toStderr = { only: false }
const write = (text) => (toStderr.only ? process.stderr : process.stdout).write(`${text}\n`)

/** Keeps stdout for the result of the command itself (bench, corp): all steps go to stderr from now on. */
export function stepsToStderr() {
  toStderr.only = true
}

/** @param {number} since `performance.now()` at the beginning; gives e.g. `0.3s` */
export const elapsed = (since) => `${((performance.now() - since) / 1000).toFixed(1)}s`

export const say = {
  /** A line of information. @param {string} text */
  line: (text) => write(text),
  /** Something was done. @param {string} text @param {number} [since] `performance.now()` when it began */
  done: (text, since) => write(since === undefined ? `✓ ${text}` : `✓ ${text} (${elapsed(since)})`),
  /** Something is odd but work goes on. @param {string} text */
  warn: (text) => write(`⚠ ${text}`),
  /** Something failed. @param {string} text */
  failed: (text) => process.stderr.write(`✗ ${text}\n`),
}

/**
 * Runs one step and prints its line when it is done; a step that takes longer than a moment also says that it began.
 * @template T
 * @param {string} doing e.g. `正在安装依赖`
 * @param {string} done e.g. `依赖已就绪`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` gave
 */
export async function step(doing, done, work) {
  const since = performance.now()
  const patience = setTimeout(() => say.line(`… ${doing}`), 1500)
  try {
    const result = await work()
    say.done(done, since)
    return result
  } finally {
    clearTimeout(patience)
  }
}
