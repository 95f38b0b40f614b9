import type { BodyIn, TagList } from '@zhike/shared/contract'
import { AppError, conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { addCorpTags, deleteCorpTag, editCorpTag, WecomError } from '../../wecom/index.ts'
import type { WecomClient } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Viewer } from '../identity/index.ts'
import { ordersFor } from './tag-order.ts'
import type { Sorted } from './tag-order.ts'
import { NO_SUCH_TAG } from './tag-marking.ts'
import { tagsOf } from './tag-store.ts'
import type { Tags } from './tags.ts'

const NOT_OURS = 81011
const NAME_TAKEN = 40071

/** Titles of what sets these tags by itself. */
export type TagUses = (corpId: number, tagId: string) => Promise<string[]>
export type TagEditing = ReturnType<typeof createTagEditing>

/**
 * Corp tags made, renamed, sorted and deleted here (TAG-7…9): WeCom is asked, and what it then says is written. It sends no
 * callback for what the API does (wecom-api/01 §3), so it is always asked, also when its answer got lost.
 */
export function createTagEditing(platform: Platform, needs: { corps: Corps; audit: Audit; tags: Tags; materialsWith: TagUses }) {
  const { db } = platform

  async function known(corpId: number, tagId: string) {
    const [tag] = await tagsOf(db, corpId).byIds([tagId])
    if (!tag) throw notFound('标签')
    return tag
  }
  async function knownGroup(corpId: number, groupId: string) {
    const group = (await tagsOf(db, corpId).groups()).find((one) => one.groupId === groupId)
    if (!group) throw notFound('标签组')
    return group
  }

  /** @param ids what is changed, to remember what WeCom does not let us change */
  async function inWecom(corpId: number, ids: readonly string[], ask: (client: WecomClient) => Promise<unknown>): Promise<void> {
    const client = await needs.corps.wecomContact(corpId)
    try {
      await ask(client)
    } catch (error) {
      if (!(error instanceof WecomError)) throw error
      await readAgain(corpId)
      if (error.reason !== 'errcode') throw error.outcome === 'unknown' ? new AppError('wecom', '企业微信没有回应，标签列表已按企业微信的现状更新，请看看是否已经改好') : asAppError(error)
      if (error.errcode === NOT_OURS) {
        for (const id of ids) await tagsOf(db, corpId).lock(id)
        throw conflict('这里有标签由企业微信管理后台或其他应用创建，企业微信不允许知客修改；请到创建它的地方修改，这里会自动同步')
      }
      if (error.errcode === NO_SUCH_TAG) throw conflict('这个标签在企业微信里已被删除，标签列表已更新')
      if (error.errcode === NAME_TAKEN) throw invalid('已经有同名的标签或标签组，请换一个名称', { name: '名称已被使用', names: '名称已被使用' })
      throw asAppError(error)
    }
    await readAgain(corpId)
  }

  async function readAgain(corpId: number): Promise<void> {
    try {
      await needs.tags.sync(corpId)
    } catch (error) {
      if (!(error instanceof WecomError)) throw error
      platform.log.warn({ err: error }, 'tags not read after a change; the next sync reads them')
    }
  }

  const record = (viewer: Viewer, action: 'tag.created' | 'tag.changed' | 'tag.arranged' | 'tag.deleted', subject: string, from: string, values: { before?: object; after?: object } = {}): Promise<void> =>
    needs.audit.record(db, { corpId: viewer.corpId, actorId: viewer.staffId, action, subject, from, ...values })

  /**
   * Gives WeCom the numbers that make the order. Which tags it lets us move shows when it is asked: then it is tried around them.
   * @returns was there anything to do? @throws AppError `conflict` when locked ones are in the way
   */
  async function putInOrder(corpId: number, wanted: readonly Sorted[]): Promise<boolean> {
    const now = wanted.map((one) => ({ ...one }))
    for (let round = 0; ; round++) {
      const changes = ordersFor(now)
      if (changes?.length === 0) return round > 0
      if (!changes) throw conflict('有标签由企业微信管理后台或其他应用创建，不能移动它们；请换一个位置')
      await inWecom(corpId, [], async (client) => {
        for (const { id, order } of changes) {
          const one = now.find((each) => each.id === id)
          if (!one) continue
          try {
            await editCorpTag(client, id, { order })
            one.order = order
          } catch (error) {
            if (!(error instanceof WecomError && error.reason === 'errcode' && error.errcode === NOT_OURS)) throw error
            one.locked = true
            await tagsOf(db, corpId).lock(id)
            return
          }
        }
      })
    }
  }

  /** @throws AppError `invalid` when the list is not what there is, `conflict` when locked ones are in the way */
  async function arrange(viewer: Viewer, ids: readonly string[], there: readonly (Sorted & { name: string })[], subject: string, from: string): Promise<TagList> {
    const wanted = ids.map((id) => there.find((one) => one.id === id)).filter((one) => one !== undefined)
    if (wanted.length !== there.length || new Set(ids).size !== ids.length || wanted.length !== ids.length) throw conflict('标签刚刚有变化，请刷新后再调整顺序')
    if (await putInOrder(viewer.corpId, wanted)) {
      await record(viewer, 'tag.arranged', subject, from, { before: { names: there.map((one) => one.name) }, after: { names: wanted.map((one) => one.name) } })
    }
    return await needs.tags.list(viewer)
  }

  return {
    async add(viewer: Viewer, { in: into, names }: BodyIn<'POST /api/tags'>, from: string): Promise<TagList> {
      if (new Set(names).size < names.length) throw invalid('有重复的标签名称', { names: '有重复的名称' })
      const groups = await tagsOf(db, viewer.corpId).groups()
      const group = 'groupId' in into ? await knownGroup(viewer.corpId, into.groupId) : groups.find((one) => one.name === into.name)
      if (group && 'name' in into) throw invalid('已经有这个标签组了，请直接在里面新建标签', { name: '名称已被使用' })
      const taken = (await tagsOf(db, viewer.corpId).all()).filter((tag) => tag.groupId === group?.groupId && names.includes(tag.name))
      if (taken.length > 0) throw invalid(`这一组里已经有「${taken.map((tag) => tag.name).join('」「')}」`, { names: '名称已被使用' })
      await inWecom(viewer.corpId, [], (client) => addCorpTags(client, 'groupId' in into ? { groupId: into.groupId } : { groupName: into.name }, names))
      await record(viewer, 'tag.created', names.join('、').slice(0, 200), from, { after: { group: group?.name ?? ('name' in into ? into.name : ''), names } })
      return await needs.tags.list(viewer)
    },
    async rename(viewer: Viewer, tagId: string, name: string, from: string): Promise<TagList> {
      const tag = await known(viewer.corpId, tagId)
      if (tag.name !== name) {
        await inWecom(viewer.corpId, [tagId], (client) => editCorpTag(client, tagId, { name }))
        await record(viewer, 'tag.changed', name, from, { before: { name: tag.name }, after: { name } })
      }
      return await needs.tags.list(viewer)
    },
    async renameGroup(viewer: Viewer, groupId: string, name: string, from: string): Promise<TagList> {
      const group = await knownGroup(viewer.corpId, groupId)
      if (group.name !== name) {
        await inWecom(viewer.corpId, [groupId], (client) => editCorpTag(client, groupId, { name }))
        await record(viewer, 'tag.changed', name, from, { before: { name: group.name }, after: { name } })
      }
      return await needs.tags.list(viewer)
    },
    async uses(viewer: Viewer, tagId: string): Promise<{ people: number; materials: string[] }> {
      await known(viewer.corpId, tagId)
      const [people, materials] = await Promise.all([tagsOf(db, viewer.corpId).carriers(tagId), needs.materialsWith(viewer.corpId, tagId)])
      return { people, materials }
    },
    async remove(viewer: Viewer, tagId: string, from: string): Promise<TagList> {
      const tag = await known(viewer.corpId, tagId)
      const people = await tagsOf(db, viewer.corpId).carriers(tagId)
      await inWecom(viewer.corpId, [tagId], (client) => deleteCorpTag(client, { tagId }))
      await record(viewer, 'tag.deleted', tag.name, from, { before: { name: tag.name, people } })
      return await needs.tags.list(viewer)
    },
    async removeGroup(viewer: Viewer, groupId: string, from: string): Promise<TagList> {
      const group = await knownGroup(viewer.corpId, groupId)
      const names = (await tagsOf(db, viewer.corpId).all()).filter((tag) => tag.groupId === groupId).map((tag) => tag.name)
      await inWecom(viewer.corpId, [groupId], (client) => deleteCorpTag(client, { groupId }))
      await record(viewer, 'tag.deleted', group.name, from, { before: { group: group.name, names } })
      return await needs.tags.list(viewer)
    },
    async arrangeGroups(viewer: Viewer, groupIds: readonly string[], from: string): Promise<TagList> {
      const groups = await tagsOf(db, viewer.corpId).groups()
      return await arrange(viewer, groupIds, groups.map((group, at) => ({ id: group.groupId, name: group.name, order: group.sortOrder, at, locked: group.locked === 1 })), '标签组', from)
    },
    async arrangeTags(viewer: Viewer, groupId: string, tagIds: readonly string[], from: string): Promise<TagList> {
      const group = await knownGroup(viewer.corpId, groupId)
      const tags = (await tagsOf(db, viewer.corpId).all()).filter((tag) => tag.groupId === groupId)
      return await arrange(viewer, tagIds, tags.map((tag, at) => ({ id: tag.tagId, name: tag.name, order: tag.sortOrder, at, locked: tag.locked === 1 })), group.name, from)
    },
  }
}
