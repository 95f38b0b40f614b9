import type { Clock } from './clock.ts'

/** What one process has read a moment ago. */
export interface ShortMemory<V> {
  /** The known answer, or a fresh one. Who asks meanwhile waits for the same answer. */
  read(key: string, load: () => Promise<V>): Promise<V>
  /** A fresh answer, which is then the known one. */
  renew(key: string, load: () => Promise<V>): Promise<V>
  /** It has changed: the next one reads it again. */
  forget(key: string): void
}

/**
 * Remembers answers for `keptMs`, so that a rush of requests for the same thing reads it once. A failure is told to those who
 * wait and not remembered. Other processes' changes are seen when the time is over: only for what may be that old.
 */
export function createShortMemory<V>(clock: Clock, { keptMs, most }: { keptMs: number; most: number }): ShortMemory<V> {
  // In the order of reading, so that the oldest stand first.
  const known = new Map<string, { value: Promise<V>; at: number }>()
  const isFresh = (at: number) => Math.abs(clock.now() - at) < keptMs

  function renew(key: string, load: () => Promise<V>): Promise<V> {
    const value = load()
    known.delete(key)
    for (const [oldest, { at }] of known) {
      if (known.size < most && isFresh(at)) break
      known.delete(oldest)
    }
    known.set(key, { value, at: clock.now() })
    value.catch(() => { if (known.get(key)?.value === value) known.delete(key) })
    return value
  }

  return {
    async read(key, load) {
      const found = known.get(key)
      return await (found && isFresh(found.at) ? found.value : renew(key, load))
    },
    renew,
    forget: (key) => void known.delete(key),
  }
}
