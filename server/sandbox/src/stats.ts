import type { Prefetcher, Stats } from './protocol/settings.ts'

/** Counters for tests and for the curious (`GET /sandbox/api/stats`). */
export class Counters {
  private current: Stats = zero()

  call(path: string): void {
    this.current.calls[path] = (this.current.calls[path] ?? 0) + 1
  }

  error(path: string, errcode: number): void {
    const key = `${path} ${errcode}`
    this.current.errors[key] = (this.current.errors[key] ?? 0) + 1
  }

  token(): void {
    this.current.tokensIssued += 1
  }

  ticket(): void {
    this.current.ticketsIssued += 1
  }

  prefetchPlanned(): void {
    this.current.prefetchesPending += 1
  }

  prefetchBegun(): void {
    this.current.linkPrefetches += 1
  }

  prefetchEnded(by: Prefetcher, method: 'GET' | 'HEAD'): void {
    this.current.prefetchesPending -= 1
    const key = `${by} ${method}`
    this.current.prefetches[key] = (this.current.prefetches[key] ?? 0) + 1
  }

  callback(what: keyof Stats['callbacks'], by = 1): void {
    this.current.callbacks[what] += by
  }

  /** One more (1) or one less (-1) under way. */
  outsideStream(by: 1 | -1): void {
    this.current.outsideStreams += by
  }

  appMessage(what: keyof Stats['appMessages']): void {
    this.current.appMessages[what] += 1
  }

  snapshot(): Stats {
    return structuredClone(this.current)
  }

  /** Zero, except what is still under way. */
  reset(): void {
    const { callbacks: { pending }, outsideStreams, prefetchesPending } = this.current
    this.current = { ...zero(), outsideStreams, prefetchesPending }
    this.current.callbacks.pending = pending
  }
}

function zero(): Stats {
  return {
    calls: {}, errors: {}, tokensIssued: 0, ticketsIssued: 0,
    callbacks: { raised: 0, tried: 0, delivered: 0, failed: 0, dropped: 0, duplicated: 0, pending: 0 },
    appMessages: { delivered: 0, silentlyDropped: 0 },
    linkPrefetches: 0, prefetches: {}, prefetchesPending: 0,
    outsideStreams: 0,
  }
}
