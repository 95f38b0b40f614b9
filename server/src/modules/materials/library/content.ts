import type { MaterialForm } from '@zhike/shared/contract'
import type { UploadKind } from '@zhike/shared'
import { invalid } from '../../../platform/http/errors.ts'
import { cleanArticle } from '../articles/article-html.ts'
import type { MaterialFacts } from '../tables.ts'
import type { MaterialWithFiles } from './store.ts'

/** What a form says a material consists of, whatever its type. */
export interface Content {
  url: string | null
  facts: MaterialFacts
  coverFileId: number | null
  /** In the order of pages or pictures. */
  fileIds: readonly number[]
  /** Cleaned HTML of an article. */
  body: string | null
  /** Every file with the kind its place needs, and the field that names it. */
  needed: readonly { fileId: number; kind: UploadKind; field: string }[]
}

const NOTHING: Content = { url: null, facts: {}, coverFileId: null, fileIds: [], body: null, needed: [] }

/** @throws AppError `invalid` for an article that is too long or empty */
export function contentOf(form: MaterialForm): Content {
  const cover = (fileId: number | null): Content['needed'] => (fileId === null ? [] : [{ fileId, kind: 'image', field: 'coverFileId' }])
  switch (form.type) {
    case 'pdf': case 'file': return { ...NOTHING, fileIds: [form.fileId], needed: [{ fileId: form.fileId, kind: form.type, field: 'fileId' }] }
    case 'video': return { ...NOTHING, fileIds: [form.fileId], coverFileId: form.coverFileId, needed: [{ fileId: form.fileId, kind: 'video', field: 'fileId' }, ...cover(form.coverFileId)] }
    case 'image': return { ...NOTHING, fileIds: form.fileIds, needed: form.fileIds.map((fileId) => ({ fileId, kind: 'image', field: 'fileIds' })) }
    case 'link': return { ...NOTHING, url: form.url, facts: { framing: 'unknown' }, coverFileId: form.coverFileId, needed: cover(form.coverFileId) }
    case 'miniprogram': return { ...NOTHING, facts: { appId: form.appId, path: form.path }, coverFileId: form.coverFileId, needed: cover(form.coverFileId) }
    case 'article': {
      const { html, fileIds, characters } = cleanArticle(form.body)
      if (html === '') throw invalid('请填写正文', { body: '请填写正文' })
      return {
        ...NOTHING, body: html, facts: { characters, source: form.source }, coverFileId: form.coverFileId, fileIds,
        needed: [...fileIds.map((fileId) => ({ fileId, kind: 'image' as const, field: 'body' })), ...cover(form.coverFileId)],
      }
    }
  }
}

interface Recorded { title: string; summary: string; groupId: number; score: number; tagIds: readonly string[]; url: string | null; fileIds: readonly number[]; coverFileId: number | null; facts: MaterialFacts; article: boolean; version: number }

/** A material as the audit log keeps it (GEN-4, MAT-10): the text of an article by its length. */
function record({ title, summary, groupId, score, tagIds, url, fileIds, coverFileId, facts, article, version }: Recorded): Record<string, unknown> {
  return {
    version, title, summary, groupId, score, tagIds,
    ...(url === null ? {} : { url }), ...(fileIds.length === 0 ? {} : { fileIds }), ...(coverFileId === null ? {} : { coverFileId }),
    ...(article ? { characters: facts.characters } : {}), ...(facts.appId === undefined ? {} : { appId: facts.appId, path: facts.path }),
  }
}

/** What a form makes of it. @param version the one that the form becomes */
export const recordOfForm = (form: MaterialForm, { url, fileIds, coverFileId, facts, body }: Content, version: number) =>
  record({ ...form, url, fileIds, coverFileId, facts, article: body !== null, version })
/** What is stored. */
export const recordOfRow = (row: MaterialWithFiles) => record({ ...row, fileIds: row.files.map((file) => file.id), article: row.type === 'article' })
