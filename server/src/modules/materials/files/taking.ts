import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { UploadedFile } from '@zhike/shared/contract'
import { LIMITS } from '@zhike/shared'
import type { MaterialState, UploadKind } from '@zhike/shared'
import { AppError, invalid } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Drawn } from './draw-protocol.ts'
import { DrawBroken, DrawRefused, withDrawProcess } from './drawing.ts'
import { fairTurns } from './fair-turns.ts'
import { filesOf } from './files-store.ts'
import type { FileRow } from './files-store.ts'
import { keysOf, originalKey, pictureKey, pictureType } from './picture-names.ts'
import { checkBytes, cleanFileName, mimeOfFirst } from './upload-kind.ts'
import { videoFacts } from './video-facts.ts'

interface Uploader { corpId: number; staffId: number | null }
/** Something whole that is to become a file. @property pieces its bytes, each time from the beginning */
interface Whole { kind: UploadKind; name: string; bytes: number; pieces(): AsyncIterable<Buffer> }
/** What opening it for real has shown. */
interface Opened { pages: number | null; drawn: readonly Drawn[]; width: number | null; height: number | null; durationMs: number | null }

const DAY_MS = 24 * 60 * 60 * 1000
/** At once in this process: each opening takes a process of its own. A picture set has as many pictures as may wait. */
const OPENINGS = { places: 2, most: LIMITS.imagesPerSet }
/** People wait for it, and only one page or picture is drawn: a file that takes more is made to take much. */
const FIRST_LIMITS = { ms: 60_000, cpuMs: 12_000, memory: 640 * 1024 * 1024 }

/**
 * Makes files of what was uploaded: opens them for real, draws what can be shown at once (the picture, or a PDF's first page),
 * and only then stores anything (MAT-5, MAT-7).
 */
export function createTaking(platform: Platform) {
  const inTurn = fairTurns(OPENINGS)

  async function store(by: Uploader, whole: Whole, mime: string, opened: Opened): Promise<UploadedFile> {
    const now = platform.clock.now()
    const month = new Date(now).toISOString().slice(0, 7).replace('-', '')
    const key = `c${by.corpId}/${month}/${randomBytes(16).toString('hex')}`
    const { drawn, pages, width, height, durationMs } = opened
    const { kind, name, bytes } = whole
    const digest = createHash('sha256')
    try {
      await platform.files.write(originalKey(key), mime, (out) => pipeline(Readable.from(hashed(whole.pieces(), digest)), out))
      for (const picture of drawn.flatMap((one) => one.pictures)) await platform.files.put(pictureKey(key, picture.name), Buffer.from(picture.bytes), pictureType(picture.name))
      const state: MaterialState = pages !== null && pages > 1 ? 'preparing' : 'ready'
      const fileId = await filesOf(platform.db, by.corpId).add({
        key, kind, name, bytes, mime, sha256: digest.digest('hex'), width, height, pages, durationMs,
        drawn: drawn.map((one) => ({ width: one.width, height: one.height })), state, note: null, uploadedBy: by.staffId, createdAt: now,
      })
      return { fileId, name, kind, bytes, width, height, pages, durationMs }
    } catch (error) {
      await Promise.allSettled(keysOf({ key, kind, pages: 1 }).map((each) => platform.files.remove(each)))
      throw error
    }
  }

  async function open(by: Uploader, whole: Whole): Promise<Opened> {
    switch (whole.kind) {
      case 'video': return { pages: null, drawn: [], ...(await videoFacts(whole.pieces())) }
      case 'file': return { pages: null, drawn: [], width: null, height: null, durationMs: null }
      case 'pdf': case 'image': return await inTurn(by, async () => drawFirst(whole.kind === 'pdf' ? 'pdf' : 'image', await wholeBuffer(whole), platform))
    }
  }

  const taking = {
    /** Nobody fills the disk with files that no material takes, however they come. @throws AppError `too_many` */
    async requireRoom(by: Uploader, bytes: number): Promise<void> {
      if (by.staffId === null) return
      const unused = await filesOf(platform.db, by.corpId).unusedOf(by.staffId, platform.clock.now() - DAY_MS)
      if (unused.files < LIMITS.unusedUploads && unused.bytes + bytes <= LIMITS.unusedBytes) return
      throw new AppError('too_many', '你今天上传后没有保存成素材的文件太多了，请先把它们保存成素材，或明天再上传')
    },
    /** @throws AppError `invalid`, `unsupported` or `too_large` with what is wrong with the file; `too_many` as `requireRoom` */
    async take(by: Uploader, given: Whole): Promise<UploadedFile> {
      const whole = { ...given, name: cleanFileName(given.name) }
      checkBytes(whole.kind, whole.bytes)
      await taking.requireRoom(by, whole.bytes)
      const mime = await mimeOfFirst(whole.kind, whole.name, await firstOf(whole.pieces()))
      return await store(by, whole, mime, await open(by, whole))
    },
    /** The same for bytes at hand. */
    async takeBytes(by: Uploader, kind: UploadKind, name: string, bytes: Buffer): Promise<UploadedFile> {
      return await taking.take(by, { kind, name, bytes: bytes.length, async* pieces() { yield bytes } })
    },
  }
  return taking
}

