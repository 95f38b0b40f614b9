import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { SandboxEvent } from '../../../src/protocol/feed.ts'
import { onSandboxEvent } from './feed.ts'

/** Events come in bursts (one act, several events); one fetch serves them all. */
const SETTLE_MS = 60

export interface Live<T> {
  /** null until the first answer, and while the question makes no sense (nobody chosen). */
  value: Ref<T | null>
  error: Ref<string>
  reload: () => Promise<void>
}

/**
 * A value of the sandbox that stays fresh: fetched when its key changes, after each event that concerns it,
 * and after every reconnect. `null` as key means: nothing to ask.
 */
export function useLive<K, T>(key: () => K | null, fetchFor: (key: K) => Promise<T>, concerns: (event: SandboxEvent, key: K) => boolean): Live<T> {
  const value: Ref<T | null> = ref(null)
  const error = ref('')
  let round = 0
  let timer: number | undefined

  const reload = async (): Promise<void> => {
    const asked = key()
    const mine = ++round
    if (asked === null) {
      value.value = null
      return
    }
    try {
      const fresh = await fetchFor(asked)
      if (mine !== round) return
      value.value = fresh
      error.value = ''
    } catch (cause) {
      if (mine === round) error.value = cause instanceof Error ? cause.message : String(cause)
    }
  }

  watch(key, (next, before) => {
    if (JSON.stringify(next) === JSON.stringify(before)) return
    value.value = null
    void reload()
  })
  onSandboxEvent((event) => {
    const asked = key()
    if (asked === null) return
    if (event.type !== 'hello' && event.type !== 'reset' && !concerns(event, asked)) return
    clearTimeout(timer)
    timer = window.setTimeout(() => void reload(), SETTLE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  void reload()
  return { value, error, reload }
}
