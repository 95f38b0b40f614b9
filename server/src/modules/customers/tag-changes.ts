import type { CustomerEvent } from './customer-log.ts'
import type { IntakeStore, RelationTagRecord } from './intake-store.ts'
import type { ReadRelation } from './wecom-answers.ts'

interface SeenRelation { read: ReadRelation & { staffId: number }; customerId: number; relationId: number; isNew: boolean }

/** Personal tags have no id in WeCom: their name is their key. */
function personalTagKey(name: string): string {
  return `p:${name.trim()}`
}

/** Whether a tag key names a personal tag. */
export function isPersonalKey(tagKey: string): boolean {
  return tagKey.startsWith('p:')
}

/**
 * Makes the tags stored on relations those of WeCom's answer, and gives what the log has to tell.
 * Personal tags stay as they are when the answer can't tell them; tags of a relation just made are no news.
 */
export async function tagChanges(store: IntakeStore, corpId: number, readAt: number, seen: readonly SeenRelation[]): Promise<CustomerEvent[]> {
  const stored = new Map<number, RelationTagRecord[]>()
  for (const row of await store.tagsOn(seen.filter((relation) => !relation.isNew).map((relation) => relation.relationId))) {
    stored.set(row.relationId, [...(stored.get(row.relationId) ?? []), row])
  }
  const added: Omit<RelationTagRecord, 'corpId'>[] = []
  const removed: Omit<RelationTagRecord, 'corpId'>[] = []
  for (const { read, relationId } of seen) {
    const wanted = new Map<string, Omit<RelationTagRecord, 'corpId'>>()
    for (const tag of read.corpTags) wanted.set(tag.tagId, { relationId, tagKey: tag.tagId, kind: 'wecom', name: tag.name, group: tag.group })
    for (const tag of read.personalTags ?? []) wanted.set(personalTagKey(tag.name), { relationId, tagKey: personalTagKey(tag.name), kind: 'personal', ...tag })
    const present = stored.get(relationId) ?? []
    const keys = new Set(present.map((row) => row.tagKey))
    added.push(...[...wanted.values()].filter((row) => !keys.has(row.tagKey)))
    removed.push(...present.filter((row) => !wanted.has(row.tagKey) && (row.kind === 'wecom' || read.personalTags !== null)))
  }
  await store.removeTags(removed)
  await store.addTags(added)
  const told = seen.filter((relation) => !relation.isNew && [...added, ...removed].some((row) => row.relationId === relation.relationId))
  if (told.length === 0) return []
  const names = await store.tagNames([...added, ...removed].filter((row) => row.kind === 'wecom').map((row) => row.tagKey))
  const namesOf = (kind: RelationTagRecord['kind'], rows: readonly Omit<RelationTagRecord, 'corpId'>[], relationId: number) =>
    rows.filter((row) => row.relationId === relationId && row.kind === kind).map((row) => names.get(row.tagKey) ?? row.name).filter((name) => name !== '')
  // The member's own ones apart: nobody else is told (TAG-10).
  const personal = (relationId: number) => {
    const [more, less] = [namesOf('personal', added, relationId), namesOf('personal', removed, relationId)]
    return more.length + less.length > 0 ? { personalAdded: more, personalRemoved: less } : {}
  }
  return told.map(({ read, customerId, relationId }) => ({
    corpId, customerId, staffId: read.staffId, kind: 'tags_changed', subject: `relation:${relationId}:${readAt}`,
    data: { added: namesOf('wecom', added, relationId), removed: namesOf('wecom', removed, relationId), ...personal(relationId) }, at: readAt,
  }))
}
