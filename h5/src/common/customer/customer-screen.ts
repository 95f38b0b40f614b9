import { defineAsyncComponent } from 'vue'

/** The customer's screen, loaded when it is first shown: beside a group nobody waits for it. */
export const CustomerScreen = defineAsyncComponent(() => import('./CustomerScreen.vue'))
