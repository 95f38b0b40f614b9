import type { ReaderKind } from '@zhike/shared'

/** How a reader is named on screen and in messages; without a name she is told by whose link it was. @param depth how often the link had been passed on */
export function readerName(reader: ReaderKind, customer: { name: string } | null, addressee: { name: string } | null, depth: number): string {
  if (customer) return customer.name
  if (reader === 'forwarded' && addressee) return depth > 1 ? `「${addressee.name}」的朋友的朋友` : `「${addressee.name}」的朋友`
  if (reader === 'forwarded') return '转发来的读者'
  return '未识别的读者'
}
