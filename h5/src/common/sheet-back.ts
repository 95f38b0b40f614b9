import { onScopeDispose, watch, type Ref } from 'vue'
import { useRouter, type Router } from 'vue-router'

type Close = () => void

/** Open sheets, the topmost last. */
const open: Close[] = []
/** The sheet that was topmost when somebody went back; judged when the router asks whether to go. */
let asked: Close | undefined
const watched = new WeakSet<Router>()

/** The way back closes an open sheet first, as people expect of a phone. */
export function useBackCloses(show: Ref<boolean>): void {
  const router = useRouter()
  follow(router)
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

function follow(router: Router): void {
  if (watched.has(router)) return
  watched.add(router)
  // Told of steps through the history only, in the same moment as the router itself and before its guards run.
  router.options.history.listen(() => { asked = open.at(-1) })
  router.beforeEach(() => {
    const top = asked
    asked = undefined
    if (!top || !open.includes(top)) return true
    top()
    return false
  })
}
