import type { SandboxClock } from './clock.ts'

interface Window {
  startedAt: number
  count: number
  blockedUntil: number
}

/** Fixed windows per key; going over a limit blocks for one window length, as WeCom does (wecom-api/00 §3.1, 45009). */
export class RateLimits {
  private readonly windows = new Map<string, Window>()
  private readonly clock: SandboxClock

  constructor(clock: SandboxClock) {
    this.clock = clock
  }

  /** Counts one use; false when the limit is exceeded. */
  take(key: string, limit: number, windowMs: number): boolean {
    const now = this.clock.now()
    const window = this.windows.get(key)
    if (window === undefined || (now - window.startedAt >= windowMs && now >= window.blockedUntil)) {
      this.windows.set(key, { startedAt: now, count: 1, blockedUntil: 0 })
      return true
    }
    if (now < window.blockedUntil) return false
    window.count += 1
    if (window.count <= limit) return true
    window.blockedUntil = now + windowMs
    return false
  }

  /** Counts one use without blocking: only the excess within the window is refused. */
  takeSoft(key: string, limit: number, windowMs: number): boolean {
    const now = this.clock.now()
    const window = this.windows.get(key)
    if (window === undefined || now - window.startedAt >= windowMs) {
      this.windows.set(key, { startedAt: now, count: 1, blockedUntil: 0 })
      return true
    }
    window.count += 1
    return window.count <= limit
  }

  reset(): void {
    this.windows.clear()
  }
}
