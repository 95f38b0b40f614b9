import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'

/** `pulling`: let go and nothing happens; `enough`: let go and it refreshes. */
type PullPhase = 'rest' | 'pulling' | 'enough' | 'refreshing' | 'done'

/** A finger that moved less than this has not decided where it goes (CSS px). */
const UNDECIDED = 6
/** The content stays down this far while refreshing. */
const HOLD = 52
const MOST = 110
const DONE_MS = 600
const SETTLE = 'transform 0.22s ease-out'

/** The further, the harder to pull. */
const followed = (finger: number): number => MOST * (1 - Math.exp(-finger / MOST / 1.6))

interface Pulled {
  /** What scrolls. */
  area: () => HTMLElement | null
  /** What lies in it and goes down with the finger. */
  content: () => HTMLElement | null
  refresh: () => Promise<void>
}

/**
 * Pull to refresh by touch. Scrolling stays the webview's own: moves are only held back while a pull that began at the very
 * top goes down; a finger that goes sideways (rows of chips) or up is left alone. The content is moved directly, nothing is
 * rendered while the finger moves.
 */
export function usePullRefresh({ area, content, refresh }: Pulled): Readonly<Ref<PullPhase>> {
  const phase = ref<PullPhase>('rest')
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)')
  let from: { x: number; y: number } | null = null
  let done: ReturnType<typeof setTimeout> | undefined

  function bring(down: number, settling: boolean): void {
    const style = content()?.style
    if (!style) return
    style.transition = settling && !calm.matches ? SETTLE : ''
    style.transform = down > 0 ? `translateY(${down.toFixed(1)}px)` : ''
  }

  function begin(event: TouchEvent): void {
    const [touch] = event.touches
    const still = phase.value === 'rest' && event.touches.length === 1 && (area()?.scrollTop ?? 0) <= 0
    from = still && touch ? { x: touch.clientX, y: touch.clientY } : null
  }

  function move(event: TouchEvent): void {
    const [touch] = event.touches
    if (!from || !touch) return
    if (event.touches.length > 1 || !event.cancelable) return letGo()
    const right = Math.abs(touch.clientX - from.x)
    const down = touch.clientY - from.y
    if (phase.value === 'rest') {
      if (right >= down) return letGo()
      // Unless the very first move is held back, some webviews take the finger for scrolling and can't be stopped later.
      event.preventDefault()
      if (down < UNDECIDED) return
    }
    event.preventDefault()
    const shown = followed(Math.max(0, down))
    phase.value = shown >= HOLD ? 'enough' : 'pulling'
    bring(shown, false)
  }

  /** Back to rest without refreshing. */
  function letGo(): void {
    from = null
    if (phase.value !== 'pulling' && phase.value !== 'enough') return
    phase.value = 'rest'
    bring(0, true)
  }

  async function end(): Promise<void> {
    if (phase.value !== 'enough') return letGo()
    from = null
    phase.value = 'refreshing'
    bring(HOLD, true)
    await refresh()
    phase.value = 'done'
    done = setTimeout(() => {
      phase.value = 'rest'
      bring(0, true)
    }, DONE_MS)
  }

  watch(area, (element, _before, onCleanup) => {
    if (!element) return
    // Away from the top no listener can hold scrolling up.
    let atTop = false
    const guard = (): void => {
      const isTop = element.scrollTop <= 0
      if (isTop === atTop) return
      atTop = isTop
      if (isTop) element.addEventListener('touchmove', move, { passive: false })
      else element.removeEventListener('touchmove', move)
    }
    const ended = (): void => void end()
    guard()
    element.addEventListener('scroll', guard, { passive: true })
    element.addEventListener('touchstart', begin, { passive: true })
    element.addEventListener('touchend', ended)
    element.addEventListener('touchcancel', letGo)
    onCleanup(() => {
      element.removeEventListener('touchmove', move)
      element.removeEventListener('scroll', guard)
      element.removeEventListener('touchstart', begin)
      element.removeEventListener('touchend', ended)
      element.removeEventListener('touchcancel', letGo)
    })
  }, { immediate: true, flush: 'post' })
  onScopeDispose(() => clearTimeout(done))

  return readonly(phase)
}
