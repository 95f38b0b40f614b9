import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import type { PagedListOf } from './paged-list.ts'

/** Loads the next page before somebody scrolls to `end` (GEN-1), `ahead` CSS px earlier, in the scroll area `root` or the page. */
export function useNearEnd<T>(list: () => PagedListOf<T>, end: Readonly<Ref<HTMLElement | null>>, ahead: number, root?: Readonly<Ref<HTMLElement | null>>): void {
  let watcher: IntersectionObserver | undefined

  function seen(entries: IntersectionObserverEntry[]): void {
    const { hasMore, more, loadMore } = list()
    if (entries.at(-1)?.isIntersecting && hasMore && more === 'idle') void loadMore()
  }
  /** An observer tells at once how things are when it begins: after each page the end may still be near, or no more. */
  function look(): void {
    if (!end.value) return
    watcher?.unobserve(end.value)
    watcher?.observe(end.value)
  }

  onMounted(() => {
    watcher = new IntersectionObserver(seen, { root: root?.value, rootMargin: `0px 0px ${ahead}px` })
    look()
  })
  onBeforeUnmount(() => watcher?.disconnect())
  watch(() => [list().items, list().hasMore, list().more], look, { flush: 'post' })
}
