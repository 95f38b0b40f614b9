import { computed, reactive, readonly } from 'vue'

/** How the server can be reached: `unavailable` = it answers that it can't work now (503), `offline` = no answer at all. */
type ConnectionState = 'ok' | 'offline' | 'unavailable'

const PROBE_EVERY_MS = 4000
const state = reactive<{ now: ConnectionState; recoveries: number }>({ now: 'ok', recoveries: 0 })
let probe: ReturnType<typeof setTimeout> | undefined

/** The state of the connection, and how often it came back: watch `recoveries` to load again what had failed. */
export const connection = readonly(state)

/** The sentence for the bar on top of a screen, or null when all is well. */
export const connectionNotice = computed(() => {
  if (state.now === 'offline') return '网络连接不上，正在重试'
  if (state.now === 'unavailable') return '服务暂时不可用，正在重试'
  return null
})

/** A request found no working server: says so on screen, and asks `/readyz` until it answers again. */
export function connectionLost(how: Exclude<ConnectionState, 'ok'>): void {
  state.now = how
  probe ??= setTimeout(probeOnce, PROBE_EVERY_MS)
}

/** A request was answered. */
export function connectionWorks(): void {
  if (state.now === 'ok') return
  clearTimeout(probe)
  probe = undefined
  state.now = 'ok'
  state.recoveries += 1
}

async function probeOnce(): Promise<void> {
  const ready = await fetch('/readyz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)
  if (ready) return connectionWorks()
  if (probe !== undefined) probe = setTimeout(probeOnce, PROBE_EVERY_MS)
}

/** Waits before a repetition; shorter when the device says that it is online again. Ends early when `signal` aborts. */
export function pauseBefore(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const wait = Math.min(5000, 700 * 2 ** attempt) * (0.8 + Math.random() * 0.4)
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, wait)
    window.addEventListener('online', done)
    signal?.addEventListener('abort', done)
  })
}
