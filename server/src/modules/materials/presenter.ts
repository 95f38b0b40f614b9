import type { MaterialDetail, MaterialRow, StaffRef } from '@zhike/shared/contract'
import type { MaterialState } from '@zhike/shared'
import type { MaterialFigures } from './figures.ts'
import type { FileRow, PageSize } from './files-store.ts'
import { COVER_NAME, PAGE_WIDTHS, imageName, pageName } from './picture-names.ts'
import type { MaterialWithFiles } from './store.ts'

const [SMALL] = PAGE_WIDTHS
const NO_FIGURES: MaterialFigures = { views: 0, todayViews: 0, shares: 0 }

/** The file that the cover is drawn of; null for a link without one. */
export const coverOf = (row: MaterialWithFiles): FileRow | null => (row.type === 'link' ? row.coverFile : row.file)
/** Only what is drawn in pages or as a picture can be half ready; a link always is. */
export const stateOf = (row: MaterialWithFiles): MaterialState => (row.type === 'link' ? 'ready' : row.file?.state ?? 'failed')
/** Pages ready to show, first page first; a picture counts as one. */
export const drawnOf = (row: MaterialWithFiles): readonly PageSize[] => (row.type === 'link' ? [] : row.file?.drawn ?? [])

/** The file's id makes the address change when the content does: it may be kept for long. */
const pictureAddress = (materialId: number, file: FileRow, name: string) => `/api/materials/${materialId}/pictures/${name}?v=${file.id}`

interface RowFacts { figures?: MaterialFigures; creator: StaffRef | null; customerViews?: number }

export function presentRow(row: MaterialWithFiles, facts: RowFacts): MaterialRow {
  const cover = coverOf(row)
  return {
    materialId: row.id, type: row.type, title: row.title, summary: row.summary,
    group: { groupId: row.groupId, name: row.groupName ?? '' },
    cover: cover && cover.drawn.length > 0 ? pictureAddress(row.id, cover, COVER_NAME) : null,
    fileName: row.file?.name ?? null, bytes: row.file?.bytes ?? null, pages: row.type === 'pdf' ? row.file?.pages ?? null : null, url: row.url,
    state: stateOf(row), stateNote: row.type === 'link' ? null : row.file?.note ?? null, preparedPages: drawnOf(row).length,
    ...(facts.figures ?? NO_FIGURES),
    createdBy: facts.creator, createdAt: row.createdAt, updatedAt: row.updatedAt,
    ...(facts.customerViews === undefined ? {} : { customerViews: facts.customerViews }),
  }
}

export function presentDetail(row: MaterialWithFiles, facts: RowFacts & { changer: StaffRef | null; totals: MaterialDetail['totals'] }): MaterialDetail {
  const { file } = row
  return {
    ...presentRow(row, facts),
    score: row.score, tagIds: row.tagIds, totals: facts.totals, updatedBy: facts.changer, version: row.version,
    pictures: file ? drawnOf(row).map((size, i) => ({ src: pictureAddress(row.id, file, file.kind === 'pdf' ? pageName(i + 1, SMALL) : imageName(SMALL)), ...size })) : [],
  }
}
