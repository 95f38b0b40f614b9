import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Whether anybody can be looking: the page's window or tab is in front. */
export function useVisible(): Readonly<Ref<boolean>> {
  const visible = ref(document.visibilityState === 'visible')
  const changed = (): void => { visible.value = document.visibilityState === 'visible' }
  document.addEventListener('visibilitychange', changed)
  onScopeDispose(() => document.removeEventListener('visibilitychange', changed))
  return readonly(visible)
}
