import { LIMITS } from '@zhike/shared'
import { computed, onScopeDispose, reactive, shallowRef, watch, type Ref } from 'vue'
import { asApiError, isAborted, type ApiError } from './api-error.ts'
import { keepKnown, lastKnown } from './cache.ts'
import { connection } from './connection.ts'

export interface Page<T> { items: T[]; next: string | null; total?: number; more?: boolean }
/** Which rows are asked for: those after a cursor, or those of a turned page. Spread it into the query. */
export interface PageAt { after?: string; skip?: number; limit?: number }

interface PagedListOptions<T> {
  keyOf: (item: T) => string | number
  /** Filters: the list starts again from its first page when they change. */
  inputs?: () => unknown
  /** While true the list is turned page by page instead of growing (GEN-1, on a PC). */
  turned?: Readonly<Ref<boolean>>
  /** Name under which the first page is remembered and shown at once next time. */
  rememberAs?: () => string
}

export type PagedListOf<T> = ReturnType<typeof usePagedList<T>>

/**
 * A list that grows while scrolling, or is turned page by page (GEN-1): keyset pages, later pages never repeat a row, answers
 * to old filters are dropped. Show it with the part PagedList.
 */
export function usePagedList<T>(fetchPage: (at: PageAt, signal: AbortSignal) => Promise<Page<T>>, options: PagedListOptions<T>) {
  const items = shallowRef<T[]>([])
  const total = shallowRef<number | null>(null)
  /** There are more rows than `total`; they were not counted. */
  const uncounted = shallowRef(false)
  /** The page that is shown, from 1, where pages are turned. */
  const page = shallowRef(1)
  const turned = computed(() => options.turned?.value ?? false)
  const pages = computed(() => (!turned.value || total.value === null ? 1 : Math.max(1, Math.min(Math.ceil(total.value / LIMITS.turnedPage), LIMITS.skipMost / LIMITS.turnedPage + 1))))
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

  /** What is asked for when nothing is known yet: the first rows, or those of the page that is shown. */
  const start = (): PageAt => (turned.value ? { skip: (page.value - 1) * LIMITS.turnedPage, limit: LIMITS.turnedPage } : {})

  function take(found: Page<T>): void {
    items.value = found.items
    next.value = turned.value ? null : found.next
    total.value = found.total ?? null
    uncounted.value = found.more ?? false
    error.value = null
    state.value = 'ready'
    if (options.rememberAs && page.value === 1) keepKnown(options.rememberAs(), found)
  }

  async function loadFirst(): Promise<void> {
    const mine = begin()
    more.value = 'idle'
    try {
      const found = await fetchPage(start(), mine.signal)
      if (running !== mine) return
      take(found)
      // The rows of this page are gone meanwhile: there is a last one before it.
      if (found.items.length === 0 && page.value > 1) await turnTo(Math.min(page.value - 1, pages.value))
    } catch (thrown) {
      if (running !== mine || isAborted(thrown)) return
      error.value = asApiError(thrown)
      state.value = items.value.length > 0 ? 'ready' : 'failed'
    }
  }

  /** Shows another page, the present one until it is there. */
  async function turnTo(wanted: number): Promise<void> {
    page.value = Math.max(1, Math.min(wanted, pages.value))
    await refresh()
  }

  /** Starts again with an empty list (or the last known first page). */
  async function reload(): Promise<void> {
    page.value = 1
    const known = options.rememberAs && lastKnown<Page<T>>(options.rememberAs())
    items.value = known?.items ?? []
    total.value = known?.total ?? null
    uncounted.value = known?.more ?? false
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
    if (turned.value) return await loadFirst()
    const mine = begin()
    try {
      const found = await fetchPage({}, mine.signal)
      if (running !== mine) return
      const [known, after] = [items.value, next.value]
      const fresh = new Set(found.items.map(options.keyOf))
      const older = known.filter((item) => !fresh.has(options.keyOf(item)))
      take(found)
      if (known.length <= found.items.length || older.length === known.length) return
      items.value = [...found.items, ...older]
      next.value = after
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
      const found = await fetchPage({ after: next.value }, mine.signal)
      if (running !== mine) return
      const seen = new Set(items.value.map(options.keyOf))
      items.value = [...items.value, ...found.items.filter((item) => !seen.has(options.keyOf(item)))]
      next.value = found.next
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
  watch(turned, () => void reload())
  watch(() => connection.recoveries, () => { if (error.value || more.value === 'failed') void (error.value ? refresh() : loadMore()) })
  onScopeDispose(() => running?.abort())

  return reactive({
    items, total, uncounted, error, state, more, refreshing, page, pages,
    hasMore: computed(() => next.value !== null),
    keyOf: options.keyOf,
    reload, refresh, renew, loadMore, turnTo, put, drop,
  })
}
