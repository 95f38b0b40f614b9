import { onScopeDispose, watch, type Ref } from 'vue'
import { useRouter, type Router } from 'vue-router'

type Close = () => void

/** Open sheets, the topmost last. */
const open: Close[] = []
/** The step through the history that the router is asking about: how far, and the sheet that was topmost when it was made. */
let step: { delta: number; top: Close | undefined } | undefined
const followed = new WeakSet<Router>()

/** The way back closes an open sheet first, as people expect of a phone. */
export function useBackCloses(show: Ref<boolean>): void {
  follow(useRouter())
  const close: Close = () => { show.value = false }
  const forget = (): void => {
    const at = open.indexOf(close)
    if (at >= 0) open.splice(at, 1)
  }
  watch(show, (shown) => {
    forget()
    if (shown) open.push(close)
  }, { immediate: true, flush: 'sync' })
  onScopeDispose(forget)
}

/** Does the step that the router is asking about only close a sheet? Guards of pages let it pass. */
export function closesSheet(): boolean {
  return step?.top !== undefined && open.includes(step.top)
}

/** How far through the history the step goes that the router is asking about; null: it is none, but a link. */
export function stepAsked(): number | null {
  return step?.delta ?? null
}

function follow(router: Router): void {
  if (followed.has(router)) return
  followed.add(router)
  // Told of steps through the history only, in the same moment as the router itself and before its guards run.
  router.options.history.listen((_to, _from, { delta }) => { step = { delta, top: open.at(-1) } })
  router.beforeEach(() => {
    if (!closesSheet()) return true
    step?.top?.()
    return false
  })
  router.afterEach(() => { step = undefined })
}
