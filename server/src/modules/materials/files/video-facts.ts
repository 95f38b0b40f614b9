import { MP4BoxBuffer, createFile } from 'mp4box'
import { invalid } from '../../../platform/http/errors.ts'

/** @property durationMs length · width and height as shown, in pixels */
export interface VideoFacts { durationMs: number; width: number | null; height: number | null }

/** Codecs that phones play in WeChat's browser. */
const PLAYABLE = /^(avc1|avc3|hvc1|hev1|av01|vp09)/
const LONGEST_MS = 6 * 60 * 60 * 1000

/**
 * Reads what an MP4 says of itself, piece by piece and without keeping its pictures in memory.
 * @throws AppError `invalid` when it holds no video that phones play
 */
export async function videoFacts(pieces: AsyncIterable<Buffer>): Promise<VideoFacts> {
  const file = createFile(false)
  const heard: { info: ReturnType<typeof file.getInfo> | null; problem: string | null } = { info: null, problem: null }
  file.onError = (_module, message) => { heard.problem ??= message }
  file.onReady = (info) => { heard.info = info }
  // What the reader can't make sense of it may throw as well.
  const read = (step: () => unknown) => {
    try {
      step()
    } catch (error) {
      heard.problem ??= error instanceof Error ? error.message : String(error)
    }
  }
  let offset = 0
  for await (const piece of pieces) {
    const at = offset
    offset += piece.length
    read(() => file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(piece).buffer, at)))
    if (heard.problem !== null) break
  }
  read(() => file.flush())
  const damaged = () => invalid('这段视频已损坏，无法播放，请重新导出为 MP4 后再上传')
  if (heard.problem !== null || heard.info === null) throw damaged()
  const { tracks, duration, timescale } = heard.info
  const track = tracks.find((one) => one.video !== undefined)
  if (!track) throw invalid('这个文件里没有画面，请换一段视频')
  if (!PLAYABLE.test(track.codec)) throw invalid('这段视频的编码手机放不了，请用 H.264 编码重新导出')
  const durationMs = Math.round((duration / timescale) * 1000) || Math.round((track.duration / track.timescale) * 1000)
  if (!(durationMs > 0) || durationMs > LONGEST_MS) throw damaged()
  return { durationMs, width: Math.round(track.track_width) || null, height: Math.round(track.track_height) || null }
}
