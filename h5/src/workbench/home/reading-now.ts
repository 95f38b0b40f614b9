import { READING_NOW_MS, type LiveEvent } from '@zhike/shared'
import type { ViewRow } from '@zhike/shared/contract'
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef } from 'vue'
import { api } from '../../common/api.ts'
import { asApiError, isAborted } from '../../common/api-error.ts'
import { useLive } from '../../common/live.ts'
import { serverNow } from '../../common/now.ts'

type ViewEvent = Extract<LiveEvent, { kind: 'view' }>

/** Somebody who has one of our pages on screen right now. */
export interface Reader {
  viewId: number
  name: string
  avatar: string | null
  title: string
  customerId: number | null
  materialId: number
  page: number | null
  pages: number | null
  visibleMs: number
  /** The last sign of life, epoch ms of the server. */
  at: number
}

const LOOK_EVERY_MS = 5000
const MOST = 20

/** Who is reading at this moment within the viewer's scope, most recent first; kept up by live events. */
export function useReadingNow(): { readers: ComputedRef<Reader[]> } {
  const known = shallowRef<ReadonlyMap<number, Reader>>(new Map())
  const now = ref(serverNow())

  async function load(): Promise<void> {
    try {
      const { items } = await api('GET /api/radar/views', { query: { now: 'reading', limit: MOST } })
      known.value = new Map(items.map((view) => [view.viewId, readerOf(view)]))
    } catch (thrown) {
      // The figures below say so when the server is away; this banner just waits for the next event.
      if (!isAborted(thrown)) console.warn('who reads now is not known', asApiError(thrown).message)
    }
  }

  function hear(event: ViewEvent): void {
    const next = new Map(known.value)
    const before = next.get(event.viewId)
    next.delete(event.viewId)
    if (event.readingNow) next.set(event.viewId, { ...readerIn(event), avatar: before?.avatar ?? null })
    known.value = next
  }

  // Whoever gives no sign of life any more has put the phone away.
  const timer = setInterval(() => { now.value = serverNow() }, LOOK_EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  useLive('view', hear, () => void load())
  void load()

  const readers = computed(() => [...known.value.values()].filter((reader) => now.value - reader.at < READING_NOW_MS + LOOK_EVERY_MS).sort((a, b) => b.at - a.at))
  return { readers }
}

function readerOf(view: ViewRow): Reader {
  return {
    viewId: view.viewId, name: view.readerName, avatar: view.customer?.avatar ?? null, title: view.material.title, customerId: view.customer?.customerId ?? null,
    materialId: view.material.materialId, page: view.lastPage, pages: view.material.pages, visibleMs: view.visibleMs, at: view.lastSeenAt,
  }
}

function readerIn(event: ViewEvent): Omit<Reader, 'avatar'> {
  return {
    viewId: event.viewId, name: event.readerName, title: event.title, customerId: event.customerId, materialId: event.materialId,
    page: event.lastPage, pages: event.pages, visibleMs: event.visibleMs, at: event.at,
  }
}
