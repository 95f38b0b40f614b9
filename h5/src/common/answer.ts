import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { asApiError, isAborted, type ApiError } from './api-error.ts'
import { keepKnown, lastKnown } from './cache.ts'
import { connection } from './connection.ts'

export interface Answer<T> {
  /** The answer, or null while there is none. */
  value: ShallowRef<T | null>
  /** Set when loading failed; an older `value` may still be there. */
  error: ShallowRef<ApiError | null>
  /** A request is under way. */
  loading: ShallowRef<boolean>
  /** `value` is the last known answer, not yet confirmed. */
  stale: ShallowRef<boolean>
  /** Loads again, keeping what is shown. Never throws. */
  reload: () => Promise<void>
  /** Replaces the answer by one that another call gave. */
  replace: (value: T) => void
}

/**
 * Loads one answer for a screen: at once, again when `load`'s reactive inputs change, and after the connection came back
 * if it had failed. With `rememberAs` the last known answer is shown while the fresh one loads (ui.md).
 */
export function useAnswer<T>(load: (signal: AbortSignal) => Promise<T>, options: { rememberAs?: () => string; inputs?: () => unknown } = {}): Answer<T> {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = shallowRef(false)
  const stale = shallowRef(false)
  let running: AbortController | undefined

  async function reload(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = true
    try {
      const fresh = await load(mine.signal)
      if (running === mine) replace(fresh)
    } catch (thrown) {
      if (running === mine && !isAborted(thrown)) error.value = asApiError(thrown)
    } finally {
      if (running === mine) loading.value = false
    }
  }

  function replace(fresh: T): void {
    value.value = fresh
    stale.value = false
    error.value = null
    if (options.rememberAs) keepKnown(options.rememberAs(), fresh)
  }

  function start(): void {
    const known = options.rememberAs && lastKnown<T>(options.rememberAs())
    value.value = known ?? null
    stale.value = known !== undefined
    error.value = null
    void reload()
  }

  start()
  if (options.inputs) watch(options.inputs, start)
  watch(() => connection.recoveries, () => { if (error.value) void reload() })
  onScopeDispose(() => running?.abort())
  return { value, error, loading, stale, reload, replace }
}
