import type { TagGroup, TagList } from '@zhike/shared/contract'
import { useAnswer, type Answer } from '../answer.ts'
import { api } from '../api.ts'

/** The corp tags by group, remembered for the next time. */
export function useCorpTags(): Answer<TagList> {
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

/** The tags whose name has the text in it, and all tags of such a group; capital letters don't matter. */
export function foundTags(groups: readonly TagGroup[], text: string): TagGroup[] {
  const wanted = text.toLowerCase()
  const has = (name: string): boolean => name.toLowerCase().includes(wanted)
  return groups.map((group) => (has(group.name) ? group : { ...group, tags: group.tags.filter(({ name }) => has(name)) })).filter(({ tags }) => tags.length > 0)
}
