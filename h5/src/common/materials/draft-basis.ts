import type { MaterialDetail } from '@zhike/shared/contract'
import { draftOf, type MaterialDraft } from './material-draft.ts'

/** The material as it was when the form was filled: a change of somebody else shows against it (GEN-8). */
export interface DraftBasis {
  version: number
  filled: MaterialDraft
}

/** What a form begins from. */
export function basisOf(material: MaterialDetail): DraftBasis {
  return { version: material.version, filled: draftOf(material) }
}

const WORDS: readonly (readonly [label: string, of: (draft: MaterialDraft) => unknown])[] = [
  ['标题', (draft) => draft.title], ['摘要', (draft) => draft.summary], ['分组', (draft) => draft.groupId], ['网址', (draft) => draft.url],
  ['文件', (draft) => [draft.file?.fileId, draft.pictures.map((picture) => picture.fileId)]], ['正文', (draft) => draft.body], ['封面', (draft) => draft.cover?.fileId],
  ['小程序页面', (draft) => [draft.appId, draft.path]], ['评分', (draft) => draft.score], ['客户标签', (draft) => draft.tagIds],
]

/** What has been changed since, in words: 标题, 摘要 … */
export function changedSince(basis: DraftBasis, material: MaterialDetail): string[] {
  const now = draftOf(material)
  return WORDS.flatMap(([label, of]) => (JSON.stringify(of(basis.filled)) === JSON.stringify(of(now)) ? [] : [label]))
}
