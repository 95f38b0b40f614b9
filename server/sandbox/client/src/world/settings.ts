import { ref, type Ref } from 'vue'
import type { Faults } from '../../../src/protocol/faults.ts'
import type { Settings } from '../../../src/protocol/settings.ts'
import { control } from '../live/control.ts'
import { onSandboxEvent } from '../live/feed.ts'
import { showFailure } from '../desk/toasts.ts'

/** Settings of the sandbox; null until known. */
export const settings: Ref<Settings | null> = ref(null)
/** What goes wrong on purpose right now. */
export const faults: Ref<Faults> = ref({ api: [], callbacks: [] })

/** Keeps both with those of the sandbox, which tests may change too. Called once by the page. */
export function followSettings(): void {
  onSandboxEvent((event) => {
    if (event.type === 'settings') settings.value = event.settings
    if (event.type === 'faults') faults.value = event.faults
    if (event.type !== 'hello' && event.type !== 'reset') return
    Promise.all([control.settings(), control.faults()]).then(([freshSettings, freshFaults]) => {
      settings.value = freshSettings
      faults.value = freshFaults
    }, showFailure)
  })
}
