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

/** All corp tags, or only these groups (wecom-api/03 §2). */
export async function listCorpTags(client: WecomClient, filter: { groupIds?: readonly string[]; tagIds?: readonly string[] } = {}): Promise<WecomTagGroup[]> {
  return (await client.post(`${PATH}/get_corp_tag_list`, { tag_id: filter.tagIds ?? [], group_id: filter.groupIds ?? [] }, tagGroupList, { effect: 'read' })).tag_group
}

const tagGroupMade = z.looseObject({ tag_group: tagGroup })

/**
 * Makes tags in a group, or with a group of that name. An answer that got lost is not asked for again: with what is there
 * already WeCom refuses them all.
 */
export async function addCorpTags(client: WecomClient, into: { groupId: string } | { groupName: string }, names: readonly string[]): Promise<WecomTagGroup> {
  const group = 'groupId' in into ? { group_id: into.groupId } : { group_name: into.groupName }
  return (await client.post(`${PATH}/add_corp_tag`, { ...group, tag: names.map((name) => ({ name })) }, tagGroupMade, { effect: 'once' })).tag_group
}

/** Changes a tag or a group of tags; only what this app made itself (81011). @param change.order larger sorts first */
export async function editCorpTag(client: WecomClient, id: string, change: { name?: string; order?: number }): Promise<void> {
  await client.post(`${PATH}/edit_corp_tag`, { id, ...change }, emptyAnswer, { effect: 'repeatable' })
}

/** Deletes a tag, or a group with all its tags; only what this app made itself (81011). 40068: it is gone already. */
export async function deleteCorpTag(client: WecomClient, what: { tagId: string } | { groupId: string }): Promise<void> {
  await client.post(`${PATH}/del_corp_tag`, 'tagId' in what ? { tag_id: [what.tagId] } : { group_id: [what.groupId] }, emptyAnswer, { effect: 'repeatable' })
}
