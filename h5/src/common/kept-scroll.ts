import { onActivated, onBeforeUnmount, onMounted, type Ref } from 'vue'

/** Keeps the scroll position of an area while its page rests in KeepAlive, and puts it back on return (GEN-1). */
export function useKeptScroll(area: Readonly<Ref<HTMLElement | null>>): void {
  let top = 0
  const remember = (): void => { if (area.value?.isConnected && area.value.offsetParent !== null) top = area.value.scrollTop }
  onMounted(() => area.value?.addEventListener('scroll', remember, { passive: true }))
  onBeforeUnmount(() => area.value?.removeEventListener('scroll', remember))
  onActivated(() => { if (area.value && top > 0) area.value.scrollTop = top })
}
