import { onScopeDispose, ref, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRouter, type RouteLocationNormalized } from 'vue-router'
import { useSession } from '../session.ts'
import { closesSheet, stepAsked } from '../sheet-back.ts'

interface LeaveGuard {
  /** Show the question; closing it without an answer stays. */
  asking: Ref<boolean>
  /** Leave after all. */
  leave: () => void
}

/**
 * Asks before a page with unsaved input is left: inside the app by the page's own question, and by the browser's when the
 * tab is closed or loaded anew. She stays where she is while it is asked, so another step back can't slip past the question.
 * @param givenUp empties the form once she has decided to leave: the page may rest in KeepAlive and be seen again
 */
export function useLeaveGuard(unsaved: () => boolean, givenUp: () => void): LeaveGuard {
  const session = useSession()
  const router = useRouter()
  const asking = ref(false)
  let wanted: () => unknown = () => undefined

  function guard(to: RouteLocationNormalized): boolean {
    if (closesSheet() || !unsaved()) return true
    const delta = stepAsked()
    wanted = delta === null ? () => router.push(to.fullPath) : () => router.go(delta)
    asking.value = true
    return false
  }
  onBeforeRouteLeave(guard)
  onBeforeRouteUpdate(guard)

  // A new sign-in leaves the page too, but its input is kept (kept-draft.ts).
  const closing = (event: BeforeUnloadEvent): void => { if (unsaved() && session.state === 'ready') event.preventDefault() }
  window.addEventListener('beforeunload', closing)
  onScopeDispose(() => window.removeEventListener('beforeunload', closing))

  function leave(): void {
    givenUp()
    asking.value = false
    wanted()
  }
  return { asking, leave }
}
