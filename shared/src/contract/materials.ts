import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { FIGURES_SCOPES, FRAMINGS, MATERIAL_ORDERS, MATERIAL_SCOPES, MATERIAL_STATES, MATERIAL_TYPES, MATERIAL_USES } from '../materials.ts'
import { defineContract, staff } from './define.ts'
import { moment, optionalText, pageOf, paging, rowId, searchText, staffRef, typedText, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

const materialRow = z.object({
  materialId: z.number().int(), scope: z.enum(MATERIAL_SCOPES), type: z.enum(MATERIAL_TYPES), title: z.string(), summary: z.string(),
  group: z.object({ groupId: z.number().int(), name: z.string() }),
  /** Address of a small picture, or null. */
  cover: z.string().nullable(),
  fileName: z.string().nullable(), bytes: z.number().int().nullable(),
  /** Of a PDF its pages, of a picture set its pictures. */
  pages: z.number().int().nullable(),
  /** Of a video. */
  durationMs: z.number().int().nullable(),
  /** Of an article: minutes to read. */
  minutes: z.number().int().nullable(),
  url: z.string().nullable(),
  state: z.enum(MATERIAL_STATES), stateNote: z.string().nullable(), preparedPages: z.number().int(),
  todayViews: z.number().int(), views: z.number().int(), shares: z.number().int(),
  createdBy: staffRef.nullable(), createdAt: moment, updatedAt: moment,
  /** The viewer's own star. */
  favourite: z.boolean(),
  mayEdit: z.boolean(),
  /** How often the customer asked about has opened it. */
  customerViews: z.number().int().optional(),
  /** When the viewer last sent it to the customer asked about. */
  customerSentAt: moment.nullable().optional(),
})
export type MaterialRow = z.infer<typeof materialRow>

/** A file as forms show it. */
const formFile = z.object({ fileId: z.number().int(), name: z.string(), bytes: z.number().int(), /** A small picture of it, or null. */ src: z.string().nullable() })
export type FormFile = z.infer<typeof formFile>

const materialDetail = materialRow.extend({
  score: z.number().int(), tagIds: z.array(z.string()),
  /** `own`: of what the viewer sent herself, for want of the permission to see others' (`materials.stats`); with it those of her scope. */
  totals: z.object({ scope: z.enum(FIGURES_SCOPES), views: z.number().int(), readers: z.number().int(), shares: z.number().int(), sharers: z.number().int(), averageMs: z.number().int() }),
  /** Addresses of the drawn pages or of the pictures, for the preview. */
  pictures: z.array(z.object({ src: z.string(), width: z.number().int(), height: z.number().int() })),
  /** What it is made of, for the form: the PDF, the pictures in their order, the video, the file. */
  files: z.array(formFile),
  coverFile: formFile.nullable(),
  /** Cleaned HTML of an article; its pictures are `<img data-file>` with addresses in `inline`. */
  body: z.string().nullable(),
  inline: z.array(z.object({ fileId: z.number().int(), src: z.string(), width: z.number().int(), height: z.number().int() })),
  /** Where an article was brought over from. */
  source: z.string().nullable(),
  framing: z.enum(FRAMINGS).nullable(),
  miniprogram: z.object({ appId: z.string(), path: z.string() }).nullable(),
  /** Address to play the video or fetch the file. */
  media: z.string().nullable(),
  /** Who changed it last; null when nobody has since it was made. */
  updatedBy: staffRef.nullable(),
  /** Its links say that it is gone; what is left is its figures (MAT-11). */
  deleted: z.boolean(),
  /** Changes with every edit; send it back when saving (GEN-8). */
  version: z.number().int(),
})
export type MaterialDetail = z.infer<typeof materialDetail>

export const materialGroup = z.object({
  groupId: z.number().int(), scope: z.enum(MATERIAL_SCOPES), name: z.string(), isDefault: z.boolean(), order: z.number().int(), materials: z.number().int(),
  /** Whose staff may use a team group (MAT-1). */
  departments: z.array(z.object({ departmentId: z.number().int(), name: z.string() })),
  mayEdit: z.boolean(),
})
export type MaterialGroupView = z.infer<typeof materialGroup>

/** What a material is used in (MAT-11). */
const materialUse = z.object({ kind: z.enum(MATERIAL_USES), count: z.number().int(), names: z.array(z.string()) })
export type MaterialUse = z.infer<typeof materialUse>

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
const fileIds = z.array(rowId).min(1, '请至少选择一张图片').max(LIMITS.imagesPerSet, `最多 ${LIMITS.imagesPerSet} 张图片`)
  .refine((ids) => new Set(ids).size === ids.length, '同一张图片只能放一次')
const coverFileId = rowId.nullable().default(null)
/** Cleaned by the server; longer than it may be once cleaned, since markup is dropped. */
const articleBody = z.string().min(1, '请填写正文').max(LIMITS.articleBytes * 2, '正文太长，请拆成几篇')

const shared = { title, summary, groupId: rowId, score, tagIds }
/** The form for a material, new or changed (MAT-4 … MAT-9). The library is that of the group. */
const materialForm = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pdf'), fileId: rowId, ...shared }),
  z.object({ type: z.literal('image'), fileIds, ...shared }),
  z.object({ type: z.literal('link'), url: linkUrl, coverFileId, ...shared }),
  z.object({ type: z.literal('article'), body: articleBody, source: linkUrl.nullable().default(null), coverFileId, ...shared }),
  z.object({ type: z.literal('video'), fileId: rowId, coverFileId, ...shared }),
  z.object({ type: z.literal('file'), fileId: rowId, ...shared }),
  z.object({
    type: z.literal('miniprogram'), appId: z.string().trim().regex(/^wx[0-9a-f]{16}$/i, '小程序 AppID 以 wx 开头，共 18 位'),
    path: z.string().trim().min(1, '请填写页面路径').max(LIMITS.miniprogramPath, '页面路径太长').regex(/^[^\s]+$/, '页面路径里不能有空格'),
    coverFileId: rowId, ...shared,
  }),
])
export type MaterialForm = z.infer<typeof materialForm>

