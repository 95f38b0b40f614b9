import type { MaterialType } from '@zhike/shared'
import sharp from 'sharp'
import { CARD_SIZE } from './picture-names.ts'

/** The colours of the tiles in our lists, and a sign drawn in lines: no font is needed. */
const TILES: Record<MaterialType, { from: string; to: string; sign: string }> = {
  pdf: { from: '#d63d4a', to: '#d9530b', sign: '<path d="M13 7h10l6 6v20H13z M23 7v6h6 M17 20h8 M17 25h8"/>' },
  link: { from: '#4a5a70', to: '#334155', sign: '<path d="M17 23l6-6 M19 14l3-3a5 5 0 0 1 7 7l-3 3 M21 26l-3 3a5 5 0 0 1-7-7l3-3"/>' },
  article: { from: '#0b7fb8', to: '#1f5fd0', sign: '<path d="M11 9h18v22H11z M15 15h10 M15 20h10 M15 25h6"/>' },
  video: { from: '#6d3fe0', to: '#a21caf', sign: '<rect x="9" y="12" width="22" height="16" rx="3"/><path d="M18 16.5v7l6-3.5z" fill="#fff"/>' },
  file: { from: '#54708c', to: '#3a5068', sign: '<path d="M8 13h9l3 3h12v14H8z"/>' },
  miniprogram: { from: '#12895a', to: '#0e6f6a', sign: '<circle cx="16" cy="23" r="5"/><circle cx="24" cy="17" r="5"/><path d="M20 17v6"/>' },
  image: { from: '#0f8049', to: '#507c0a', sign: '<path d="M9 11h22v18H9z M9 26l7-7 5 5 4-4 6 6"/><circle cx="25" cy="16" r="2"/>' },
}

const drawn = new Map<MaterialType, Promise<Buffer>>()

/** A square JPEG for link cards of materials that have no picture (yet). */
export function cardTile(type: MaterialType): Promise<Buffer> {
  let tile = drawn.get(type)
  if (!tile) {
    tile = draw(type)
    drawn.set(type, tile)
    // Who asked hears of the failure; the next one draws again.
    tile.catch(() => drawn.delete(type))
  }
  return tile
}

function draw(type: MaterialType): Promise<Buffer> {
  const { from, to, sign } = TILES[type]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_SIZE}" height="${CARD_SIZE}" viewBox="0 0 40 40">
    <linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>
    <rect width="40" height="40" fill="url(#g)"/><g fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${sign}</g></svg>`
  return sharp(Buffer.from(svg)).flatten({ background: to }).jpeg({ quality: 88 }).toBuffer()
}
