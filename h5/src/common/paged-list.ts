import { computed, onScopeDispose, reactive, shallowRef, watch } from 'vue'
import { asApiError, isAborted, type ApiError } from './api-error.ts'
import { keepKnown, lastKnown } from './cache.ts'
import { connection } from './connection.ts'

export interface Page<T> { items: T[]; next: string | null; total?: number }

interface PagedListOptions<T> {
  keyOf: (item: T) => string | number
  /** Filters: the list starts again from its first page when they change. */
  inputs?: () => unknown
  /** Name under which the first page is remembered and shown at once next time. */
  rememberAs?: () => string
}

export type PagedListOf<T> = ReturnType<typeof usePagedList<T>>

/**
 * A list that grows while scrolling (GEN-1): keyset pages, later pages never repeat a row, answers to old filters are
 * dropped. Show it with the part PagedList.
 */
export function usePagedList<T>(fetchPage: (after: string | undefined, signal: AbortSignal) => Promise<Page<T>>, options: PagedListOptions<T>) {
  const items = shallowRef<T[]>([])
  const total = shallowRef<number | null>(null)
  const next = shallowRef<string | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const state = shallowRef<'loading' | 'ready' | 'failed'>('loading')
  const more = shallowRef<'idle' | 'loading' | 'failed'>('idle')
  const refreshing = shallowRef(false)
  let running: AbortController | undefined

  function begin(): AbortController {
    running?.abort()
    running = new AbortController()
    return running
  }

  async function loadFirst(): Promise<void> {
    const mine = begin()
    more.value = 'idle'
    try {
      const page = await fetchPage(undefined, mine.signal)
      if (running !== mine) return
      items.value = page.items
      next.value = page.next
      total.value = page.total ?? null
      error.value = null
      state.value = 'ready'
      if (options.rememberAs) keepKnown(options.rememberAs(), page)
    } catch (thrown) {
      if (running !== mine || isAborted(thrown)) return
      error.value = asApiError(thrown)
      state.value = items.value.length > 0 ? 'ready' : 'failed'
    }
  }

  /** Starts again with an empty list (or the last known first page). */
  async function reload(): Promise<void> {
    const known = options.rememberAs && lastKnown<Page<T>>(options.rememberAs())
    items.value = known?.items ?? []
    total.value = known?.total ?? null
    next.value = null
    error.value = null
    state.value = known && known.items.length > 0 ? 'ready' : 'loading'
    await loadFirst()
  }

  /** Reads the first page again, keeping what is shown until it is there. */
  async function refresh(): Promise<void> {
    refreshing.value = true
    if (state.value === 'failed') state.value = 'loading'
    await loadFirst()
    refreshing.value = false
  }

  /** Reads the newest rows and puts them before those already read, so that whoever is reading further down stays there. */
  async function renew(): Promise<void> {
    if (state.value !== 'ready' || more.value === 'loading') return
    const mine = begin()
    try {
      const page = await fetchPage(undefined, mine.signal)
      if (running !== mine) return
      const fresh = new Set(page.items.map(options.keyOf))
      const older = items.value.filter((item) => !fresh.has(options.keyOf(item)))
      const further = items.value.length > page.items.length && older.length < items.value.length
      items.value = further ? [...page.items, ...older] : page.items
      if (!further) next.value = page.next
      total.value = page.total ?? total.value
      error.value = null
      if (options.rememberAs) keepKnown(options.rememberAs(), page)
    } catch (thrown) {
      if (running === mine && !isAborted(thrown)) error.value = asApiError(thrown)
    }
  }

  /** Reads the following page, if there is one and none is being read. */
  async function loadMore(): Promise<void> {
    if (state.value !== 'ready' || more.value === 'loading' || next.value === null) return
    const mine = begin()
    more.value = 'loading'
    try {
      const page = await fetchPage(next.value, mine.signal)
      if (running !== mine) return
      const seen = new Set(items.value.map(options.keyOf))
      items.value = [...items.value, ...page.items.filter((item) => !seen.has(options.keyOf(item)))]
      next.value = page.next
      more.value = 'idle'
    } catch (thrown) {
      if (running === mine) more.value = isAborted(thrown) ? 'idle' : 'failed'
    }
  }

  /** Puts a changed row in the place of the one with the same key. */
  function put(changed: T): void {
    const key = options.keyOf(changed)
    items.value = items.value.map((item) => (options.keyOf(item) === key ? changed : item))
  }

  /** Takes a row out. */
  function drop(key: string | number): void {
    items.value = items.value.filter((item) => options.keyOf(item) !== key)
    if (total.value !== null) total.value = Math.max(0, total.value - 1)
  }

  void reload()
  if (options.inputs) watch(options.inputs, () => void reload())
  watch(() => connection.recoveries, () => { if (error.value || more.value === 'failed') void (error.value ? refresh() : loadMore()) })
  onScopeDispose(() => running?.abort())

  return reactive({
    items, total, error, state, more, refreshing,
    hasMore: computed(() => next.value !== null),
    keyOf: options.keyOf,
    reload, refresh, renew, loadMore, put, drop,
  })
}
