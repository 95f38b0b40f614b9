import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import type { Readable, Transform } from 'node:stream'
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib'
import { OutsideRefused } from './refusals.ts'

export interface BodyLimits {
  /** Of the content as it is after decompression. */
  maxBytes: number
  /** What happens with more: the beginning is given, or nothing. */
  overflow: 'cut' | 'refuse'
}

/** Compressed content that never yields anything must end too: so much more than the limit may arrive, in bytes. */
const FRAMES_BYTES = 64 * 1024

/**
 * Reads the body of an answer, decompressed, and ends the connection.
 * A page that breaks off or whose time is up is given as far as it came, if that is enough to know its title.
 * @throws OutsideRefused `too_large`, `type` for an unknown compression; what the connection broke with otherwise
 */
export async function readBody(response: IncomingMessage, limits: BodyLimits): Promise<{ body: Buffer; cut: boolean }> {
  const { maxBytes, overflow } = limits
  const chunks: Buffer[] = []
  let size = 0
  try {
    if (overflow === 'refuse' && Number(response.headers['content-length'] ?? 0) > maxBytes) throw new OutsideRefused('too_large')
    for await (const chunk of decoded(response, maxBytes)) {
      const bytes = Buffer.from(chunk)
      chunks.push(bytes)
      size += bytes.length
      if (size <= maxBytes) continue
      if (overflow === 'refuse') throw new OutsideRefused('too_large')
      return { body: Buffer.concat(chunks, maxBytes), cut: true }
    }
    return { body: Buffer.concat(chunks), cut: false }
  } catch (error) {
    const arrived = Buffer.concat(chunks)
    if (error instanceof OutsideRefused || overflow === 'refuse' || !isReadablePage(arrived)) throw error
    return { body: arrived, cut: true }
  } finally {
    response.destroy()
  }
}

/** What we show of a page stands in its head. */
const isReadablePage = (bytes: Buffer): boolean => /<\/(head|title)\b|<body\b/i.test(bytes.toString('latin1'))

function decoded(response: IncomingMessage, maxBytes: number): Readable {
  const decoder = decoderOf((response.headers['content-encoding'] ?? '').trim().toLowerCase())
  if (!decoder) return response
  async function* metered(source: AsyncIterable<Buffer>) {
    let arrived = 0
    for await (const chunk of source) {
      arrived += chunk.length
      if (arrived > maxBytes + FRAMES_BYTES) throw new OutsideRefused('too_large')
      yield chunk
    }
  }
  // What breaks on the way breaks the decoder, and whoever reads from that hears of it.
  return pipeline(response, metered, decoder, () => undefined)
}

/** One layer at most: layers multiply. Content that ends early is given as far as it goes, as browsers do. */
function decoderOf(encoding: string): Transform | null {
  switch (encoding) {
    case '': case 'identity': return null
    case 'gzip': case 'x-gzip': case 'deflate': return createUnzip({ finishFlush: constants.Z_SYNC_FLUSH })
    case 'br': return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
    default: throw new OutsideRefused('type', '对方网站用了我们不认识的压缩方式，不能读取')
  }
}
