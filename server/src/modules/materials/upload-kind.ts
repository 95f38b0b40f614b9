import type { MultipartFile } from '@fastify/multipart'
import { LIMITS, formatBytes } from '@zhike/shared'
import { AppError, badRequest, invalid } from '../../platform/http/errors.ts'

/** What an upload is by its first bytes. The name and the browser's type are not believed (MAT-5, MAT-7). */
type UploadKind = 'pdf' | 'image'
export interface Upload { name: string; kind: UploadKind; mime: string; bytes: Buffer }

/** PDF readers accept a header within the first KB. */
const HEAD_BYTES = 1024
const JPEG = Buffer.from([0xff, 0xd8, 0xff])
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Null for anything but PDF, JPG and PNG. */
export function kindOf(head: Buffer): { kind: UploadKind; mime: string } | null {
  if (head.subarray(0, JPEG.length).equals(JPEG)) return { kind: 'image', mime: 'image/jpeg' }
  if (head.subarray(0, PNG.length).equals(PNG)) return { kind: 'image', mime: 'image/png' }
  if (head.subarray(0, HEAD_BYTES).includes('%PDF-')) return { kind: 'pdf', mime: 'application/pdf' }
  return null
}

const BYTE_LIMITS: Record<UploadKind, { bytes: number; label: string }> = {
  pdf: { bytes: LIMITS.pdfBytes, label: 'PDF' },
  image: { bytes: LIMITS.imageBytes, label: '图片' },
}

const unsupportedFile = () => new AppError('unsupported', '只支持 PDF 文件和 JPG、PNG 图片，请换一个文件')
const emptyFile = () => invalid('文件是空的，请重新选择')
const tooLarge = (kind: UploadKind) => new AppError('too_large', `${BYTE_LIMITS[kind].label}不能超过 ${formatBytes(BYTE_LIMITS[kind].bytes)}，请压缩后再上传`)

/** Refuses what is empty, of another kind, or larger than its kind may be. */
export function checkedUpload(name: string, bytes: Buffer): Upload {
  if (bytes.length === 0) throw emptyFile()
  const found = kindOf(bytes.subarray(0, HEAD_BYTES))
  if (!found) throw unsupportedFile()
  if (bytes.length > BYTE_LIMITS[found.kind].bytes) throw tooLarge(found.kind)
  return { name: cleanFileName(name), ...found, bytes }
}

/** Reads one multipart file. Stops as soon as its first bytes or its size rule it out. */
export async function readUpload(part: MultipartFile | undefined): Promise<Upload> {
  if (!part) throw badRequest('没有收到文件，请重新选择')
  const chunks: Buffer[] = []
  let size = 0
  let kind: UploadKind | null = null
  try {
    for await (const chunk of part.file) {
      chunks.push(Buffer.from(chunk))
      size += chunks.at(-1)?.length ?? 0
      if (!kind && size >= HEAD_BYTES) {
        kind = kindOf(Buffer.concat(chunks))?.kind ?? null
        if (!kind) throw unsupportedFile()
      }
      if (kind && size > BYTE_LIMITS[kind].bytes) throw tooLarge(kind)
    }
  } finally {
    // What is left of the request is read and dropped, so that the answer reaches the browser.
    part.file.resume()
  }
  if (part.file.truncated) throw tooLarge(kind ?? 'pdf')
  return checkedUpload(part.filename, Buffer.concat(chunks))
}

const NAME_LENGTH = 200

/** A file's name as shown and searched: without folders, control and direction-changing characters, at most 200 characters. */
export function cleanFileName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '').replace(/[<>:"|?*]/g, '_').replace(/\s+/g, ' ').trim().replace(/^\.+/, '')
  if (!clean) return '未命名'
  const characters = [...clean]
  if (characters.length <= NAME_LENGTH) return clean
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(clean)?.[0] ?? ''
  return characters.slice(0, NAME_LENGTH - ending.length).join('') + ending
}
