import type { TagGroup } from '@zhike/shared/contract'
import { api } from '../../common/api.ts'
import { useAnswer, type Answer } from '../../common/answer.ts'

/** The corp tags by group, remembered for the next time. */
export function useCorpTags(): Answer<{ groups: TagGroup[] }> {
  return useAnswer((signal) => api('GET /api/tags', { signal }), { rememberAs: () => 'corp-tags' })
}

/** Name of a tag; null for one that no longer exists. */
export function tagName(groups: readonly TagGroup[] | undefined, tagId: string): string | null {
  for (const group of groups ?? []) {
    const tag = group.tags.find((one) => one.tagId === tagId)
    if (tag) return tag.name
  }
  return null
}
