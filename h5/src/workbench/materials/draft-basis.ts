import type { MaterialDetail } from '@zhike/shared/contract'
import { draftOf, type MaterialDraft } from './material-draft.ts'

/** The material as it was when the form was filled: a change of somebody else shows against it (GEN-8). */
export interface DraftBasis {
  version: number
  filled: MaterialDraft
  fileName: string | null
  cover: string | null
}

/** What a form begins from. */
export function basisOf(material: MaterialDetail): DraftBasis {
  return { version: material.version, filled: draftOf(material), fileName: material.fileName, cover: material.cover }
}

const WORDS = { title: '标题', summary: '摘要', groupId: '分组', url: '网址', score: '评分', tagIds: '客户标签' } as const satisfies Partial<Record<keyof MaterialDraft, string>>

/** What has been changed since, in words: 标题, 摘要 … */
export function changedSince(basis: DraftBasis, material: MaterialDetail): string[] {
  const now = basisOf(material)
  const fields = (['title', 'summary', 'groupId', 'url', 'score', 'tagIds'] as const).filter((field) => JSON.stringify(basis.filled[field]) !== JSON.stringify(now.filled[field])).map((field) => WORDS[field])
  const content = material.type === 'link' ? basis.cover !== now.cover && '封面' : (basis.fileName !== now.fileName || basis.cover !== now.cover) && '文件'
  return content ? [...fields, content] : fields
}
