import { onActivated } from 'vue'

/** Runs when a screen that was kept is shown again; not when it is shown first. */
export function onReturn(run: () => void): void {
  let shown = false
  onActivated(() => {
    if (shown) run()
    shown = true
  })
}
