import { createHash } from 'node:crypto'
import type { FormFile, MaterialDetail, MaterialRow, StaffRef } from '@zhike/shared/contract'
import type { MaterialState } from '@zhike/shared'
import { readingMinutes } from '../articles/article-html.ts'
import type { FileRow, PageSize } from '../files/files-store.ts'
import { COVER_NAME, PAGE_WIDTHS, pageName } from '../files/picture-names.ts'
import type { CustomerReading, MaterialFigures } from './figures.ts'
import type { MaterialWithFiles } from './store.ts'

const [SMALL] = PAGE_WIDTHS
const NO_FIGURES: MaterialFigures = { views: 0, todayViews: 0, shares: 0 }

/** The file that the cover is drawn of: the one chosen, else the first page or picture. Null without. */
export const coverOf = (row: MaterialWithFiles): FileRow | null => row.coverFile ?? row.files.find((file) => file.drawn.length > 0) ?? null

const NEEDS_FILE: readonly MaterialWithFiles['type'][] = ['pdf', 'image', 'video', 'file']

/** Only what is drawn in pages can be half ready. */
export function stateOf(row: MaterialWithFiles): MaterialState {
  if (row.files.length === 0 && NEEDS_FILE.includes(row.type)) return 'failed'
  return row.files.find((file) => file.state !== 'ready')?.state ?? 'ready'
}

/** Why it is not whole. */
export const noteOf = (row: MaterialWithFiles): string | null => row.files.find((file) => file.note !== null)?.note ?? null

/** How many pages there will be: of a PDF its own, of a picture set its pictures. Null where there are none. */
export function pageCountOf(row: MaterialWithFiles): number | null {
  if (row.type === 'pdf') return row.files[0]?.pages ?? null
  return row.type === 'image' ? row.files.length : null
}

/** Pages ready to show, first page first; of an article its pictures. */
export const drawnOf = (row: MaterialWithFiles): readonly PageSize[] => (row.type === 'pdf' ? row.files[0]?.drawn ?? [] : row.files.flatMap((file) => file.drawn.slice(0, 1)))

/** The file of a page, and the number of the page in it. */
export function pageFileOf(row: MaterialWithFiles, page: number): { file: FileRow; page: number } | null {
  const file = row.type === 'pdf' ? row.files[0] : row.files[page - 1]
  return file ? { file, page: row.type === 'pdf' ? page : 1 } : null
}

/** Changes when any of its files does, or their order: addresses of pictures may be kept for long. */
export const versionOfFiles = (row: MaterialWithFiles): string =>
  createHash('sha256').update([row.coverFileId ?? 0, ...row.files.map((file) => file.id)].join()).digest('base64url').slice(0, 10)

/** The one file of a video or a file. */
export const mediaOf = (row: MaterialWithFiles): FileRow | null => (row.type === 'video' || row.type === 'file' ? row.files[0] ?? null : null)

const pictureAddress = (materialId: number, file: FileRow, name: string) => `/api/materials/${materialId}/pictures/${name}?v=${file.id}`
const fileAddress = (file: FileRow) => (file.drawn.length > 0 ? `/api/files/${file.id}/picture` : null)

/** A file as forms show it. */
export const formFile = (file: FileRow): FormFile => ({ fileId: file.id, name: file.name, bytes: file.bytes, src: fileAddress(file) })

/** Pictures inside an article, by their file. */
export function inlineOf(files: readonly FileRow[]): MaterialDetail['inline'] {
  return files.flatMap((file) => {
    const [size] = file.drawn
    const src = fileAddress(file)
    return size && src ? [{ fileId: file.id, src, width: size.width, height: size.height }] : []
  })
}

interface RowFacts { figures?: MaterialFigures; creator: StaffRef | null; customer?: CustomerReading | null; favourite: boolean; mayEdit: boolean }

export function presentRow(row: MaterialWithFiles, facts: RowFacts): MaterialRow {
  const cover = coverOf(row)
  const [first] = row.files
  const article = row.type === 'article'
  return {
    materialId: row.id, scope: row.scope, type: row.type, title: row.title, summary: row.summary,
    group: { groupId: row.groupId, name: row.groupName ?? '' },
    cover: cover && cover.drawn.length > 0 ? pictureAddress(row.id, cover, COVER_NAME) : null,
    fileName: article ? null : first?.name ?? null, bytes: article || !first ? null : row.files.reduce((sum, file) => sum + file.bytes, 0),
    pages: pageCountOf(row), durationMs: row.type === 'video' ? first?.durationMs ?? null : null, minutes: article ? readingMinutes(row.facts.characters ?? 0) : null, url: row.url,
    state: stateOf(row), stateNote: noteOf(row), preparedPages: article ? 0 : drawnOf(row).length,
    ...(facts.figures ?? NO_FIGURES),
    createdBy: facts.creator, createdAt: row.createdAt, updatedAt: row.updatedAt, favourite: facts.favourite, mayEdit: facts.mayEdit,
    ...(facts.customer === undefined ? {} : { customerViews: facts.customer?.views ?? 0, customerSentAt: facts.customer?.sentAt ?? null }),
  }
}

export function presentDetail(row: MaterialWithFiles, facts: RowFacts & { body: string | null; changer: StaffRef | null; totals: MaterialDetail['totals'] }): MaterialDetail {
  const media = mediaOf(row)
  return {
    ...presentRow(row, facts),
    score: row.score, tagIds: row.tagIds, totals: facts.totals, updatedBy: facts.changer, deleted: row.deletedAt !== null, version: row.version,
    pictures: row.type === 'article' ? [] : drawnOf(row).flatMap((size, i) => {
      const found = pageFileOf(row, i + 1)
      return found ? [{ src: pictureAddress(row.id, found.file, pageName(i + 1, SMALL)), ...size }] : []
    }),
    files: row.type === 'article' ? [] : row.files.map(formFile), coverFile: row.coverFile && formFile(row.coverFile),
    body: facts.body, inline: row.type === 'article' ? inlineOf(row.files) : [], source: row.facts.source ?? null,
    framing: row.type === 'link' ? row.facts.framing ?? 'unknown' : null,
    miniprogram: row.facts.appId === undefined ? null : { appId: row.facts.appId, path: row.facts.path ?? '' },
    media: media && `/api/materials/${row.id}/media?v=${media.id}`,
  }
}
