import { readonly, ref } from 'vue'

const query = window.matchMedia('(min-width: 900px)')
const wide = ref(query.matches)
query.addEventListener('change', (event) => { wide.value = event.matches })

/** True from 900 px: list and detail side by side (ui.md). */
export const isWide = readonly(wide)
