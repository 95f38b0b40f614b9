import type { SandboxEvent } from './protocol/feed.ts'

type Listener = (event: SandboxEvent) => void

/** Live feed of everything that changes; the SSE route and tests listen. */
export class Feed {
  private readonly listeners = new Set<Listener>()

  /** Calls the listener for each event until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  emit(event: SandboxEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}
