import { readonly, ref } from 'vue'

const changes = ref(0)

/** Counts the customers deleted here: the list beside the page watches this and reads again. */
export const customerChanges = readonly(changes)

/** To be called when a customer is gone from the list. */
export function customersChanged(): void {
  changes.value += 1
}
