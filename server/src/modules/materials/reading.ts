import type { Readable } from 'node:stream'
import type { Framing, MaterialState, MaterialType } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import type { RangeWanted } from '../../platform/http/ranges.ts'
import type { Platform } from '../../platform/platform.ts'
import { createShortMemory } from '../../platform/short-memory.ts'
import { readingMinutes } from './articles/article-html.ts'
import { cardTile } from './files/card-tile.ts'
import type { FileRow, PageSize } from './files/files-store.ts'
import { filesOf } from './files/files-store.ts'
import { CARD_NAME, COVER_NAME, PAGE_WIDTHS, imageName, originalKey, pageName, pictureKey, pictureType, pictureWanted } from './files/picture-names.ts'
import { coverOf, drawnOf, mediaOf, noteOf, pageCountOf, pageFileOf, stateOf, versionOfFiles } from './library/presenter.ts'
import { materialsOf } from './library/store.ts'
import type { MaterialWithFiles } from './library/store.ts'

/** What a reader's page needs. Also given for deleted materials: their links say so (MAT-11). */
export interface ReaderMaterial {
  materialId: number
  type: MaterialType
  title: string
  summary: string
  /** Of links: the original page, and whether it may be shown in a frame. */
  url: string | null
  framing: Framing
  /** Pages of the PDF, pictures of the set; null where there are none. */
  pageCount: number | null
  /** Sizes of what can be shown, at the smaller width: pages or pictures in their order. */
  pages: readonly PageSize[]
  state: MaterialState
  stateNote: string | null
  /** Cleaned HTML of an article; its pictures are pages. */
  article: { body: string; minutes: number; pictures: readonly { fileId: number; page: number; width: number; height: number }[] } | null
  /** A video or file. `mime` by its content. */
  media: { name: string; bytes: number; mime: string; durationMs: number | null; width: number | null; height: number | null } | null
  miniprogram: { appId: string; path: string } | null
  /** Part of picture addresses: changes when a file or their order does. */
  fileVersion: string
  hasCover: boolean
  /** Epoch ms. */
  updatedAt: number
  deleted: boolean
}

/** A picture to answer with. `etag` changes when the picture does; `version` is the `fileVersion` that it belongs to. */
interface Picture { body: Readable; bytes: number; type: string; etag: string }
type VersionedPicture = Picture & { version: string }
interface CardPicture { body: Buffer; type: 'image/jpeg'; etag: string }
interface MaterialTitle { materialId: number; title: string; type: MaterialType; pages: number | null; deleted: boolean }
/** An original, or some bytes of it: `start` … `end`, both included, of `total`. */
export interface Media { body: Readable; version: string; name: string; type: string; total: number; start: number; end: number; etag: string; kind: FileRow['kind'] }

const [SMALL] = PAGE_WIDTHS
/** A page and its pictures are asked for in a burst, and by many readers after a mass send. What was changed in another process shows on a page after so long at most. */
const KEPT = { keptMs: 2000, most: 500 }

