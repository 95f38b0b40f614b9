import { TextDecoder } from 'node:util'
import type { OutsidePage } from '../../../platform/outside/outside.ts'

/** Browsers look for the charset in the first KB; some Chinese sites write long comments before it. */
const META_BYTES = 4096

/**
 * The text of a page: its charset is what its first bytes, its header or its head say, in this order (as browsers take it).
 * Pages that say nothing are UTF-8, or else GB 18030, which most old Chinese pages are.
 */
export function pageText({ body, charset, cut }: Pick<OutsidePage, 'body' | 'charset' | 'cut'>): string {
  const decoder = byFirstBytes(body) ?? decoderOf(charset) ?? byHead(body)
  // A page that was cut may end within a character.
  if (decoder) return decoder.decode(body, { stream: cut })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: cut })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return new TextDecoder('gb18030').decode(body, { stream: cut })
  }
}

function byFirstBytes(body: Buffer): TextDecoder | null {
  if (body.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return decoderOf('utf-8')
  if (body.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return decoderOf('utf-16le')
  if (body.subarray(0, 2).equals(Buffer.from([0xfe, 0xff]))) return decoderOf('utf-16be')
  return null
}

function byHead(body: Buffer): TextDecoder | null {
  const said = /<meta[^>]{1,500}charset\s*=\s*["']?\s*([\w:-]+)/i.exec(body.subarray(0, META_BYTES).toString('latin1'))?.[1]
  // Whoever can read "utf-16" in single bytes does not read UTF-16.
  return decoderOf(said !== undefined && /^utf-?16/i.test(said) ? 'utf-8' : said)
}

function decoderOf(charset: string | null | undefined): TextDecoder | null {
  if (charset == null) return null
  try {
    return new TextDecoder(charset)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