const materialId = z.object({ materialId: rowId })
const groupId = z.object({ groupId: rowId })
const groupForm = { name: typedText(LIMITS.materialGroupName, '分组名称'), departmentIds: z.array(rowId).max(200).default([]) }
const scope = z.enum(MATERIAL_SCOPES)

export const materialsContract = defineContract({
  'GET /api/materials': {
    summary: 'One library as far as the viewer may use it; search by title, file name and pinyin (MAT-1, MAT-3, MAT-13)',
    who: staff(),
    rate: RATES.search,
    query: z.object({
      ...paging, /** `any`: all that the viewer may send. */ scope: z.enum([...MATERIAL_SCOPES, 'any']).default('corp'), q: searchText, groupId: rowId.optional(), type: z.enum(MATERIAL_TYPES).optional(), order: z.enum(MATERIAL_ORDERS).default('newest'),
      /** Tells what this customer has opened and been sent. */
      customerId: rowId.optional(),
      /** Of all libraries: what the viewer has starred, or sent last. */
      only: z.enum(['favourites', 'sent']).optional(),
      /** Only what may be sent: team managers also see groups of other departments. */
      sendable: z.enum(['1']).optional(),
    }),
    response: pageOf(materialRow),
  },
  'GET /api/materials/:materialId': {
    summary: 'One material with its figures (MAT-21)', who: staff(), params: materialId,
    query: z.object({ /** Also when it was deleted: its figures stay (MAT-11). */ ever: z.enum(['1']).optional() }), response: materialDetail,
  },
  'POST /api/materials': { summary: 'Makes a material in the library of its group', who: staff(), rate: RATES.save, body: materialForm, response: materialDetail },
  'PUT /api/materials/:materialId': {
    summary: 'Changes a material; links already sent show the new content (MAT-10)',
    who: staff(), rate: RATES.save, params: materialId, body: z.object({ version: z.number().int(), form: materialForm }), response: materialDetail,
  },
  'DELETE /api/materials/:materialId': { summary: 'Deletes a material; its links say so from then on (MAT-11)', who: staff(), params: materialId },
  'GET /api/materials/:materialId/uses': { summary: 'What would miss it (MAT-11)', who: staff(), params: materialId, response: z.object({ uses: z.array(materialUse) }) },
  'GET /api/materials/:materialId/preview-link': {
    summary: 'A link to show to colleagues; counts nowhere (MAT-12)', who: staff(), params: materialId, response: z.object({ url: z.string(), expiresAt: moment }),
  },
  'PUT /api/materials/:materialId/favourite': { summary: 'Sets or takes away the viewer’s star', who: staff(), params: materialId, body: z.object({ favourite: z.boolean() }) },
  'GET /api/materials/:materialId/pictures/:name': {
    summary: 'A drawn page, picture or cover', who: staff(), rate: RATES.picture, raw: true,
    params: z.object({ materialId: rowId, name: z.string().regex(/^(cover|p\d{1,4})-(360|720|1080)\.webp$/) }),
  },
  'GET /api/materials/:materialId/media': { summary: 'The video, in ranges, or the file', who: staff(), rate: RATES.picture, raw: true, params: materialId },
  'GET /api/material-groups': { summary: 'Groups of one library as far as the viewer may use them (MAT-2)', who: staff(), query: z.object({ scope: scope.default('corp') }), response: z.object({ groups: z.array(materialGroup), mayEdit: z.boolean() }) },
  'POST /api/material-groups': { summary: 'Makes a group', who: staff(), body: z.object({ scope: scope.default('corp'), ...groupForm }), response: materialGroup },
  'PUT /api/material-groups/order': { summary: 'Puts the groups of a library into this order', who: staff(), body: z.object({ scope, groupIds: z.array(rowId).max(500) }) },
  'PUT /api/material-groups/:groupId': { summary: 'Changes the name and, of a team group, the departments', who: staff(), params: groupId, body: z.object(groupForm), response: materialGroup },
  'DELETE /api/material-groups/:groupId': {
    summary: 'Deletes a group; its materials move to another one of hers, the default group if none is named', who: staff(), params: groupId, query: z.object({ to: rowId.optional() }), response: z.object({ moved: z.number().int() }),
  },
  'GET /api/material-departments': {
    summary: 'Departments that the viewer may open a team group to', who: staff('team_materials.write'),
    response: z.object({ departments: z.array(z.object({ departmentId: z.number().int(), name: z.string(), depth: z.number().int() })) }),
  },
  'POST /api/links/look': {
    summary: 'Reads title, summary and cover of a page before it becomes a material (MAT-6)', who: staff(), rate: RATES.outside, body: z.object({ url: linkUrl }),
    response: z.object({ title: z.string(), summary: z.string(), cover: formFile.nullable(), framing: z.enum(FRAMINGS), /** Why the page could not be read; it may be saved all the same. */ warning: z.string().nullable() }),
  },
  'POST /api/articles/import': {
    summary: 'Brings an article over from a page, cleaned, with its pictures', who: staff(), rate: RATES.outside, body: z.object({ url: linkUrl }),
    response: z.object({
      title: z.string(), summary: z.string(), body: z.string(), inline: materialDetail.shape.inline, source: z.string(),
      /** Pictures that could not be brought over. */
      left: z.number().int(),
    }),
  },
})