/** What other areas and the public pages read of a material. Nothing here asks who is calling: they do. */
export function createReading(platform: Platform) {
  const { clock, db, files } = platform
  const memory = createShortMemory<MaterialWithFiles | undefined>(clock, KEPT)
  const keyOf = (corpId: number, materialId: number) => `${corpId}:${materialId}`
  const load = (corpId: number, materialId: number) => () => materialsOf(db, corpId).byId(materialId)
  const freshRow = (corpId: number, materialId: number) => memory.renew(keyOf(corpId, materialId), load(corpId, materialId))
  /** From the memory; what is still being drawn changes at any moment, and is not remembered. */
  async function rowOf(corpId: number, materialId: number): Promise<MaterialWithFiles | undefined> {
    const key = keyOf(corpId, materialId)
    const row = await memory.read(key, load(corpId, materialId))
    if (row && stateOf(row) === 'preparing') memory.forget(key)
    return row
  }
  /** With the files that an address names, which browsers keep for long: never remembered ones of another version. Null is what it is now. */
  async function rowWith(corpId: number, materialId: number, version: string | null): Promise<MaterialWithFiles | undefined> {
    const row = version === null ? undefined : await rowOf(corpId, materialId)
    return row && versionOfFiles(row) === version ? row : await freshRow(corpId, materialId)
  }
  const etagOf = (file: FileRow, name: string) => `"${file.id}-${name.replace(/\W/g, '-')}"`

  async function pictureOf(file: FileRow, name: string): Promise<Picture | null> {
    const found = await files.stream(pictureKey(file.key, name))
    return found && { ...found, type: pictureType(name), etag: etagOf(file, name) }
  }

  const versioned = (row: MaterialWithFiles, picture: Picture | null): VersionedPicture | null => picture && { ...picture, version: versionOfFiles(row) }

  async function articleOf(corpId: number, row: MaterialWithFiles): Promise<ReaderMaterial['article']> {
    const body = row.type === 'article' ? await materialsOf(db, corpId).body(row.id) : null
    if (body === null) return null
    return {
      body, minutes: readingMinutes(row.facts.characters ?? 0),
      pictures: row.files.flatMap((file, i) => file.drawn.slice(0, 1).map((size) => ({ fileId: file.id, page: i + 1, ...size }))),
    }
  }

  async function readerMaterial(corpId: number, row: MaterialWithFiles | undefined): Promise<ReaderMaterial | null> {
    if (!row) return null
    const media = mediaOf(row)
    return {
      materialId: row.id, type: row.type, title: row.title, summary: row.summary, url: row.url, framing: row.facts.framing ?? 'unknown',
      pageCount: pageCountOf(row), pages: row.type === 'article' ? [] : drawnOf(row), state: stateOf(row), stateNote: noteOf(row),
      article: await articleOf(corpId, row),
      media: media && { name: media.name, bytes: media.bytes, mime: media.mime, durationMs: media.durationMs, width: media.width, height: media.height },
      miniprogram: row.facts.appId === undefined ? null : { appId: row.facts.appId, path: row.facts.path ?? '' },
      fileVersion: versionOfFiles(row), hasCover: (coverOf(row)?.drawn.length ?? 0) > 0, updatedAt: row.updatedAt, deleted: row.deletedAt !== null,
    }
  }

  return {
    /** Called after every change of a material. */
    changed: (corpId: number, materialId: number): void => memory.forget(keyOf(corpId, materialId)),
    /** Null when the corp has no such material. */
    forReader: async (corpId: number, materialId: number): Promise<ReaderMaterial | null> => await readerMaterial(corpId, await rowOf(corpId, materialId)),
    /** The same as it is at this moment, in whichever process it was changed: what is sent must be ready, and not deleted. */
    forSender: async (corpId: number, materialId: number): Promise<ReaderMaterial | null> => await readerMaterial(corpId, await freshRow(corpId, materialId)),
    /** Titles also of deleted materials, for lists and statistics. @param q the caller's transaction, when she is in one */
    async titles(q: Queries, corpId: number, materialIds: readonly number[]): Promise<Map<number, MaterialTitle>> {
      const rows = await materialsOf(q, corpId).titles([...new Set(materialIds)])
      return new Map(rows.map((row) => [row.id, { materialId: row.id, title: row.title, type: row.type, pages: pageCountOf(row), deleted: row.deletedAt !== null }]))
    },
    /**
     * A drawn page, picture or cover by its name in the address. Null when there is none, also for deleted materials.
     * @param version `fileVersion` as the address has it, if it has one
     */
    async pictureFor(corpId: number, materialId: number, name: string, version: string | null): Promise<VersionedPicture | null> {
      const wanted = pictureWanted(name)
      const row = wanted && await rowWith(corpId, materialId, version)
      if (!wanted || !row || row.deletedAt !== null) return null
      if (wanted.kind !== 'page') {
        const cover = coverOf(row)
        return cover && versioned(row, await pictureOf(cover, wanted.kind === 'cover' ? COVER_NAME : CARD_NAME))
      }
      const found = pageFileOf(row, wanted.page)
      return found && versioned(row, await pictureOf(found.file, found.file.kind === 'pdf' ? pageName(found.page, wanted.width) : imageName(wanted.width)))
    },
    /** A small picture of an uploaded picture or PDF. */
    async filePicture(corpId: number, fileId: number): Promise<Picture | null> {
      const file = await filesOf(db, corpId).byId(fileId)
      if (!file || file.drawn.length === 0) return null
      return await pictureOf(file, file.kind === 'pdf' ? pageName(1, SMALL) : imageName(SMALL))
    },
    /** The video or the file itself. Null when there is none, also for deleted materials; `unsatisfiable` for a range beyond its end. */
    async mediaFor(corpId: number, materialId: number, range: RangeWanted | null, version: string | null): Promise<Media | 'unsatisfiable' | null> {
      const row = await rowWith(corpId, materialId, version)
      const file = row && row.deletedAt === null ? mediaOf(row) : null
      if (!row || !file) return null
      const part = range && partOf(range, file.bytes)
      if (range && !part) return 'unsatisfiable'
      const found = await files.stream(originalKey(file.key), part ?? undefined)
      return found && { body: found.body, version: versionOfFiles(row), name: file.name, type: file.mime, total: file.bytes, start: part?.start ?? 0, end: part?.end ?? file.bytes - 1, etag: etagOf(file, 'original'), kind: file.kind }
    },
    /** The square JPEG of a WeCom link card: the cover, or a coloured tile with the sign of the type. Null for deleted materials. */
    async cardPicture(corpId: number, materialId: number, version: string | null): Promise<CardPicture | null> {
      const row = await rowWith(corpId, materialId, version)
      if (!row || row.deletedAt !== null) return null
      const cover = coverOf(row)
      const body = cover ? await files.get(pictureKey(cover.key, CARD_NAME)) : null
      if (cover && body) return { body, type: 'image/jpeg', etag: etagOf(cover, CARD_NAME) }
      return { body: await cardTile(row.type), type: 'image/jpeg', etag: `"tile-${row.type}"` }
    },
  }
}

/** The bytes that a range means in a file; null when it has none of them. */
function partOf({ start, end }: RangeWanted, bytes: number): { start: number; end: number } | null {
  if (start === null) return end === null || end === 0 ? null : { start: Math.max(0, bytes - end), end: bytes - 1 }
  return start < bytes && (end === null || end >= start) ? { start, end: Math.min(end ?? bytes - 1, bytes - 1) } : null
}
