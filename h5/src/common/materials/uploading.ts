import { formatBytes, LIMITS, UPLOAD_KIND_LABELS, type UploadKind } from '@zhike/shared'
import type { UploadedFile, UploadState } from '@zhike/shared/contract'
import { api } from '../api.ts'
import { asApiError } from '../api-error.ts'
import { pauseBefore } from '../connection.ts'

/** A line that is broken for longer is not waited for; the file can be chosen again and goes on where it stopped. */
const PATIENCE_MS = 10 * 60_000
const PIECE_LIMIT_MS = 2 * 60_000
/** The server opens the file for real. */
const CHECK_LIMIT_MS = 5 * 60_000

const MOST: Record<UploadKind, number> = { pdf: LIMITS.pdfBytes, image: LIMITS.imageBytes, video: LIMITS.videoBytes, file: LIMITS.fileBytes }

/** Why a file can't be taken, before a byte is sent; null when it may be. */
export function tooLarge(kind: UploadKind, file: File): string | null {
  if (file.size === 0) return '文件是空的，请重新选择'
  return file.size > MOST[kind] ? `这个文件有 ${formatBytes(file.size)}，${UPLOAD_KIND_LABELS[kind]}最大 ${formatBytes(MOST[kind])}，请压缩后再上传` : null
}

export interface UploadProgress {
  /** 0…1 */
  part: number
  /** The line is broken; it goes on by itself. */
  waiting: boolean
}

/**
 * Uploads a file piece by piece. A broken line costs one piece: it waits and goes on where the server has come to, also when
 * the same file is chosen again after the page was closed (within a day).
 * @throws ApiError what is wrong with the file, or `aborted`
 */
export async function uploadFile(kind: UploadKind, file: File, { signal, progress }: { signal: AbortSignal; progress: (state: UploadProgress) => void }): Promise<UploadedFile> {
  const begin = () => api('POST /api/uploads', { body: { kind, name: file.name, bytes: file.size, mark: String(file.lastModified) }, signal })
  let state = await patiently(begin, signal, () => progress({ part: 0, waiting: true }))
  const params = { uploadId: state.uploadId }
  const ask = () => api('GET /api/uploads/:uploadId', { params, signal, once: true })
  while (state.received < state.pieces) {
    const { received } = state
    const from = received * LIMITS.uploadPiece
    const bytes = file.slice(from, from + LIMITS.uploadPiece)
    const shown = (part: number) => progress({ part: (from + part * bytes.size) / file.size, waiting: false })
    shown(0)
    const sent = () => api('PUT /api/uploads/:uploadId/pieces/:number', { params: { ...params, number: received }, bytes, signal, limitMs: PIECE_LIMIT_MS, onUpload: shown })
    state = await patiently(sent, signal, () => progress({ part: from / file.size, waiting: true }), ask)
  }
  progress({ part: 1, waiting: false })
  return await patiently(() => api('POST /api/uploads/:uploadId/finish', { params, signal, limitMs: CHECK_LIMIT_MS }), signal, () => progress({ part: 1, waiting: true }))
}

/** Repeats a step while the server can't be reached. @param ask where the server has come to: the lost answer may have been a yes */
async function patiently<T extends object>(step: () => Promise<T>, signal: AbortSignal, waiting: () => void, ask?: () => Promise<T & UploadState>): Promise<T> {
  const giveUp = Date.now() + PATIENCE_MS
  for (let attempt = 0; ; attempt += 1) {
    try {
      return attempt > 0 && ask ? await ask() : await step()
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.code === 'conflict' && ask) return await ask()
      if (!error.temporary || Date.now() > giveUp || signal.aborted) throw error
      waiting()
      await pauseBefore(attempt, signal)
    }
  }
}
