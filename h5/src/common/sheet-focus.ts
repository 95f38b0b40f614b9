import { nextTick, watch, type Ref } from 'vue'

const REACHABLE = 'a[href], button:not(:disabled), input:not([tabindex="-1"]), select, textarea, [tabindex="0"]'

/**
 * Keyboard in a sheet: focus goes into it when it opens and back where it was when it closes, Tab stays inside, Escape
 * closes. @returns the listener for keydown on the box
 */
export function useSheetFocus(show: Ref<boolean>, box: Readonly<Ref<HTMLElement | null>>): (event: KeyboardEvent) => void {
  let before: Element | null = null

  watch(show, async (open) => {
    if (open) {
      before = document.activeElement
      await nextTick()
      box.value?.focus({ preventScroll: true })
      return
    }
    // Not into a field: on a phone its keyboard would come up again.
    if (before instanceof HTMLElement && before.isConnected && !before.matches('input, textarea')) before.focus({ preventScroll: true })
    before = null
  }, { immediate: true, flush: 'post' })

  return (event) => {
    if (event.key === 'Escape') {
      // Only the topmost sheet.
      event.stopPropagation()
      show.value = false
    }
    if (event.key === 'Tab') keepInside(event, box.value)
  }
}

function keepInside(event: KeyboardEvent, box: HTMLElement | null): void {
  const reachable = [...box?.querySelectorAll<HTMLElement>(REACHABLE) ?? []].filter((one) => one.offsetParent !== null)
  const from = event.shiftKey ? reachable[0] : reachable.at(-1)
  const to = event.shiftKey ? reachable.at(-1) : reachable[0]
  if (document.activeElement !== from && !(event.shiftKey && document.activeElement === box)) return
  event.preventDefault()
  to?.focus()
}
