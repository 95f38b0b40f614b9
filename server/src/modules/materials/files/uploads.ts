import { randomBytes } from 'node:crypto'
import { LIMITS } from '@zhike/shared'
import type { UploadKind } from '@zhike/shared'
import type { UploadState, UploadedFile } from '@zhike/shared/contract'
import { AppError, badRequest, conflict, notFound } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import { filesOf } from './files-store.ts'
import { uploadedFile } from './taking.ts'
import type { createTaking } from './taking.ts'
import { checkBytes, cleanFileName, mimeOfFirst } from './upload-kind.ts'
import { oldUploads, uploadsOf } from './uploads-store.ts'
import type { UploadRow } from './uploads-store.ts'

/** Whose upload it is. */
interface Uploader { corpId: number; staffId: number }

const DAY_MS = 24 * 60 * 60 * 1000
/** Nobody finishes for longer: the process that began it is gone. */
const FINISHING_MS = 5 * 60 * 1000
const SWEPT_AT_ONCE = 50

/** Files that arrive in pieces (MAT-5): what has arrived is kept for a day, so a broken line or a closed page costs one piece. */
export function createUploads(platform: Platform, taking: ReturnType<typeof createTaking>) {
  const { clock, db, files } = platform
  const pieceKey = (upload: UploadRow, number: number) => `${upload.key}/${number}`
  const state = (upload: UploadRow): UploadState => ({ uploadId: upload.id, received: upload.received, pieces: piecesOf(upload.bytes) })

  async function find(by: Uploader, uploadId: number): Promise<UploadRow> {
    const upload = await uploadsOf(db, by.corpId, by.staffId).byId(uploadId)
    if (!upload) throw new AppError('not_found', '上传已过期，请重新选择文件')
    return upload
  }

  async function dropPieces(upload: UploadRow): Promise<void> {
    for (let number = 0; number <= upload.received && number < piecesOf(upload.bytes); number++) await files.remove(pieceKey(upload, number))
  }

  async function* pieces(upload: UploadRow): AsyncGenerator<Buffer, void> {
    for (let number = 0; number < upload.received; number++) {
      const piece = await files.get(pieceKey(upload, number))
      if (!piece) throw new AppError('invalid', '上传的内容不完整，请重新上传')
      yield piece
    }
  }

  return {
    /** Refuses at once what could never be taken; finds the same file when its upload stopped. @throws AppError `too_large`, `too_many` */
    async begin(by: Uploader, file: { kind: UploadKind; name: string; bytes: number; mark: string }): Promise<UploadState> {
      checkBytes(file.kind, file.bytes)
      const now = clock.now()
      const store = uploadsOf(db, by.corpId, by.staffId)
      const wanted = { ...file, name: cleanFileName(file.name) }
      const same = await store.same(wanted, now - DAY_MS)
      if (same) return state(same)
      // Given up ones make room: nobody is kept from uploading by what she has left behind.
      for (const old of await store.oldestBeyond(LIMITS.uploadsOpen - 1)) await this.cancel(by, old.id)
      await taking.requireRoom(by, file.bytes)
      const uploadId = await store.add({ ...wanted, key: `u${by.corpId}/${randomBytes(16).toString('hex')}`, createdAt: now })
      return { uploadId, received: 0, pieces: piecesOf(file.bytes) }
    },
    state: async (by: Uploader, uploadId: number): Promise<UploadState> => state(await find(by, uploadId)),
    /**
     * Takes the next piece. One that is there already changes nothing; one that is too early is refused, and the sender asks
     * how far we are. The first piece shows what it is: a wrong file is refused before the rest is sent.
     */
    async piece(by: Uploader, uploadId: number, number: number, bytes: unknown): Promise<UploadState> {
      const upload = await find(by, uploadId)
      if (upload.fileId !== null || number < upload.received) return state(upload)
      if (number > upload.received) throw conflict('前面的部分还没有收到，正在接着上传')
      if (!Buffer.isBuffer(bytes) || bytes.length !== sizeOfPiece(upload.bytes, number)) throw badRequest('收到的内容不完整，请重新上传')
      if (number === 0) await mimeOfFirst(upload.kind, upload.name, bytes)
      await files.put(pieceKey(upload, number), bytes, 'application/octet-stream')
      await uploadsOf(db, by.corpId, by.staffId).arrived(uploadId, number)
      return state(await find(by, uploadId))
    },
    /** Makes a file of it. Asked twice, it gives the same file. What can't be used is forgotten at once. */
    async finish(by: Uploader, uploadId: number): Promise<UploadedFile> {
      const upload = await find(by, uploadId)
      const store = uploadsOf(db, by.corpId, by.staffId)
      if (upload.fileId !== null) {
        const made = await filesOf(db, by.corpId).byId(upload.fileId)
        if (!made) throw notFound('文件')
        return uploadedFile(made)
      }
      if (upload.received < piecesOf(upload.bytes)) throw conflict('文件还没有传完，正在接着上传')
      if (!(await store.takeFinishing(uploadId, clock.now(), clock.now() - FINISHING_MS))) throw new AppError('conflict', '这个文件正在检查，请稍等')
      try {
        const made = await taking.take(by, { kind: upload.kind, name: upload.name, bytes: upload.bytes, pieces: () => pieces(upload) })
        await store.became(uploadId, made.fileId)
        await dropPieces(upload)
        return made
      } catch (error) {
        if (error instanceof AppError && error.status < 500) {
          await dropPieces(upload)
          await store.remove(uploadId)
        } else await store.leaveFinishing(uploadId)
        throw error
      }
    },
    async cancel(by: Uploader, uploadId: number): Promise<void> {
      const upload = await find(by, uploadId)
      await dropPieces(upload)
      await uploadsOf(db, by.corpId, by.staffId).remove(uploadId)
    },
    /** Forgets what was begun a day ago. */
    async sweep(): Promise<void> {
      for (let found = SWEPT_AT_ONCE; found === SWEPT_AT_ONCE;) {
        const old = await oldUploads(db, clock.now() - DAY_MS, SWEPT_AT_ONCE)
        for (const upload of old) {
          if (upload.fileId === null) await dropPieces(upload)
          await uploadsOf(db, upload.corpId, upload.staffId).remove(upload.id)
        }
        found = old.length
      }
    },
  }
}

const piecesOf = (bytes: number): number => Math.ceil(bytes / LIMITS.uploadPiece)
const sizeOfPiece = (bytes: number, number: number): number => Math.min(LIMITS.uploadPiece, bytes - number * LIMITS.uploadPiece)