/** A file as its uploader sees it. */
export const uploadedFile = (file: FileRow): UploadedFile => ({
  fileId: file.id, name: file.name, kind: file.kind, bytes: file.bytes, width: file.width, height: file.height, pages: file.pages, durationMs: file.durationMs,
})

async function drawFirst(kind: 'pdf' | 'image', bytes: Buffer, { log }: Platform): Promise<Opened> {
  try {
    return await withDrawProcess(async (draw) => {
      if (kind === 'image') {
        const drawn = await draw.drawPicture(bytes)
        return { drawn: [drawn], pages: null, ...drawn.original, durationMs: null }
      }
      const pages = await draw.openPdf(bytes)
      if (pages > LIMITS.pdfPages) throw invalid(`PDF 共 ${pages} 页，最多 ${LIMITS.pdfPages} 页，请拆分后再上传`)
      return { drawn: [await draw.drawPage(1)], pages, width: null, height: null, durationMs: null }
    }, FIRST_LIMITS)
  } catch (error) {
    if (error instanceof DrawRefused) throw refusal(kind, error)
    if (error instanceof DrawBroken) {
      log.warn({ err: error, kind, bytes: bytes.length }, 'an upload could not be opened')
      if (error.why === 'crash') throw new AppError('internal', '文件没能打开，请再试一次；若一直如此，请重新导出这个文件', undefined, { cause: error })
      throw invalid('文件内容太复杂，无法处理，请重新导出或压缩后再上传')
    }
    throw error
  }
}

function refusal(kind: 'pdf' | 'image', error: DrawRefused): AppError {
  switch (error.reason) {
    case 'encrypted': return invalid('这份 PDF 设置了打开密码，请去掉密码后再上传')
    case 'pixels': return invalid(`图片的尺寸太大（最多 ${LIMITS.imagePixels / 10_000} 万像素），请缩小后再上传`)
    case 'page': return invalid('PDF 的第 1 页无法显示，请重新导出后再上传')
    case 'damaged': return invalid(kind === 'pdf' ? '这份 PDF 已损坏，无法打开，请重新导出后再上传' : '这张图片已损坏，无法打开，请换一张')
  }
}

async function firstOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const piece of pieces) return piece
  return Buffer.alloc(0)
}

async function wholeBuffer(whole: Whole): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const piece of whole.pieces()) parts.push(piece)
  return Buffer.concat(parts)
}

async function* hashed(pieces: AsyncIterable<Buffer>, digest: { update(bytes: Buffer): unknown }): AsyncGenerator<Buffer, void> {
  for await (const piece of pieces) {
    digest.update(piece)
    yield piece
  }
}
