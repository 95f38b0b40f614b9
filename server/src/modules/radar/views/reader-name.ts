import type { ReaderKind } from '@zhike/shared'

/** How a reader is named on screen and in messages; without a name she is told by whose link it was. */
export function readerName(reader: ReaderKind, customer: { name: string } | null, addressee: { name: string } | null): string {
  if (customer) return customer.name
  if (reader === 'forwarded') return addressee ? `「${addressee.name}」的朋友` : '未识别的读者'
  return '未识别的读者'
}
