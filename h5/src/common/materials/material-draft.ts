import { LIMITS, type MaterialScope, type MaterialType } from '@zhike/shared'
import type { FormFile, MaterialDetail, MaterialForm } from '@zhike/shared/contract'

export const DRAFT_FIELDS = ['title', 'summary', 'groupId', 'fileId', 'fileIds', 'url', 'body', 'appId', 'path', 'coverFileId', 'score', 'tagIds'] as const
export type DraftField = (typeof DRAFT_FIELDS)[number]

/** A file of the form: an uploaded one, or one the material has already. */
export interface PickedFile extends FormFile { pages?: number | null; durationMs?: number | null }
/** A picture inside an article, by its file. */
export interface InlinePicture { fileId: number; src: string; width: number; height: number }

/** The form for a material as it is being filled in (MAT-4). */
export interface MaterialDraft {
  type: MaterialType
  title: string
  summary: string
  groupId: number
  /** PDF, video or file. */
  file: PickedFile | null
  /** Pictures of a set, in their order. */
  pictures: PickedFile[]
  url: string
  /** Cover of a link, article, video or mini program. */
  cover: PickedFile | null
  /** HTML of an article; its pictures are `<img data-file>`. */
  body: string
  inline: InlinePicture[]
  source: string | null
  appId: string
  path: string
  score: string
  tagIds: string[]
}

/** Types whose card may have a cover of its own. */
export const hasOwnCover = (type: MaterialType): boolean => type === 'link' || type === 'article' || type === 'video' || type === 'miniprogram'

/** An empty form. */
export function emptyDraft(groupId: number): MaterialDraft {
  return { type: 'pdf', title: '', summary: '', groupId, file: null, pictures: [], url: '', cover: null, body: '', inline: [], source: null, appId: '', path: '', score: '0', tagIds: [] }
}

/** The form filled with a material that is to be changed (MAT-10). */
export function draftOf(material: MaterialDetail): MaterialDraft {
  const { type, files } = material
  const [first] = files
  return {
    ...emptyDraft(material.group.groupId), type, title: material.title, summary: material.summary, url: material.url ?? '',
    file: type !== 'image' && first ? { ...first, pages: material.pages, durationMs: material.durationMs } : null, pictures: type === 'image' ? [...files] : [],
    cover: material.coverFile, body: material.body ?? '', inline: [...material.inline], source: material.source,
    appId: material.miniprogram?.appId ?? '', path: material.miniprogram?.path ?? '', score: String(material.score), tagIds: [...material.tagIds],
  }
}

/** A form that was kept over a reload: addresses of pictures that only the page knew went with it. */
export function revived(kept: MaterialDraft): MaterialDraft {
  const without = <T extends PickedFile>(file: T): T => (file.src?.startsWith('blob:') ? { ...file, src: null } : file)
  return { ...kept, file: kept.file && without(kept.file), pictures: kept.pictures.map(without), cover: kept.cover && without(kept.cover) }
}

/** Has anything been filled in? */
export function isBegun(draft: MaterialDraft): boolean {
  return draft.file !== null || draft.pictures.length > 0 || draft.cover !== null || [draft.title, draft.summary, draft.url, draft.body, draft.appId, draft.path].some((text) => text.trim() !== '')
}

/** What is wrong with the form, at the fields; empty when it can be sent. The server checks the same rules again. */
export function problemsOf(draft: MaterialDraft): Partial<Record<DraftField, string>> {
  const found: Partial<Record<DraftField, string>> = contentProblems(draft)
  const title = [...draft.title.trim()].length
  if (title === 0) found.title = '请填写标题'
  else if (title > LIMITS.materialTitle) found.title = `标题最多 ${LIMITS.materialTitle} 个字`
  if ([...draft.summary.trim()].length > LIMITS.materialSummary) found.summary = `摘要最多 ${LIMITS.materialSummary} 个字`
  if (scoreOf(draft) === null) found.score = `评分为 0 到 ${LIMITS.materialScore} 的整数`
  return found
}

