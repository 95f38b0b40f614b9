import type { UploadKind } from '@zhike/shared'

/** Widths in which pages and pictures are kept, in pixels: for lists, for phones, for large screens. */
export const COVER_SIZE = 360
export const PAGE_WIDTHS = [720, 1080] as const
/** Edge of the square JPEG in a WeCom link card, which takes no WebP. */
export const CARD_SIZE = 400

export const COVER_NAME = `cover-${COVER_SIZE}.webp`
export const CARD_NAME = 'cover-card.jpg'

/** Name of a drawn page, counted from 1. */
export const pageName = (page: number, width: number): string => `p${page}-${width}.webp`
/** Name of a picture in one of the page widths. */
export const imageName = (width: number): string => `image-${width}.webp`

/** What a reader's page asks for: a cover, or the n-th page or picture in one width. */
export type PictureWanted = { kind: 'cover' } | { kind: 'card' } | { kind: 'page'; page: number; width: number }

/** Reads the name in a picture's address; null for anything else. */
export function pictureWanted(name: string): PictureWanted | null {
  if (name === COVER_NAME) return { kind: 'cover' }
  if (name === CARD_NAME) return { kind: 'card' }
  const [, page, width] = /^p([1-9]\d{0,3})-(\d{3,4})\.webp$/.exec(name) ?? []
  return page !== undefined && PAGE_WIDTHS.some((one) => String(one) === width) ? { kind: 'page', page: Number(page), width: Number(width) } : null
}
export const pictureType = (name: string): string => (name.endsWith('.jpg') ? 'image/jpeg' : 'image/webp')

/** Where the uploaded file itself lies, and what was drawn of it: both under the file's key. */
export const originalKey = (fileKey: string): string => `${fileKey}/original`
export const pictureKey = (fileKey: string, name: string): string => `${fileKey}/${name}`

/** Every key that belongs to a file, for removing it. */
export function keysOf(file: { key: string; kind: UploadKind; pages: number | null }): string[] {
  const drawn = {
    pdf: () => [COVER_NAME, CARD_NAME, ...Array.from({ length: file.pages ?? 0 }, (_, i) => PAGE_WIDTHS.map((width) => pageName(i + 1, width))).flat()],
    image: () => [COVER_NAME, CARD_NAME, ...PAGE_WIDTHS.map(imageName)],
    video: () => [], file: () => [],
  }
  return [originalKey(file.key), ...drawn[file.kind]().map((name) => pictureKey(file.key, name))]
}
