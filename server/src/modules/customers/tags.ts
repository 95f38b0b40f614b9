import type { TagList } from '@zhike/shared/contract'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { listCorpTags } from '../../wecom/index.ts'
import type { WecomTagGroup } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { withinScope } from '../identity/index.ts'
import type { Viewer } from '../identity/index.ts'
import { relations } from './tables.ts'
import { tagsOf } from './tag-store.ts'
import { countWithin } from './wide-counts.ts'

export type Tags = ReturnType<typeof createTags>

const TAKE_OFF_AT_ONCE = 1000

const madeAt = ({ create_time: seconds }: { create_time: number | null }): number | null => (seconds ? seconds * 1000 : null)

/** Corp tags: brought over from WeCom, listed with the number of customers who carry them. */
export function createTags(platform: Platform, needs: { corps: Corps }) {
  const { db, clock } = platform

  async function save(corpId: number, readAt: number, groups: readonly WecomTagGroup[]): Promise<void> {
    const live = groups.filter((group) => group.deleted !== true).map((group) => ({ group, tags: group.tag.filter((tag) => tag.deleted !== true) })).filter(({ tags }) => tags.length > 0)
    const store = tagsOf(db, corpId)
    await store.saveGroups(live.map(({ group }) => ({ groupId: group.group_id, name: group.group_name, sortOrder: group.order ?? 0, madeAt: madeAt(group), seenAt: readAt })))
    await store.saveTags(live.flatMap(({ group, tags }) => tags.map((tag) => ({ tagId: tag.id, groupId: group.group_id, name: tag.name, sortOrder: tag.order ?? 0, madeAt: madeAt(tag), seenAt: readAt }))))
  }

  /** Deleted in WeCom: gone from the list and from all customers, as WeCom does it. */
  async function forget(corpId: number, tagIds: readonly string[]): Promise<void> {
    for (const tagId of tagIds) {
      while ((await tagsOf(db, corpId).takeOff(tagId, TAKE_OFF_AT_ONCE)) === TAKE_OFF_AT_ONCE);
    }
    await inTransaction(db, async (tx) => {
      await tagsOf(tx, corpId).removeTags(tagIds)
      await tagsOf(tx, corpId).removeEmptyGroups()
    })
  }

  async function sync(corpId: number): Promise<{ groups: number; tags: number }> {
    const readAt = clock.now()
    const groups = await listCorpTags(await needs.corps.wecomContact(corpId))
    await save(corpId, readAt, groups)
    await forget(corpId, await tagsOf(db, corpId).unseen(readAt))
    await needs.corps.prove(corpId, { tagsSyncedAt: readAt })
    return { groups: groups.length, tags: groups.reduce((sum, group) => sum + group.tag.length, 0) }
  }

  const people = (viewer: Viewer) => countWithin(platform, viewer, 'tag people', () => tagsOf(db, viewer.corpId).people(withinScope(viewer, relations.staffId)))

  return {
    /** Reads all corp tags from WeCom; what it no longer names is deleted here (its answer is always complete). */
    sync,
    /** After a callback about one tag or group: reads what is true of it now (wecom-api/01 §8). */
    async refresh(corpId: number, about: { tagType: 'tag' | 'tag_group'; id: string }): Promise<void> {
      const readAt = clock.now()
      const groups = await listCorpTags(await needs.corps.wecomContact(corpId), about.tagType === 'tag' ? { tagIds: [about.id] } : { groupIds: [about.id] })
      await save(corpId, readAt, groups)
      const named = groups.flatMap((group) => (group.deleted === true ? [] : group.tag.filter((tag) => tag.deleted !== true).map((tag) => tag.id)))
      const store = tagsOf(db, corpId)
      if (about.tagType === 'tag_group') await forget(corpId, await store.unseen(readAt, { groupId: about.id, except: named }))
      else if (!named.includes(about.id)) await forget(corpId, [about.id])
    },
    /** Which of these are corp tags we know. */
    async known(corpId: number, tagIds: readonly string[]): Promise<Map<string, string>> {
      return new Map((await tagsOf(db, corpId).byIds(tagIds)).map((tag) => [tag.tagId, tag.name]))
    },
    /** Tags by group in WeCom's order, with the number of customers in the viewer's data scope (GEN-9). */
    async list(viewer: Viewer): Promise<TagList> {
      const store = tagsOf(db, viewer.corpId)
      const [groups, tags, counts] = await Promise.all([store.groups(), store.all(), people(viewer)])
      return {
        groups: groups.map(({ groupId, name, sortOrder, locked }) => ({
          groupId, name, order: sortOrder, locked: locked === 1,
          tags: tags.filter((tag) => tag.groupId === groupId).map((tag) => ({ tagId: tag.tagId, name: tag.name, order: tag.sortOrder, people: counts.get(tag.tagId) ?? 0, locked: tag.locked === 1 })),
        })),
        syncedAt: viewer.corp.proofs.tagsSyncedAt ?? null,
      }
    },
  }
}
