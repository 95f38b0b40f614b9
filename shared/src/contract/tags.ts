import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { defineContract, staff } from './define.ts'
import { jobStarted, moment, typedText, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

/** `locked`: WeCom lets only the app, or the console, that made it change it (TAG-8). */
const corpTag = z.object({ tagId: z.string(), name: z.string(), order: z.number(), people: z.number().int(), locked: z.boolean() })
export type CorpTag = z.infer<typeof corpTag>
export const tagGroup = z.object({ groupId: z.string(), name: z.string(), order: z.number(), locked: z.boolean(), tags: z.array(corpTag) })
export type TagGroup = z.infer<typeof tagGroup>
/** `syncedAt`: when all of them were last read from WeCom; null before the first time. */
const tagList = z.object({ groups: z.array(tagGroup), syncedAt: moment.nullable() })
export type TagList = z.infer<typeof tagList>

const tagName = typedText(LIMITS.tagName, '标签名称')
const groupName = typedText(LIMITS.tagName, '标签组名称')
const aTag = z.object({ tagId: wecomId })
const aGroup = z.object({ groupId: wecomId })

export const tagsContract = defineContract({
  'GET /api/tags': { summary: 'Corp tags by group', who: staff(), response: tagList },
  'POST /api/tags': {
    summary: 'Makes corp tags, in WeCom and here: in a group, or with a new group (TAG-7)', who: staff('tags.write'), rate: RATES.outside,
    body: z.object({
      in: z.union([z.object({ groupId: wecomId }), z.object({ name: groupName })]),
      names: z.array(tagName).min(1, '请填写标签名称').max(LIMITS.tagsAtOnce, `一次最多新建 ${LIMITS.tagsAtOnce} 个标签`),
    }),
    response: tagList,
  },
  'PUT /api/tags/:tagId': { summary: 'Renames a corp tag, in WeCom and here', who: staff('tags.write'), params: aTag, body: z.object({ name: tagName }), response: tagList },
  'GET /api/tags/:tagId/uses': {
    summary: 'What loses a tag when it is deleted (TAG-12): customers of the whole corp, and materials that set it', who: staff('tags.write'), params: aTag,
    response: z.object({ people: z.number().int(), materials: z.array(z.string()) }),
  },
  'DELETE /api/tags/:tagId': { summary: 'Deletes a corp tag, in WeCom and here, and takes it off all customers', who: staff('tags.write'), params: aTag, response: tagList },
  'PUT /api/tag-groups/order': { summary: 'Groups in their order, the first one in front', who: staff('tags.write'), rate: RATES.outside, body: z.object({ groupIds: z.array(wecomId).min(1).max(1000) }), response: tagList },
  'PUT /api/tag-groups/:groupId/order': { summary: 'Tags of a group in their order', who: staff('tags.write'), rate: RATES.outside, params: aGroup, body: z.object({ tagIds: z.array(wecomId).min(1).max(3000) }), response: tagList },
  'PUT /api/tag-groups/:groupId': { summary: 'Renames a tag group, in WeCom and here', who: staff('tags.write'), params: aGroup, body: z.object({ name: groupName }), response: tagList },
  'DELETE /api/tag-groups/:groupId': { summary: 'Deletes a tag group with all its tags', who: staff('tags.write'), params: aGroup, response: tagList },
  'POST /api/tags/sync': { summary: 'Reads all corp tags from WeCom now (TAG-8)', who: staff('tags.write'), rate: RATES.sync, response: jobStarted },
})
