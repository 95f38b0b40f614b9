import type { Readable } from 'node:stream'
import type { MaterialState, MaterialType } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { cardTile } from './card-tile.ts'
import type { FileRow, PageSize } from './files-store.ts'
import { CARD_NAME, isPictureName, pictureKey, pictureType } from './picture-names.ts'
import { coverOf, drawnOf, stateOf } from './presenter.ts'
import { materialsOf } from './store.ts'

/** What a reader's page needs. Also given for deleted materials: their links say so (MAT-11). */
export interface ReaderMaterial {
  materialId: number
  type: MaterialType
  title: string
  summary: string
  /** Of links: the original page. */
  url: string | null
  /** Pages of the PDF; 1 for a picture, null for a link. */
  pageCount: number | null
  /** Sizes of what can be shown, at the smaller width: pages of a PDF in their order, or the one picture. */
  pages: readonly PageSize[]
  state: MaterialState
  stateNote: string | null
  /** Part of picture addresses: changes when the file does. Null without a file. */
  fileVersion: number | null
  hasCover: boolean
  /** Epoch ms. */
  updatedAt: number
  deleted: boolean
}

/** A picture to answer with. `etag` changes when the picture does. */
interface Picture { body: Readable; bytes: number; type: string; etag: string }
interface CardPicture { body: Buffer; type: 'image/jpeg'; etag: string }
interface MaterialTitle { materialId: number; title: string; type: MaterialType; pages: number | null; deleted: boolean }

/** What other areas and the public pages read of a material. Nothing here asks who is calling: they do. */
export function createReading(platform: Platform) {
  const { db, files } = platform
  const etagOf = (file: FileRow, name: string) => `"${file.id}-${name.replace(/\W/g, '-')}"`

  return {
    /** Null when the corp has no such material. */
    async forReader(corpId: number, materialId: number): Promise<ReaderMaterial | null> {
      const row = await materialsOf(db, corpId).byId(materialId)
      if (!row) return null
      return {
        materialId: row.id, type: row.type, title: row.title, summary: row.summary, url: row.url,
        pageCount: row.type === 'link' ? null : row.file?.pages ?? 1, pages: drawnOf(row), state: stateOf(row), stateNote: row.type === 'link' ? null : row.file?.note ?? null,
        fileVersion: row.file?.id ?? null, hasCover: (coverOf(row)?.drawn.length ?? 0) > 0, updatedAt: row.updatedAt, deleted: row.deletedAt !== null,
      }
    },
    /** Titles also of deleted materials, for lists and statistics. @param q the caller's transaction, when she is in one */
    async titles(q: Queries, corpId: number, materialIds: readonly number[]): Promise<Map<number, MaterialTitle>> {
      if (materialIds.length === 0) return new Map()
      const rows = await materialsOf(q, corpId).titles(materialIds)
      return new Map(rows.map((row) => [row.id, { materialId: row.id, title: row.title, type: row.type, pages: row.type === 'pdf' ? row.pages : null, deleted: row.deletedAt !== null }]))
    },
    /** A drawn page, picture or cover by its file name. Null when there is none, also for deleted materials. */
    async pictureFor(corpId: number, materialId: number, name: string): Promise<Picture | null> {
      if (!isPictureName(name)) return null
      const row = await materialsOf(db, corpId).byId(materialId)
      const file = row && row.deletedAt === null ? coverOf(row) : null
      const found = file ? await files.stream(pictureKey(file.key, name)) : null
      return file && found ? { ...found, type: pictureType(name), etag: etagOf(file, name) } : null
    },
    /** The square JPEG of a WeCom link card: the cover, or a coloured tile with the sign of the type. Null for deleted materials. */
    async cardPicture(corpId: number, materialId: number): Promise<CardPicture | null> {
      const row = await materialsOf(db, corpId).byId(materialId)
      if (!row || row.deletedAt !== null) return null
      const cover = coverOf(row)
      const body = cover ? await files.get(pictureKey(cover.key, CARD_NAME)) : null
      if (cover && body) return { body, type: 'image/jpeg', etag: etagOf(cover, CARD_NAME) }
      return { body: await cardTile(row.type), type: 'image/jpeg', etag: `"tile-${row.type}"` }
    },
  }
}
