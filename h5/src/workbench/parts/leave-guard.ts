import { ref, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

interface LeaveGuard {
  /** Show the question. */
  asking: Ref<boolean>
  /** Leave after all. */
  leave: () => void
}

/** Asks before a page with unsaved input is left. The page shows the question and calls `leave`. */
export function useLeaveGuard(unsaved: () => boolean): LeaveGuard {
  const asking = ref(false)
  let decide: ((go: boolean) => void) | undefined

  onBeforeRouteLeave(() => {
    if (!unsaved()) return true
    asking.value = true
    decide?.(false)
    return new Promise<boolean>((resolve) => { decide = resolve })
  })

  function leave(): void {
    asking.value = false
    decide?.(true)
    decide = undefined
  }
  return { asking, leave }
}
