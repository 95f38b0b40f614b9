import { z } from 'zod'
import { optionalList, optionalNumber, optionalText } from './answer-fields.ts'
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
