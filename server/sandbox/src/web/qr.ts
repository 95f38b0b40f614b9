import { encode } from 'uqr'
import { pngOf } from './png.ts'

/** Pixels of a module, and modules of white around the code, as WeCom's pictures have them. */
const MODULE = 10
const QUIET = 4

/** A QR code as PNG. */
export function qrPng(text: string): Buffer {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const width = size * MODULE
  const rgb = new Uint8Array(width * width * 3).fill(255)
  for (const [row, modules] of data.entries()) {
    for (const [column, dark] of modules.entries()) {
      if (!dark) continue
      for (let y = row * MODULE; y < (row + 1) * MODULE; y += 1) rgb.fill(0, (y * width + column * MODULE) * 3, (y * width + (column + 1) * MODULE) * 3)
    }
  }
  return pngOf({ width, height: width, rgb })
}
