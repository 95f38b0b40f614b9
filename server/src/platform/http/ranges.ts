/** Bytes that a browser asks for, both ends included: `end` null to the last one, `start` null so many from the end. */
export interface RangeWanted { start: number | null; end: number | null }

/** Reads a Range header of one part (RFC 9110 §14.2). Null for none, for several parts and for what can't be read: then all is sent. */
export function wantedRange(header: string | undefined): RangeWanted | null {
  const [, start, end] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (start === undefined || end === undefined || (start === '' && end === '')) return null
  return { start: start === '' ? null : Number(start), end: end === '' ? null : Number(end) }
}
