import { z } from 'zod'
import { deleteTags, newTag } from '../world/tag-actions.ts'
import type { Corp } from '../world/corp.ts'
import type { Tag, TagGroup } from '../world/model.ts'
import { customerRelation } from './customers.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

/** wecom-api/03 §2 */
const TAGS_PER_CORP = 10_000
const TAGS_PER_CUSTOMER = 3_000
const NAME_LENGTH = 30

const order = z.number().int().min(0).max(2 ** 32 - 1)
const ids = z.array(z.string()).default([])

const addBody = z.object({
  group_id: z.string().optional(), group_name: z.string().optional(), order: order.optional(),
  tag: z.array(z.object({ name: z.string(), order: order.optional() })).default([]), agentid: z.number().int().optional(),
})

function checkName(name: string): void {
  if (name.trim() === '' || [...name].length > NAME_LENGTH) throw new WecomError(40072)
}

function tagBody(tag: Tag, withDeleted: boolean): Record<string, unknown> {
  return { id: tag.id, name: tag.name, create_time: tag.createTime, order: tag.order, ...(withDeleted ? { deleted: tag.deleted } : {}) }
}

function groupBody(group: TagGroup, tags: Tag[], query: { tags: boolean; groups: boolean }): Record<string, unknown> {
  const sorted = [...tags].sort((a, b) => b.order - a.order || a.createTime - b.createTime)
  return {
    group_id: group.id, group_name: group.name, create_time: group.createTime, order: group.order,
    tag: sorted.map((tag) => tagBody(tag, query.tags || query.groups)), ...(query.tags ? { deleted: group.deleted } : {}),
  }
}

function listTags(corp: Corp, tagIds: string[], groupIds: string[]): Record<string, unknown>[] {
  if (groupIds.length > 0) {
    return groupIds.map((id) => corp.tagGroups.get(id)).filter((group) => group !== undefined).map((group) => groupBody(group, group.tags, { tags: false, groups: true }))
  }
  if (tagIds.length > 0) {
    const byGroup = new Map<TagGroup, Tag[]>()
    for (const id of tagIds) {
      const found = corp.tag(id)
      if (found !== undefined) byGroup.set(found.group, [...(byGroup.get(found.group) ?? []), found.tag])
    }
    return [...byGroup].map(([group, tags]) => groupBody(group, tags, { tags: true, groups: false }))
  }
  return corp.liveTagGroups().map((group) => groupBody(group, group.tags.filter((tag) => !tag.deleted), { tags: false, groups: false }))
}

/** Tag or group that exists and that this app made itself: only its own may be changed. */
function ownTag(corp: Corp, id: string): Tag {
  const target = corp.tagGroups.get(id) ?? corp.liveTag(id)?.tag
  if (target === undefined || target.deleted) throw new WecomError(40068)
  if (target.madeBy !== corp.app.agentid) throw new WecomError(81011)
  return target
}

export const tagRoutes: ApiRoute[] = [
  post('customer', '/cgi-bin/externalcontact/get_corp_tag_list', z.object({ tag_id: ids, group_id: ids }), ({ corp, body }) => ({
    tag_group: listTags(corp, body.tag_id, body.group_id),
  }), { empty: { tag_group: [] } }),

  post('customer', '/cgi-bin/externalcontact/add_corp_tag', addBody, ({ corp, sandbox, body }) => {
    // The same name twice in one request makes one tag.
    const wanted = [...new Map(body.tag.map((item) => [item.name, item])).values()]
    if (wanted.length === 0) throw new WecomError(40063)
    for (const item of wanted) checkName(item.name)
    let group = body.group_id === undefined || body.group_id === ''
      ? corp.liveTagGroups().find((item) => item.name === body.group_name)
      : corp.liveTagGroups().find((item) => item.id === body.group_id)
    if (group === undefined && body.group_id !== undefined && body.group_id !== '') throw new WecomError(40068)
    const taken = new Set(group?.tags.filter((tag) => !tag.deleted).map((tag) => tag.name))
    if (wanted.some((item) => taken.has(item.name))) throw new WecomError(40071)
    if (corp.liveTagCount() + wanted.length > TAGS_PER_CORP) throw new WecomError(40126)
    if (group === undefined) {
      checkName(body.group_name ?? '')
      group = { ...newTag(sandbox, body.group_name ?? '', body.order ?? 0, corp.app.agentid), tags: [] }
      corp.putTagGroup(group)
    }
    const made = wanted.map((item) => newTag(sandbox, item.name, item.order ?? 0, corp.app.agentid))
    for (const tag of made) corp.addTag(group, tag)
    sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
    return { tag_group: groupBody(group, made, { tags: false, groups: false }) }
  }),

  post('customer', '/cgi-bin/externalcontact/edit_corp_tag', z.object({ id: z.string().default(''), name: z.string().optional(), order: order.optional() }), ({ corp, sandbox, body }) => {
    if (body.id === '') throw new WecomError(40063)
    const target = ownTag(corp, body.id)
    if (body.name !== undefined) {
      checkName(body.name)
      const siblings: Tag[] = corp.tagGroups.has(body.id) ? corp.liveTagGroups() : (corp.liveTag(body.id)?.group.tags.filter((tag) => !tag.deleted) ?? [])
      if (siblings.some((item) => item !== target && item.name === body.name)) throw new WecomError(40071)
      target.name = body.name
    }
    if (body.order !== undefined) target.order = body.order
    sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
    return {}
  }),

  post('customer', '/cgi-bin/externalcontact/del_corp_tag', z.object({ tag_id: ids, group_id: ids }), ({ corp, sandbox, body }) => {
    if (body.tag_id.length + body.group_id.length === 0) throw new WecomError(40063)
    for (const id of [...body.tag_id, ...body.group_id]) ownTag(corp, id)
    deleteTags(corp, body.tag_id, body.group_id)
    sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
    return {}
  }),

  post('customer', '/cgi-bin/externalcontact/mark_tag', z.object({ userid: z.string().default(''), external_userid: z.string().default(''), add_tag: ids, remove_tag: ids }), ({ corp, sandbox, body }) => {
    const { follow, person } = customerRelation(corp, body.userid, body.external_userid)
    if (body.add_tag.length + body.remove_tag.length === 0) throw new WecomError(40063)
    for (const id of body.add_tag) if (corp.liveTag(id) === undefined) throw new WecomError(40068)
    for (const id of body.remove_tag) if (corp.tag(id) === undefined) throw new WecomError(40068)
    const removed = new Set(body.remove_tag)
    const tags = [...new Set([...follow.tags, ...body.add_tag])].filter((id) => !removed.has(id))
    if (tags.length > TAGS_PER_CUSTOMER) throw new WecomError(40058)
    follow.tags = tags
    sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: follow.userid })
    return {}
  }),
]
