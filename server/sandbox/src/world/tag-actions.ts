import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { wecomId } from '../ids.ts'
import { WorldError, notFound } from './errors.ts'
import { raiseTagChange } from './events.ts'
import type { Corp } from './corp.ts'
import type { Tag, TagGroup } from './model.ts'
import type { Sandbox } from './sandbox.ts'

type Action<Name extends WorldAction['action']> = Extract<WorldAction, { action: Name }>

/** A tag (or group) that does not exist yet. */
export function newTag(sandbox: Sandbox, name: string, order: number, madeBy: number): Tag {
  return { id: wecomId('et'), name, createTime: sandbox.clock.seconds(), order, madeBy, deleted: false }
}

/** Deletes tags; a group that loses its last tag goes with them. Returns what went, groups instead of their tags. */
export function deleteTags(corp: Corp, tagIds: string[], groupIds: string[]): { id: string; type: 'tag' | 'tag_group' }[] {
  const gone: { id: string; type: 'tag' | 'tag_group' }[] = []
  const dropGroup = (group: TagGroup): void => {
    group.deleted = true
    for (const tag of group.tags) tag.deleted = true
    gone.push({ id: group.id, type: 'tag_group' })
  }
  for (const id of groupIds) {
    const group = corp.tagGroups.get(id)
    if (group !== undefined && !group.deleted) dropGroup(group)
  }
  for (const id of tagIds) {
    const found = corp.liveTag(id)
    if (found === undefined) continue
    found.tag.deleted = true
    if (found.group.tags.every((tag) => tag.deleted)) dropGroup(found.group)
    else gone.push({ id, type: 'tag' })
  }
  return gone
}

export function tagCreate(sandbox: Sandbox, corp: Corp, action: Action<'tag_create'>): ActionResult {
  if (action.names.length === 0) throw new WorldError('标签名不能为空', 400)
  let group = corp.liveTagGroups().find((item) => item.id === action.groupId || item.name === action.groupName)
  const isNew = group === undefined
  if (group === undefined) {
    if (action.groupName === undefined || action.groupName === '') throw notFound('这个标签组')
    group = { ...newTag(sandbox, action.groupName, 0, 0), tags: [] }
    corp.putTagGroup(group)
  }
  const made = action.names.map((name) => newTag(sandbox, name, 0, 0))
  for (const tag of made) corp.addTag(group, tag)
  sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
  if (isNew) raiseTagChange(sandbox, corp, 'create', group.id, 'tag_group')
  for (const tag of made) raiseTagChange(sandbox, corp, 'create', tag.id, 'tag')
  return { ok: true, message: '标签已新建', tagIds: made.map((tag) => tag.id) }
}

export function tagRename(sandbox: Sandbox, corp: Corp, action: Action<'tag_rename'>): ActionResult {
  const group = corp.tagGroups.get(action.id)
  const target = group ?? corp.liveTag(action.id)?.tag
  if (target === undefined || target.deleted) throw notFound('这个标签')
  target.name = action.name
  sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
  raiseTagChange(sandbox, corp, 'update', target.id, group === undefined ? 'tag' : 'tag_group')
  return { ok: true, message: '标签已改名' }
}

export function tagDelete(sandbox: Sandbox, corp: Corp, action: Action<'tag_delete'>): ActionResult {
  const isGroup = corp.tagGroups.has(action.id)
  const gone = deleteTags(corp, isGroup ? [] : [action.id], isGroup ? [action.id] : [])
  if (gone.length === 0) throw notFound('这个标签')
  sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
  // A deleted group raises one event, none for its tags (wecom-api/01 §8).
  for (const item of gone) raiseTagChange(sandbox, corp, 'delete', item.id, item.type)
  return { ok: true, message: '标签已删除' }
}

/** Turns the order round: of one group's tags, or of all groups. */
export function tagShuffle(sandbox: Sandbox, corp: Corp, action: Action<'tag_shuffle'>): ActionResult {
  const group = action.groupId === undefined ? undefined : corp.tagGroups.get(action.groupId)
  if (action.groupId !== undefined && (group === undefined || group.deleted)) throw notFound('这个标签组')
  const items: Tag[] = group === undefined ? corp.liveTagGroups() : group.tags.filter((tag) => !tag.deleted).sort((a, b) => b.order - a.order)
  items.forEach((item, index) => {
    item.order = index + 1
  })
  sandbox.feed.emit({ type: 'tags', corpid: corp.corpid })
  raiseTagChange(sandbox, corp, 'shuffle', group?.id ?? '')
  return { ok: true, message: '顺序已调整' }
}
