import { invalid } from '../../../platform/http/errors.ts'

/** @property durationMs length · width and height as shown (a phone's upright video is taller than wide), in pixels */
export interface VideoFacts { durationMs: number; width: number | null; height: number | null }

/** Codecs that phones play in WeChat's browser. */
const PLAYABLE = /^(avc1|avc3|hvc1|hev1|av01|vp09)$/
const LONGEST_MS = 6 * 60 * 60 * 1000
/** What describes a video of 100 MB has a few MB; more is no video. Of the parts it lists, only the first ones are looked at. */
const DESCRIPTION_BYTES = 32 * 1024 * 1024
const PARTS = 10_000

/** A box: its type, and where its content lies in the bytes at hand. */
interface Box { type: string; start: number; end: number }

/** The file says something about itself that can't be. */
class Damaged extends Error {}

/**
 * Reads what an MP4 says of itself (ISO/IEC 14496-12), piece by piece. Only a handful of boxes is looked at, and none of the tables
 * of its samples: a few bytes there may stand for billions of entries, and a reader that expands them is brought down by one file.
 * @throws AppError `invalid` when it holds no video that phones play
 */
export async function videoFacts(pieces: AsyncIterable<Buffer>): Promise<VideoFacts> {
  try {
    return factsOf(await descriptionOf(pieces))
  } catch (error) {
    if (error instanceof Damaged || error instanceof RangeError) throw invalid('这段视频已损坏，无法播放，请重新导出为 MP4 后再上传')
    throw error
  }
}

/** The content of the `moov` box, wherever it stands. The other boxes are passed over, and must be whole. */
async function descriptionOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const kept: Buffer[] = []
  let description: Buffer | null = null
  let head = Buffer.alloc(0)
  let current: { type: string; left: number } | null = null
  let boxes = 0
  for await (const piece of pieces) {
    let at = 0
    while (at < piece.length) {
      if (current === null) {
        const wanted = headLength(head) - head.length
        head = Buffer.concat([head, piece.subarray(at, at + wanted)])
        at += wanted
        if (head.length < headLength(head)) continue
        current = begun(head)
        head = Buffer.alloc(0)
        if (++boxes > PARTS || (current.type === 'moov' && current.left > DESCRIPTION_BYTES)) throw new Damaged()
      }
      const part = piece.subarray(at, at + current.left)
      if (current.type === 'moov' && description === null) kept.push(part)
      at += part.length
      current.left -= part.length
      if (current.left > 0) continue
      if (current.type === 'moov') description ??= Buffer.concat(kept)
      current = null
    }
  }
  // A box without a length goes on to the end of the file.
  if (head.length > 0 || (current !== null && current.left > 0 && current.left !== Infinity) || description === null) throw new Damaged()
  return description
}

/** Length, type, and the long length where the short one is 1. */
const headLength = (head: Buffer): number => (head.length >= 8 && head.readUInt32BE(0) === 1 ? 16 : 8)

function begun(head: Buffer): { type: string; left: number } {
  const short = head.readUInt32BE(0)
  const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short
  const type = head.toString('latin1', 4, 8)
  if (short === 0) return { type, left: Infinity }
  if (length < head.length) throw new Damaged()
  return { type, left: length - head.length }
}

function factsOf(moov: Buffer): VideoFacts {
  const inside = childrenOf(moov, { type: 'moov', start: 0, end: moov.length })
  const header = inside.find((box) => box.type === 'mvhd')
  if (!header) throw new Damaged()
  const track = inside.filter((box) => box.type === 'trak').map((box) => trackOf(moov, box)).find((one) => one?.handler === 'vide')
  if (!track) throw invalid('这个文件里没有画面，请换一段视频')
  if (!PLAYABLE.test(track.codec)) throw invalid('这段视频的编码手机放不了，请用 H.264 编码重新导出')
  const { units, perSecond } = lengthIn(moov, header)
  const durationMs = Math.round((units || fragmentsOf(moov, inside)) / (perSecond || 1) * 1000) || track.durationMs
  if (!(durationMs > 0) || durationMs > LONGEST_MS) throw new Damaged()
  return { durationMs, width: track.width, height: track.height }
}

/** Of a video in fragments the description of these tells the length, in the units of the whole. */
function fragmentsOf(moov: Buffer, inside: readonly Box[]): number {
  const fragments = inside.find((box) => box.type === 'mvex')
  const length = fragments && childrenOf(moov, fragments).find((box) => box.type === 'mehd')
  if (!length) return 0
  return moov[length.start] === 1 ? Number(moov.readBigUInt64BE(length.start + 4)) : moov.readUInt32BE(length.start + 4)
}

function trackOf(moov: Buffer, trak: Box): { handler: string; codec: string; durationMs: number; width: number | null; height: number | null } | null {
  const parts = childrenOf(moov, trak)
  const header = parts.find((box) => box.type === 'tkhd')
  const media = parts.find((box) => box.type === 'mdia')
  if (!header || !media) return null
  const about = childrenOf(moov, media)
  const find = (boxes: readonly Box[], type: string) => boxes.find((box) => box.type === type)
  const handler = find(about, 'hdlr')
  const length = find(about, 'mdhd')
  const information = find(about, 'minf')
  const samples = information && find(childrenOf(moov, information), 'stbl')
  const kinds = samples && find(childrenOf(moov, samples), 'stsd')
  if (!handler || !length || !kinds) return null
  const { units, perSecond } = lengthIn(moov, length)
  return {
    handler: moov.toString('latin1', handler.start + 8, handler.start + 12),
    // The first kind of sample: version and flags, how many there are, then its length and type.
    codec: moov.toString('latin1', kinds.start + 12, kinds.start + 16),
    durationMs: Math.round(units / (perSecond || 1) * 1000),
    ...shownSize(moov, header),
  }
}

/** Units of `mvhd` or `mdhd`, which begin alike, and how many of them are a second. */
function lengthIn(moov: Buffer, { start }: Box): { units: number; perSecond: number } {
  const long = moov[start] === 1
  const perSecond = moov.readUInt32BE(start + (long ? 20 : 12))
  const units = long ? Number(moov.readBigUInt64BE(start + 24)) : moov.readUInt32BE(start + 16)
  // All ones: not known.
  return { units: units >= (long ? 2 ** 63 : 0xffffffff) ? 0 : units, perSecond }
}

/** Width and height end the header of a track; before them stands how the picture is turned. */
function shownSize(moov: Buffer, { end }: Box): { width: number | null; height: number | null } {
  const fixed = (back: number) => Math.round(moov.readUInt32BE(end - back) / 65_536) || null
  const [width, height] = [fixed(8), fixed(4)]
  const matrix = end - 8 - 36
  const isOnItsSide = moov.readInt32BE(matrix) === 0 && moov.readInt32BE(matrix + 16) === 0
  return isOnItsSide ? { width: height, height: width } : { width, height }
}

/** The boxes directly inside a box. */
function childrenOf(bytes: Buffer, { start, end }: Box): Box[] {
  const found: Box[] = []
  for (let at = start; at + 8 <= end;) {
    const short = bytes.readUInt32BE(at)
    const head = short === 1 ? 16 : 8
    const length = short === 0 ? end - at : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short
    if (length < head || at + length > end || found.length >= PARTS) throw new Damaged()
    found.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at + head, end: at + length })
    at += length
  }
  return found
}
