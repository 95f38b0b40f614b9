import { onMounted, readonly, ref, type Ref } from 'vue'

/** Turns true when the frame that shows the component has been painted: what stands below need not hold it up. */
export function useAfterPaint(): Readonly<Ref<boolean>> {
  const painted = ref(false)
  // The first call comes before that frame is made, the second after it was.
  onMounted(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { painted.value = true }))))
  return readonly(painted)
}
