import { reactive, watch } from 'vue'
import { useSession } from './session.ts'

/**
 * Filters of a list that stay while she works in this tab: over a detail, another area and a reload. Values are plain texts and
 * numbers; what was kept under a name that no longer exists is dropped.
 */
export function useKeptFilters<T extends Record<string, string | number>>(name: string, initial: T): T {
  const { viewer } = useSession()
  const key = `zk:filters:${viewer?.corp.wecomCorpId ?? ''}/${viewer?.staffId ?? ''}:${name}`
  const filters = reactive({ ...initial, ...known(key, initial) }) as T
  watch(filters, (now) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(now))
    } catch (reason) {
      console.warn('the filters can not be kept', reason)
    }
  }, { deep: true })
  return filters
}

function known<T extends Record<string, string | number>>(key: string, initial: T): Partial<T> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return {}
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => typeof value === typeof initial[name])) as Partial<T>
  } catch (reason) {
    console.warn('the kept filters are not available', reason)
    return {}
  }
}
