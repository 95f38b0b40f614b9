import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { MATERIAL_STATES, MATERIAL_TYPES } from '../materials.ts'
import { defineContract, staff } from './define.ts'
import { moment, optionalText, pageOf, paging, rowId, searchText, staffRef, typedText, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

const materialRow = z.object({
  materialId: z.number().int(), type: z.enum(MATERIAL_TYPES), title: z.string(), summary: z.string(),
  group: z.object({ groupId: z.number().int(), name: z.string() }),
  /** Address of a small picture, or null. */
  cover: z.string().nullable(),
  fileName: z.string().nullable(), bytes: z.number().int().nullable(), pages: z.number().int().nullable(), url: z.string().nullable(),
  state: z.enum(MATERIAL_STATES), stateNote: z.string().nullable(), preparedPages: z.number().int(),
  todayViews: z.number().int(), views: z.number().int(), shares: z.number().int(),
  createdBy: staffRef.nullable(), createdAt: moment, updatedAt: moment,
  /** How often the customer asked about has opened it. */
  customerViews: z.number().int().optional(),
})
export type MaterialRow = z.infer<typeof materialRow>

const materialDetail = materialRow.extend({
  score: z.number().int(), tagIds: z.array(z.string()),
  /** `own`: of what the viewer sent herself, for want of the permission to see everybody's (`materials.stats`). */
  totals: z.object({ scope: z.enum(['own', 'all']), views: z.number().int(), readers: z.number().int(), shares: z.number().int(), sharers: z.number().int(), averageMs: z.number().int() }),
  /** Addresses of the drawn pages or of the picture, for the preview. */
  pictures: z.array(z.object({ src: z.string(), width: z.number().int(), height: z.number().int() })),
  /** Who changed it last; null when nobody has since it was made. */
  updatedBy: staffRef.nullable(),
  /** Changes with every edit; send it back when saving (GEN-8). */
  version: z.number().int(),
})
export type MaterialDetail = z.infer<typeof materialDetail>

export const materialGroup = z.object({ groupId: z.number().int(), name: z.string(), isDefault: z.boolean(), order: z.number().int(), materials: z.number().int() })
export type MaterialGroupView = z.infer<typeof materialGroup>

const uploadedFile = z.object({
  fileId: z.number().int(), name: z.string(), kind: z.enum(['pdf', 'image']), bytes: z.number().int(),
  width: z.number().int().nullable(), height: z.number().int().nullable(), pages: z.number().int().nullable(),
})
export type UploadedFile = z.infer<typeof uploadedFile>

const title = typedText(LIMITS.materialTitle, '标题')
const summary = optionalText(LIMITS.materialSummary, '摘要').default('')
const score = z.number().int().min(0, '评分为 0 到 100 的整数').max(LIMITS.materialScore, '评分为 0 到 100 的整数').default(0)
const tagIds = z.array(wecomId).max(LIMITS.materialTags, `最多选择 ${LIMITS.materialTags} 个标签`).default([])
/** http and https only (MAT-6). */
const linkUrl = z.string().trim().max(LIMITS.materialUrl, '网址太长').refine((text) => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === ''
}, '请填写以 http:// 或 https:// 开头的完整网址')

const shared = { title, summary, groupId: rowId, score, tagIds }
/** The form for a new material (MAT-4 … MAT-9). */
const newMaterial = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pdf'), fileId: rowId, ...shared }),
  z.object({ type: z.literal('image'), fileId: rowId, ...shared }),
  z.object({ type: z.literal('link'), url: linkUrl, coverFileId: rowId.nullable().default(null), ...shared }),
])
export type NewMaterial = z.infer<typeof newMaterial>

const materialId = z.object({ materialId: rowId })
const groupId = z.object({ groupId: rowId })
const groupName = z.object({ name: typedText(LIMITS.materialGroupName, '分组名称') })

export const materialsContract = defineContract({
  'GET /api/materials': {
    summary: 'Corp library, newest first; search by title and file name (MAT-3, MAT-13)',
    who: staff(),
    rate: RATES.search,
    query: z.object({
      ...paging, q: searchText, groupId: rowId.optional(), type: z.enum(MATERIAL_TYPES).optional(),
      /** Counts what this customer has opened. */
      customerId: rowId.optional(),
      recent: z.enum(['sent']).optional(),
    }),
    response: pageOf(materialRow),
  },
  'GET /api/materials/:materialId': { summary: 'One material with its figures (MAT-21)', who: staff(), params: materialId, response: materialDetail },
  'POST /api/materials': { summary: 'Makes a material', who: staff('materials.write'), body: newMaterial, response: materialDetail },
  'PUT /api/materials/:materialId': {
    summary: 'Changes a material; links already sent show the new content (MAT-10)',
    who: staff('materials.write'), params: materialId,
    body: z.object({
      version: z.number().int(), ...shared,
      url: linkUrl.optional(), fileId: rowId.optional(), coverFileId: rowId.nullable().optional(),
    }),
    response: materialDetail,
  },
  'DELETE /api/materials/:materialId': { summary: 'Deletes a material; its links say so from then on (MAT-11)', who: staff('materials.write'), params: materialId },
  'GET /api/materials/:materialId/pictures/:name': {
    summary: 'A drawn page, picture or cover', who: staff(), rate: RATES.picture, raw: true,
    params: z.object({ materialId: rowId, name: z.string().regex(/^(cover|image|p\d{1,4})-(360|720|1080)\.webp$/) }),
  },
  'GET /api/material-groups': { summary: 'Groups of the corp library (MAT-2)', who: staff(), response: z.object({ groups: z.array(materialGroup) }) },
  'POST /api/material-groups': { summary: 'Makes a group', who: staff('materials.write'), body: groupName, response: materialGroup },
  'PUT /api/material-groups/:groupId': { summary: 'Renames a group', who: staff('materials.write'), params: groupId, body: groupName, response: materialGroup },
  'DELETE /api/material-groups/:groupId': {
    summary: 'Deletes a group; its materials move to the default group', who: staff('materials.write'), params: groupId,
    response: z.object({ moved: z.number().int() }),
  },
  'POST /api/files': {
    summary: 'Uploads one PDF or picture; checked by its content (MAT-5, MAT-7)', who: staff('materials.write'), multipart: true, response: uploadedFile,
  },
})