const NEEDS_FILE = { pdf: '请选择一个 PDF 文件', video: '请选择一段视频', file: '请选择一个文件' } as const

function contentProblems(draft: MaterialDraft): Partial<Record<DraftField, string>> {
  switch (draft.type) {
    case 'pdf': case 'video': case 'file': return draft.file ? {} : { fileId: NEEDS_FILE[draft.type] }
    case 'image': return draft.pictures.length > 0 ? {} : { fileIds: '请至少选择一张图片' }
    case 'link': return isWebAddress(draft.url) ? {} : { url: draft.url.trim() === '' ? '请填写网址' : '请填写以 http:// 或 https:// 开头的完整网址' }
    case 'article': return isEmptyArticle(draft.body) ? { body: '请填写正文' } : {}
    case 'miniprogram': return {
      ...(/^wx[0-9a-f]{16}$/i.test(draft.appId.trim()) ? {} : { appId: draft.appId.trim() === '' ? '请填写小程序 AppID' : '小程序 AppID 以 wx 开头，共 18 位' }),
      ...(draft.path.trim() === '' ? { path: '请填写页面路径' } : /\s/.test(draft.path.trim()) ? { path: '页面路径里不能有空格' } : {}),
      ...(draft.cover ? {} : { coverFileId: '小程序卡片需要一张封面' }),
    }
  }
}

const isEmptyArticle = (body: string): boolean => !/<img\b/i.test(body) && body.replace(/<[^>]*>|&nbsp;/g, '').trim() === ''

/** The request that saves it; null while something of its content is missing. */
export function formOf(draft: MaterialDraft): MaterialForm | null {
  const shared = { title: draft.title.trim(), summary: draft.summary.trim(), groupId: draft.groupId, score: scoreOf(draft) ?? 0, tagIds: draft.tagIds }
  const coverFileId = draft.cover?.fileId ?? null
  switch (draft.type) {
    case 'pdf': case 'file': return draft.file && { type: draft.type, fileId: draft.file.fileId, ...shared }
    case 'video': return draft.file && { type: 'video', fileId: draft.file.fileId, coverFileId, ...shared }
    case 'image': return { type: 'image', fileIds: draft.pictures.map((picture) => picture.fileId), ...shared }
    case 'link': return { type: 'link', url: fullAddress(draft.url), coverFileId, ...shared }
    case 'article': return { type: 'article', body: draft.body, source: draft.source, coverFileId, ...shared }
    case 'miniprogram': return coverFileId === null ? null : { type: 'miniprogram', appId: draft.appId.trim(), path: draft.path.trim(), coverFileId, ...shared }
  }
}

function scoreOf(draft: MaterialDraft): number | null {
  const text = draft.score.trim()
  if (text === '') return 0
  const score = Number(text)
  return /^\d{1,3}$/.test(text) && score <= LIMITS.materialScore ? score : null
}

/** True for a complete http or https address (MAT-6). */
export function isWebAddress(text: string): boolean {
  return webAddress(text) !== null
}

/** The host that a reader will see, or null while the address is not complete. */
export function hostOf(text: string): string | null {
  return webAddress(text)?.host ?? null
}

/** The address as it is meant: what begins with www. is https. */
export function fullAddress(text: string): string {
  const typed = text.trim()
  return /^www\./i.test(typed) ? `https://${typed}` : typed
}

function webAddress(typed: string): URL | null {
  const text = fullAddress(typed)
  // No URL.canParse: Safari knows it only since 17.
  if (!/^https?:\/\/[^\s/]+\.[^\s/]/i.test(text.trim()) && !/^https?:\/\/localhost\b/i.test(text.trim())) return null
  try {
    const url = new URL(text.trim())
    return url.username === '' && url.password === '' ? url : null
  } catch (reason) {
    if (reason instanceof TypeError) return null
    throw reason
  }
}

/** The library that a path's query names. */
export function scopeIn(text: unknown): MaterialScope {
  return text === 'team' || text === 'personal' ? text : 'corp'
}
