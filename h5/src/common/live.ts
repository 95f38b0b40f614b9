import { LIVE_EVENT_KINDS } from '@zhike/shared'
import type { LiveEvent, LiveEventKind } from '@zhike/shared'
import { onScopeDispose } from 'vue'

type EventOf<K extends LiveEventKind> = Extract<LiveEvent, { kind: K }>
type Listener = (event: LiveEvent) => void

const KINDS: ReadonlySet<string> = new Set(LIVE_EVENT_KINDS)
/** A hidden page lets its connection go after this long. */
const HIDDEN_MS = 60_000

const listeners = new Set<Listener>()
const resumed = new Set<() => void>()
let source: EventSource | null = null
let attempt = 0
let missed = false
let again: ReturnType<typeof setTimeout> | undefined
let hide: ReturnType<typeof setTimeout> | undefined

/**
 * Hears live events of one kind while the component lives. All users share one connection.
 * `onResume` runs when the connection had been away: events may have been missed, so load again.
 */
export function useLive<K extends LiveEventKind>(kind: K, hear: (event: EventOf<K>) => void, onResume?: () => void): void {
  const listener: Listener = (event) => { if (isOfKind(event, kind)) hear(event) }
  listeners.add(listener)
  if (onResume) resumed.add(onResume)
  if (listeners.size === 1) {
    document.addEventListener('visibilitychange', visibilityChanged)
    connect()
  }
  onScopeDispose(() => {
    listeners.delete(listener)
    if (onResume) resumed.delete(onResume)
    if (listeners.size > 0) return
    document.removeEventListener('visibilitychange', visibilityChanged)
    disconnect()
  })
}

function connect(): void {
  clearTimeout(again)
  if (source || typeof EventSource === 'undefined') return
  const mine = new EventSource('/api/live')
  source = mine
  mine.onopen = () => {
    attempt = 0
    if (!missed) return
    missed = false
    for (const run of resumed) run()
  }
  mine.onmessage = (message: MessageEvent<string>) => {
    const event: unknown = JSON.parse(message.data)
    if (isLiveEvent(event)) for (const listener of listeners) listener(event)
  }
  // Own back-off: after an HTTP error (session over, server restarting) EventSource would give up for good.
  mine.onerror = () => {
    mine.close()
    if (source !== mine) return
    source = null
    missed = true
    attempt += 1
    again = setTimeout(connect, Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5)) * (0.7 + Math.random() * 0.6))
  }
}

function disconnect(): void {
  clearTimeout(again)
  clearTimeout(hide)
  source?.close()
  source = null
}

function visibilityChanged(): void {
  clearTimeout(hide)
  if (document.visibilityState === 'hidden') {
    hide = setTimeout(() => {
      missed = true
      disconnect()
    }, HIDDEN_MS)
    return
  }
  attempt = 0
  connect()
}

function isLiveEvent(event: unknown): event is LiveEvent {
  return typeof event === 'object' && event !== null && 'kind' in event && typeof event.kind === 'string' && KINDS.has(event.kind)
}

function isOfKind<K extends LiveEventKind>(event: LiveEvent, kind: K): event is EventOf<K> {
  return event.kind === kind
}
