import { LIMITS, type MaterialType } from '@zhike/shared'
import type { BodyIn, MaterialDetail, UploadedFile } from '@zhike/shared/contract'

export const DRAFT_FIELDS = ['title', 'summary', 'groupId', 'fileId', 'url', 'coverFileId', 'score', 'tagIds'] as const
export type DraftField = (typeof DRAFT_FIELDS)[number]

/** A file of the form: fresh from the device, with a picture of it where the browser can show one. */
export interface PickedFile { file: UploadedFile; picture: string | null }

/** The form for a material as it is being filled in (MAT-4). */
export interface MaterialDraft {
  type: MaterialType
  title: string
  summary: string
  groupId: number
  /** New PDF or picture; null while the old one stays, or none was chosen. */
  picked: PickedFile | null
  url: string
  /** New cover of a link. */
  cover: PickedFile | null
  /** The link's old cover is to go. */
  coverRemoved: boolean
  score: string
  tagIds: string[]
}

/** An empty form. */
export function emptyDraft(groupId: number): MaterialDraft {
  return { type: 'pdf', title: '', summary: '', groupId, picked: null, url: '', cover: null, coverRemoved: false, score: '0', tagIds: [] }
}

/** The form filled with a material that is to be changed (MAT-10). */
export function draftOf(material: MaterialDetail): MaterialDraft {
  return {
    ...emptyDraft(material.group.groupId), type: material.type, title: material.title, summary: material.summary, url: material.url ?? '',
    score: String(material.score), tagIds: [...material.tagIds],
  }
}

/** A form that was kept over a reload: its files are on the server, their pictures went with the page. */
export function revived(kept: MaterialDraft): MaterialDraft {
  const without = (file: PickedFile | null): PickedFile | null => file && { ...file, picture: null }
  return { ...kept, picked: without(kept.picked), cover: without(kept.cover) }
}

/** What is wrong with the form, at the fields; empty when it can be sent. The server checks the same rules again. */
export function problemsOf(draft: MaterialDraft, existing: MaterialDetail | null): Partial<Record<DraftField, string>> {
  const found: Partial<Record<DraftField, string>> = {}
  const title = [...draft.title.trim()].length
  if (title === 0) found.title = '请填写标题'
  else if (title > LIMITS.materialTitle) found.title = `标题最多 ${LIMITS.materialTitle} 个字`
  if ([...draft.summary.trim()].length > LIMITS.materialSummary) found.summary = `摘要最多 ${LIMITS.materialSummary} 个字`
  if (draft.type === 'link' && !isWebAddress(draft.url)) found.url = draft.url.trim() === '' ? '请填写网址' : '请填写以 http:// 或 https:// 开头的完整网址'
  if (draft.type !== 'link' && !draft.picked && !existing) found.fileId = draft.type === 'pdf' ? '请选择一个 PDF 文件' : '请选择一张图片'
  const score = scoreOf(draft)
  if (score === null) found.score = `评分为 0 到 ${LIMITS.materialScore} 的整数`
  return found
}

const sharedPart = (draft: MaterialDraft) => ({
  title: draft.title.trim(), summary: draft.summary.trim(), groupId: draft.groupId, score: scoreOf(draft) ?? 0, tagIds: draft.tagIds,
})

/** The request for a new material; null while its file is missing. */
export function newMaterialOf(draft: MaterialDraft): BodyIn<'POST /api/materials'> | null {
  const shared = sharedPart(draft)
  if (draft.type === 'link') return { type: 'link', url: fullAddress(draft.url), coverFileId: draft.cover?.file.fileId ?? null, ...shared }
  return draft.picked ? { type: draft.type, fileId: draft.picked.file.fileId, ...shared } : null
}

/** The request that changes a material. Only what was replaced is named. */
export function changesOf(draft: MaterialDraft, version: number): BodyIn<'PUT /api/materials/:materialId'> {
  const cover = draft.cover ? { coverFileId: draft.cover.file.fileId } : draft.coverRemoved ? { coverFileId: null } : {}
  const content = draft.type === 'link' ? { url: fullAddress(draft.url), ...cover } : draft.picked ? { fileId: draft.picked.file.fileId } : {}
  return { version, ...sharedPart(draft), ...content }
}

function scoreOf(draft: MaterialDraft): number | null {
  const text = draft.score.trim()
  if (text === '') return 0
  const score = Number(text)
  return /^\d{1,3}$/.test(text) && score <= LIMITS.materialScore ? score : null
}

/** True for a complete http or https address (MAT-6). */
function isWebAddress(text: string): boolean {
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
