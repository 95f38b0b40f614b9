import { z } from 'zod'
import { emptyAnswer, optionalList, optionalNumber, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const PATH = '/cgi-bin/externalcontact'

const tag = z.looseObject({ id: z.string(), name: optionalText, create_time: optionalNumber, order: optionalNumber, deleted: z.boolean().nullish() })
const tagGroup = z.looseObject({
  group_id: z.string(),
  group_name: optionalText,
  create_time: optionalNumber,
  /** Larger sorts first. */
  order: optionalNumber,
  deleted: z.boolean().nullish(),
  tag: optionalList(tag),
})
/** A group of corp tags in WeCom's own names; times are epoch seconds. */
export type WecomTagGroup = z.output<typeof tagGroup>
const tagGroupList = z.looseObject({ tag_group: optionalList(tagGroup) })
const addedTagGroup = z.looseObject({ tag_group: tagGroup })

/** All corp tags, or only these groups (wecom-api/03 §2). */
export async function listCorpTags(client: WecomClient, filter: { groupIds?: readonly string[]; tagIds?: readonly string[] } = {}): Promise<WecomTagGroup[]> {
  return (await client.post(`${PATH}/get_corp_tag_list`, { tag_id: filter.tagIds ?? [], group_id: filter.groupIds ?? [] }, tagGroupList, { effect: 'read' })).tag_group
}

/** Creates tags in a new or an existing group; gives the group with the new tags. A lost answer has an unknown outcome. */
export async function addCorpTags(
  client: WecomClient,
  group: { groupId: string } | { groupName: string; order?: number },
  tags: readonly { name: string; order?: number }[],
): Promise<WecomTagGroup> {
  const place = 'groupId' in group ? { group_id: group.groupId } : { group_name: group.groupName, order: group.order }
  return (await client.post(`${PATH}/add_corp_tag`, { ...place, tag: tags }, addedTagGroup, { effect: 'once' })).tag_group
}

/** Renames or reorders a tag or a group. Only what this app created may be edited. */
export async function editCorpTag(client: WecomClient, id: string, change: { name?: string; order?: number }): Promise<void> {
  await client.post(`${PATH}/edit_corp_tag`, { id, ...change }, emptyAnswer, { effect: 'repeatable' })
}

/** Deletes tags and whole groups. A group whose last tag goes, goes too. */
export async function deleteCorpTags(client: WecomClient, ids: { tagIds?: readonly string[]; groupIds?: readonly string[] }): Promise<void> {
  await client.post(`${PATH}/del_corp_tag`, { tag_id: ids.tagIds ?? [], group_id: ids.groupIds ?? [] }, emptyAnswer, { effect: 'repeatable' })
}
