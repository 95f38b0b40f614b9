import { getCurrentScope, onScopeDispose, ref } from 'vue'
import type { SandboxEvent } from '../../../src/protocol/feed.ts'

type Listener = (event: SandboxEvent) => void

const listeners = new Set<Listener>()

/** Whether the live feed is connected right now. */
export const connected = ref(false)

let source: EventSource | null = null

function open(): void {
  source = new EventSource('/sandbox/api/events')
  source.onopen = () => {
    connected.value = true
  }
  source.onerror = () => {
    connected.value = false
  }
  source.onmessage = (message: MessageEvent<string>) => {
    const event: SandboxEvent = JSON.parse(message.data)
    for (const listener of [...listeners]) listener(event)
  }
}

/** Calls back for each event of the sandbox until the surrounding component is gone. `hello` comes on every (re)connect. */
export function onSandboxEvent(listener: Listener): void {
  listeners.add(listener)
  if (source === null) open()
  if (getCurrentScope() !== undefined) onScopeDispose(() => listeners.delete(listener))
}
