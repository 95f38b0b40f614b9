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

const NAMES = /^(cover-360\.webp|cover-card\.jpg|(image|p\d{1,4})-(720|1080)\.webp)$/
export const isPictureName = (name: string): boolean => NAMES.test(name)
export const pictureType = (name: string): string => (name.endsWith('.jpg') ? 'image/jpeg' : 'image/webp')

/** Where the uploaded file itself lies, and what was drawn of it: both under the file's key. */
export const originalKey = (fileKey: string): string => `${fileKey}/original`
export const pictureKey = (fileKey: string, name: string): string => `${fileKey}/${name}`

/** Every key that belongs to a file, for removing it. */
export function keysOf(file: { key: string; kind: 'pdf' | 'image'; pages: number | null }): string[] {
  const pages = file.kind === 'pdf'
    ? Array.from({ length: file.pages ?? 0 }, (_, i) => PAGE_WIDTHS.map((width) => pageName(i + 1, width))).flat()
    : PAGE_WIDTHS.map(imageName)
  return [originalKey(file.key), ...[COVER_NAME, CARD_NAME, ...pages].map((name) => pictureKey(file.key, name))]
}
