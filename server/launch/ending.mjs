// Ctrl-C and its relatives: things end in order, once, whoever asked for it.

/** npm passes Ctrl-C on although the terminal has sent it to us already: a second one within this time is the same. */
const SAME_SIGNAL = 1000

/**
 * A place to register what has to be ended, and to wait for the wish to end.
 * @returns {{ onEnd(what: () => Promise<void>): void, asked: Promise<string | undefined>, fail(why: string): void, end(): Promise<void>, isAsked(): boolean, onForce(what: () => void): void }}
 *   asked: resolves to undefined when the person wants to stop, to a sentence when something went fatally wrong;
 *   end: runs what was registered, last first, and stops listening for signals
 */
export function ending() {
  const toEnd = []
  const toForce = []
  let askedAt
  let settle
  const asked = new Promise((answer) => (settle = answer))
  const ask = (why) => {
    askedAt ??= performance.now()
    settle(why)
  }
  const onSignal = () => {
    if (askedAt !== undefined && performance.now() - askedAt > SAME_SIGNAL) for (const force of toForce) force()
    ask(undefined)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, onSignal)
  return {
    onEnd: (what) => toEnd.push(what),
    onForce: (what) => toForce.push(what),
    asked,
    fail: ask,
    isAsked: () => askedAt !== undefined,
    async end() {
      for (const what of toEnd.reverse()) await what()
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

/** Thrown by `orAsked` when the person wanted to stop while something was still going on. */
export class Stopped extends Error {}

/**
 * Waits for work, but no longer once the end was asked for.
 * @template T @param {ReturnType<typeof ending>} end @param {Promise<T>} work @returns {Promise<T>}
 * @throws {Stopped}
 */
export function orAsked(end, work) {
  return Promise.race([
    work,
    end.asked.then((why) => {
      throw new Stopped(why)
    }),
  ])
}
