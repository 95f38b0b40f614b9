import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { UPLOAD_KINDS } from '../materials.ts'
import { defineContract, staff } from './define.ts'
import { rowId } from './parts.ts'
import { RATES } from './rates.ts'

const upload = z.object({
  uploadId: z.number().int(),
  /** Pieces that have arrived: the next one to send has this number. */
  received: z.number().int(),
  pieces: z.number().int(),
})
export type UploadState = z.infer<typeof upload>

const uploadedFile = z.object({
  fileId: z.number().int(), name: z.string(), kind: z.enum(UPLOAD_KINDS), bytes: z.number().int(),
  width: z.number().int().nullable(), height: z.number().int().nullable(), pages: z.number().int().nullable(), durationMs: z.number().int().nullable(),
})
export type UploadedFile = z.infer<typeof uploadedFile>

const uploadId = z.object({ uploadId: rowId })

/**
 * Files come in pieces of `LIMITS.uploadPiece` bytes: a broken line costs one piece. The same file begun again goes on where it
 * stopped, for a day.
 */
export const uploadsContract = defineContract({
  'POST /api/uploads': {
    summary: 'Begins an upload, or finds the same one that stopped (MAT-5, MAT-7)', who: staff(), rate: RATES.upload,
    body: z.object({
      kind: z.enum(UPLOAD_KINDS), name: z.string().max(400), bytes: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
      /** Tells files of one name apart: when it was last changed, by the browser’s word. */
      mark: z.string().max(60).default(''),
    }),
    response: upload,
  },
  'GET /api/uploads/:uploadId': { summary: 'How much has arrived', who: staff(), params: uploadId, response: upload },
  'PUT /api/uploads/:uploadId/pieces/:number': {
    summary: 'Takes the next piece; one that is there already changes nothing', who: staff(), rate: RATES.piece, bytes: true,
    params: z.object({ uploadId: rowId, number: z.coerce.number<number>().int().nonnegative().max(Math.ceil(LIMITS.videoBytes / LIMITS.uploadPiece)) }), response: upload,
  },
  'POST /api/uploads/:uploadId/finish': { summary: 'Checks what arrived by its content and makes it a file', who: staff(), rate: RATES.upload, params: uploadId, response: uploadedFile },
  'DELETE /api/uploads/:uploadId': { summary: 'Gives an upload up', who: staff(), params: uploadId },
  'GET /api/files/:fileId/picture': { summary: 'A small picture of a file that the viewer has uploaded or may see', who: staff(), rate: RATES.picture, raw: true, params: z.object({ fileId: rowId }) },
})
