import { VIEW_CAP_MS } from '@zhike/shared'

/** Without a sign of life (scroll, touch, key) for this long nobody is taken to be reading. */
const IDLE_MS = 120_000
/** A gap between two ticks that is longer was sleep: the phone was locked or the page frozen. */
const GAP_MS = 5_000

/** Cumulative counters of one opening. Milliseconds are whole; pages are counted from 1. */
interface Totals { ms: number; pages: Record<number, number> }

/**
 * Counts how long the page is really read, in all and per page of the material.
 * @param now a clock that never runs back, ms
 */
export function createCounter(now: () => number) {
  const perPage = new Map<number, number>()
  let total = 0
  let running = false
  let last = 0
  let alive = 0
  let page = 0

  function count(): void {
    const at = now()
    if (running) {
      // Time since the last sign of life counts only up to the idle limit, and all of it only up to the cap: no page grows further than the whole.
      const gap = Math.min(Math.min(at, alive + IDLE_MS) - last, VIEW_CAP_MS - total)
      if (gap > 0 && at - last <= GAP_MS) {
        total += gap
        if (page > 0) perPage.set(page, (perPage.get(page) ?? 0) + gap)
      }
    }
    last = at
  }

  return {
    count,
    /** The page is on screen. */
    start(): void {
      count()
      running = true
      alive = last
    },
    /** It is hidden, locked or closed: the clock stops (MAT-15). */
    stop(): void {
      count()
      running = false
    },
    /** The reader does something. */
    touch(): void {
      count()
      alive = last
    },
    /** Which page of the material has most of the screen; 0 for none. */
    turnTo(next: number): void {
      if (next === page) return
      count()
      page = next
    },
    get running(): boolean { return running },
    get page(): number { return page },
    totals(): Totals {
      const pages: Record<number, number> = {}
      for (const [number, ms] of perPage) if (ms >= 1) pages[number] = Math.floor(ms)
      return { ms: Math.floor(total), pages }
    },
  }
}
