import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'
import { useSession } from '../../common/session.ts'

interface LeaveGuard {
  /** Show the question; closing it without an answer stays. */
  asking: Ref<boolean>
  /** Leave after all. */
  leave: () => void
}

/**
 * Asks before a page with unsaved input is left: inside the app by the page's own question, and by the browser's when the
 * tab is closed or loaded anew.
 * @param givenUp empties the form once she has decided to leave: the page may rest in KeepAlive and be seen again
 */
export function useLeaveGuard(unsaved: () => boolean, givenUp: () => void): LeaveGuard {
  const session = useSession()
  const asking = ref(false)
  let decide: ((go: boolean) => void) | undefined

  function settle(go: boolean): void {
    decide?.(go)
    decide = undefined
    asking.value = false
  }
  function guard(): boolean | Promise<boolean> {
    if (!unsaved()) return true
    settle(false)
    asking.value = true
    return new Promise<boolean>((resolve) => { decide = resolve })
  }
  onBeforeRouteLeave(guard)
  onBeforeRouteUpdate(guard)
  watch(asking, (open) => { if (!open) settle(false) })

  // A new sign-in leaves the page too, but its input is kept (kept-draft.ts).
  const closing = (event: BeforeUnloadEvent): void => { if (unsaved() && session.state === 'ready') event.preventDefault() }
  window.addEventListener('beforeunload', closing)
  onScopeDispose(() => window.removeEventListener('beforeunload', closing))

  function leave(): void {
    givenUp()
    settle(true)
  }
  return { asking, leave }
}
