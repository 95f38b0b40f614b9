import { defineAsyncComponent } from 'vue'

export const loadCustomerScreen = () => import('./CustomerScreen.vue')
/** The customer's screen, loaded when it is first shown: beside a group nobody waits for it. */
export const CustomerScreen = defineAsyncComponent(loadCustomerScreen)
