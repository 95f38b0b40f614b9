import { onScopeDispose } from 'vue'
import { useLive } from '../../common/live.ts'

/** Openings come in bursts: what is made of them follows once things have settled. */
const SETTLE_MS = 3000

/** Runs `refresh` some time after somebody opened, read or left something, and when news may have been missed. */
export function useSettledNews(refresh: () => void): void {
  let settle: ReturnType<typeof setTimeout> | undefined
  useLive('view', () => {
    settle ??= setTimeout(() => {
      settle = undefined
      refresh()
    }, SETTLE_MS)
  }, refresh)
  onScopeDispose(() => clearTimeout(settle))
}
