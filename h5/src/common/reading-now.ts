import { READING_NOW_MS, type LiveEvent, type ReaderKind, type MaterialType } from '@zhike/shared'
import type { ViewRow } from '@zhike/shared/contract'
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { serverNow } from './now.ts'

type ViewEvent = Extract<LiveEvent, { kind: 'view' }>

/** One reading that is going on. `readMs` moves on by itself between two beats. */
export interface Reading {
  viewId: number
  materialId: number
  title: string
  type: MaterialType
  reader: ReaderKind
  readerName: string
  customerId: number | null
  avatar: string | null
  page: number | null
  pages: number | null
  openNumber: number
  readMs: number
}

interface Beat extends Reading { at: number }

const TICK_MS = 1000
/** The next beat brings the exact time; a clock that ran ahead by less than this is not put back, it waits. */
const AHEAD_MS = 3000

interface ReadingNow {
  readings: ComputedRef<Reading[]>
  /** The views with what is known of those that are being read: how long and how far at this second. */
  rows: ComputedRef<ViewRow[]>
  /** Takes a live event. @returns true when a reading began or ended, so that lists have news */
  hear: (event: ViewEvent) => boolean
}

/**
 * What is being read right now, the latest opening first: from a list of views, then kept alive by live events. A reading
 * without a beat for READING_NOW_MS is over.
 */
export function useReadingNow(views: () => readonly ViewRow[]): ReadingNow {
  const beats = shallowRef<ReadonlyMap<number, Beat>>(new Map())
  const now = ref(serverNow())
  let timer: ReturnType<typeof setInterval> | undefined

  const elapsed = (beat: Beat, at: number): number => beat.readMs + Math.min(Math.max(at - beat.at, 0), READING_NOW_MS)

  function take(beat: Beat): void {
    now.value = serverNow()
    const before = beats.value.get(beat.viewId)
    if (before && before.at >= beat.at) return
    const shown = before ? elapsed(before, now.value) : 0
    const readMs = shown > beat.readMs && shown - beat.readMs < AHEAD_MS ? shown : beat.readMs
    beats.value = new Map(beats.value).set(beat.viewId, { ...beat, readMs })
  }

  function end(viewId: number): boolean {
    const left = new Map(beats.value)
    const was = left.delete(viewId)
    if (was) beats.value = left
    return was
  }

  function hear(event: ViewEvent): boolean {
    if (!event.readingNow) return end(event.viewId) || !views().some((row) => row.viewId === event.viewId && row.lastSeenAt >= event.at)
    const isNew = !beats.value.has(event.viewId)
    take({
      viewId: event.viewId, materialId: event.materialId, title: event.title, type: event.type, reader: event.reader, readerName: event.readerName,
      customerId: event.customerId, avatar: beats.value.get(event.viewId)?.avatar ?? null, page: event.lastPage, pages: event.pages,
      openNumber: event.openNumber, readMs: event.visibleMs, at: event.at,
    })
    return isNew
  }

  watch(views, (rows) => {
    for (const row of rows) {
      if (!row.readingNow || serverNow() - row.lastSeenAt > READING_NOW_MS) continue
      take({
        viewId: row.viewId, materialId: row.material.materialId, title: row.material.title, type: row.material.type, reader: row.reader, readerName: row.readerName,
        customerId: row.customer?.customerId ?? null, avatar: row.customer?.avatar ?? null, page: row.lastPage, pages: row.material.pages,
        openNumber: row.openNumber, readMs: row.visibleMs, at: row.lastSeenAt,
      })
    }
  }, { immediate: true })

  watch(() => beats.value.size > 0, (reading) => {
    clearInterval(timer)
    if (!reading) return
    timer = setInterval(() => {
      now.value = serverNow()
      for (const beat of beats.value.values()) if (now.value - beat.at > READING_NOW_MS) end(beat.viewId)
    }, TICK_MS)
  }, { immediate: true })
  onScopeDispose(() => clearInterval(timer))

  const readings = computed(() => [...beats.value.values()].sort((a, b) => b.viewId - a.viewId).map((beat) => ({ ...beat, readMs: elapsed(beat, now.value) })))
  const rows = computed(() => views().map((row) => {
    const reading = readings.value.find(({ viewId }) => viewId === row.viewId)
    return reading ? { ...row, readingNow: true, visibleMs: Math.max(row.visibleMs, reading.readMs), lastPage: reading.page ?? row.lastPage } : { ...row, readingNow: false }
  }))
  return { readings, rows, hear }
}
