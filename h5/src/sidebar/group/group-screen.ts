import { defineAsyncComponent } from 'vue'

export const loadGroupScreen = () => import('./GroupScreen.vue')
/** The group's screen, loaded when it is first shown: beside a customer nobody waits for it. */
export const GroupScreen = defineAsyncComponent(loadGroupScreen)
