import { createHash, randomBytes } from 'node:crypto'
import type { UploadedFile } from '@zhike/shared/contract'
import { LIMITS } from '@zhike/shared'
import type { MaterialState } from '@zhike/shared'
import { AppError, invalid } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Drawn } from './draw-protocol.ts'
import { DrawBroken, DrawRefused, withDrawProcess } from './drawing.ts'
import { filesOf } from './files-store.ts'
import { keysOf, originalKey, pictureKey, pictureType } from './picture-names.ts'
import { checkedUpload } from './upload-kind.ts'
import type { Upload } from './upload-kind.ts'

interface Uploader { corpId: number; staffId: number | null }

/** At once in this process: each opening takes a process of its own. */
const OPENINGS = 2
/** Uploads that are read or wait for that at once: each is whole in memory. */
const IN_HAND = 16
const IN_HAND_OF_ONE = 3
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Takes files in: opens them for real, draws what can be shown at once (the picture, or a PDF's first page), and only
 * then stores anything (MAT-5, MAT-7).
 */
export function createUploads(platform: Platform) {
  const inTurn = turnstile(OPENINGS)
  const inHand = new Map<string, number>()
  let allInHand = 0

  async function store(by: Uploader, upload: Upload, opened: Opened): Promise<UploadedFile> {
    const now = platform.clock.now()
    const month = new Date(now).toISOString().slice(0, 7).replace('-', '')
    const key = `c${by.corpId}/${month}/${randomBytes(16).toString('hex')}`
    const { drawn, pages } = opened
    try {
      await Promise.all([
        platform.files.put(originalKey(key), upload.bytes, upload.mime),
        ...drawn.pictures.map((picture) => platform.files.put(pictureKey(key, picture.name), Buffer.from(picture.bytes), pictureType(picture.name))),
      ])
      const state: MaterialState = pages !== null && pages > 1 ? 'preparing' : 'ready'
      const size = upload.kind === 'image' ? drawn.original : { width: null, height: null }
      const fileId = await filesOf(platform.db, by.corpId).add({
        key, kind: upload.kind, name: upload.name, bytes: upload.bytes.length, mime: upload.mime, sha256: createHash('sha256').update(upload.bytes).digest('hex'),
        ...size, pages, drawn: [{ width: drawn.width, height: drawn.height }], state, note: null, uploadedBy: by.staffId, createdAt: now,
      })
      return { fileId, name: upload.name, kind: upload.kind, bytes: upload.bytes.length, ...size, pages }
    } catch (error) {
      const left = keysOf({ key, kind: upload.kind, pages: 1 })
      await Promise.allSettled(left.map((each) => platform.files.remove(each)))
      throw error
    }
  }

  return {
    /**
     * Reads and stores an upload of somebody.
     * @param read is called only when there is room for what it gives
     * @throws AppError `too_many` while too much of hers is under way or lies unused, and as `take`
     */
    async receive(by: { corpId: number; staffId: number }, read: () => Promise<Upload>): Promise<UploadedFile> {
      if ((await filesOf(platform.db, by.corpId).unusedOf(by.staffId, platform.clock.now() - DAY_MS)) >= LIMITS.unusedUploads) {
        throw new AppError('too_many', `你有 ${LIMITS.unusedUploads} 个上传后没有保存成素材的文件，请明天再上传`)
      }
      const key = `${by.corpId}:${by.staffId}`
      const own = inHand.get(key) ?? 0
      if (own >= IN_HAND_OF_ONE || allInHand >= IN_HAND) throw new AppError('too_many', own >= IN_HAND_OF_ONE ? '你有几个文件正在上传，请等它们完成' : '现在上传的人太多，请过一会儿再试')
      inHand.set(key, own + 1)
      allInHand++
      try {
        return await this.take(by, await read())
      } finally {
        allInHand--
        const left = (inHand.get(key) ?? 1) - 1
        if (left > 0) inHand.set(key, left)
        else inHand.delete(key)
      }
    },
    /** Stores an upload that was read. @throws AppError `invalid` with what is wrong with the file */
    async take(by: Uploader, upload: Upload): Promise<UploadedFile> {
      return store(by, upload, await inTurn(() => open(upload, platform)))
    },
    /** The same for bytes at hand. */
    async takeBytes(by: Uploader, name: string, bytes: Buffer): Promise<UploadedFile> {
      return this.take(by, checkedUpload(name, bytes))
    },
  }
}

interface Opened { drawn: Drawn; pages: number | null }

async function open(upload: Upload, { log }: Platform): Promise<Opened> {
  try {
    return await withDrawProcess(async (draw) => {
      if (upload.kind === 'image') return { drawn: await draw.drawPicture(upload.bytes), pages: null }
      const pages = await draw.openPdf(upload.bytes)
      if (pages > LIMITS.pdfPages) throw invalid(`PDF 共 ${pages} 页，最多 ${LIMITS.pdfPages} 页，请拆分后再上传`)
      return { drawn: await draw.drawPage(1), pages }
    })
  } catch (error) {
    if (error instanceof DrawRefused) throw refusal(upload, error)
    if (error instanceof DrawBroken) {
      log.warn({ err: error, kind: upload.kind, bytes: upload.bytes.length }, 'an upload could not be opened')
      if (error.why === 'crash') throw new AppError('internal', '文件没能打开，请再试一次；若一直如此，请重新导出这个文件', undefined, { cause: error })
      throw invalid('文件内容太复杂，无法处理，请重新导出或压缩后再上传')
    }
    throw error
  }
}

function refusal(upload: Upload, error: DrawRefused): AppError {
  switch (error.reason) {
    case 'encrypted': return invalid('这份 PDF 设置了打开密码，请去掉密码后再上传')
    case 'pixels': return invalid(`图片的尺寸太大（最多 ${LIMITS.imagePixels / 10_000} 万像素），请缩小后再上传`)
    case 'page': return invalid('PDF 的第 1 页无法显示，请重新导出后再上传')
    case 'damaged': return invalid(upload.kind === 'pdf' ? '这份 PDF 已损坏，无法打开，请重新导出后再上传' : '这张图片已损坏，无法打开，请换一张')
  }
}

/** Lets `places` run at once; the others wait in line. */
function turnstile(places: number) {
  let inside = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inside < places) inside++
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await work()
    } finally {
      // Who waits gets this place itself: nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else inside--
    }
  }
}
