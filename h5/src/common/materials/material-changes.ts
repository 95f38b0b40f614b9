import { readonly, ref } from 'vue'

const changes = ref(0)

/** Counts what this page has made, changed or deleted in the library: the list beside it watches this and reads again. */
export const materialChanges = readonly(changes)

/** To be called after every change of a material or a group. */
export function materialsChanged(): void {
  changes.value += 1
}
