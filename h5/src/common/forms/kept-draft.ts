import { watch } from 'vue'
import { useSession } from '../session.ts'

/** A form of another build may have other fields. The built file's name changes with its content. */
const BUILD = new URL(import.meta.url).pathname

interface Kept<T> { build: string; draft: T }

/** Each viewer's own: somebody else may sign in in the same tab. */
function keyOf(name: string): string {
  const { viewer } = useSession()
  return `zk:draft:${viewer?.corp.wecomCorpId ?? ''}/${viewer?.staffId ?? ''}:${name}`
}

/** What this viewer had typed into the form `name` in this tab and not saved, or null. */
export function keptDraft<T>(name: string): T | null {
  try {
    const text = sessionStorage.getItem(keyOf(name))
    const kept: Kept<T> | null = text === null ? null : JSON.parse(text)
    return kept?.build === BUILD ? kept.draft : null
  } catch (reason) {
    console.warn('the kept draft is not available', reason)
    return null
  }
}

/**
 * Keeps what is being typed in this tab, so that it survives a session that ends in the middle, and a reload.
 * @param unsaved what to keep, as plain data; null once it is saved or given up
 */
export function useKeptDraft<T>(name: string, unsaved: () => T | null): void {
  const key = keyOf(name)
  const text = (): string | null => {
    const draft = unsaved()
    return draft === null ? null : JSON.stringify({ build: BUILD, draft } satisfies Kept<T>)
  }
  // At once: the page may be gone with the next answer.
  watch(text, (kept) => {
    try {
      if (kept === null) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, kept)
    } catch (reason) {
      console.warn('the draft can not be kept', reason)
    }
  }, { flush: 'sync' })
}
