import { fileTypeFromBuffer } from 'file-type'
import { FILE_ENDINGS, LIMITS, UPLOAD_KIND_LABELS, formatBytes } from '@zhike/shared'
import type { UploadKind } from '@zhike/shared'
import { AppError, invalid } from '../../../platform/http/errors.ts'

/** PDF readers accept a header within the first KB. */
const HEAD_BYTES = 1024
const JPEG = Buffer.from([0xff, 0xd8, 0xff])
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const BYTE_LIMITS: Record<UploadKind, number> = { pdf: LIMITS.pdfBytes, image: LIMITS.imageBytes, video: LIMITS.videoBytes, file: LIMITS.fileBytes }
const NEEDED: Record<UploadKind, string> = { pdf: '这里需要一份 PDF 文件', image: '这里需要 JPG 或 PNG 图片', video: '这里需要 MP4 视频', file: '这里需要一个文件' }

/** Refuses what is empty or larger than its kind may be (MAT-5, MAT-7). */
export function checkBytes(kind: UploadKind, bytes: number): void {
  if (bytes === 0) throw invalid('文件是空的，请重新选择')
  if (bytes > BYTE_LIMITS[kind]) throw new AppError('too_large', `${UPLOAD_KIND_LABELS[kind]}不能超过 ${formatBytes(BYTE_LIMITS[kind])}，请压缩后再上传`)
}

/** PDF, picture or video by the first bytes. The name and the browser's type are not believed. Null for anything else. */
export function kindOf(head: Buffer): { kind: Exclude<UploadKind, 'file'>; mime: string } | null {
  if (head.subarray(0, JPEG.length).equals(JPEG)) return { kind: 'image', mime: 'image/jpeg' }
  if (head.subarray(0, PNG.length).equals(PNG)) return { kind: 'image', mime: 'image/png' }
  if (head.subarray(0, HEAD_BYTES).includes('%PDF-')) return { kind: 'pdf', mime: 'application/pdf' }
  // QuickTime looks the same but for its brand; phones of other makers don't play it.
  if (head.subarray(4, 8).toString('latin1') === 'ftyp' && head.subarray(8, 12).toString('latin1') !== 'qt  ') return { kind: 'video', mime: 'video/mp4' }
  return null
}

/**
 * What the first piece of an upload shows it to be.
 * @returns its MIME type
 * @throws AppError `unsupported` when it is not of the kind that was asked for
 */
export async function mimeOfFirst(kind: UploadKind, name: string, head: Buffer): Promise<string> {
  if (kind === 'file') return await mimeOfDocument(name, head)
  const found = kindOf(head)
  if (found?.kind !== kind) throw new AppError('unsupported', found ? `这是${found.kind === 'pdf' ? '一份 PDF' : found.kind === 'image' ? '一张图片' : '一段视频'}，${NEEDED[kind]}` : `${NEEDED[kind]}，请换一个`)
  return found.mime
}

const ZIPPED = ['zip', 'docx', 'xlsx', 'pptx']
/** What content may stand behind an ending; endings of plain text have none of these. */
const CONTENTS: Record<(typeof FILE_ENDINGS)[number], readonly string[]> = {
  pdf: ['pdf'], doc: ['cfb'], xls: ['cfb'], ppt: ['cfb'],
  // Documents with a password are wrapped in the older container.
  docx: [...ZIPPED, 'cfb'], xlsx: [...ZIPPED, 'cfb'], pptx: [...ZIPPED, 'cfb'],
  csv: [], txt: [], zip: ZIPPED, rar: ['rar'], '7z': ['7z'], mp3: ['mp3'], m4a: ['m4a', 'mp4'], dwg: ['dwg'], psd: ['psd'],
}
const MIMES: Partial<Record<(typeof FILE_ENDINGS)[number], string>> = {
  pdf: 'application/pdf', mp3: 'audio/mpeg', m4a: 'audio/mp4', txt: 'text/plain', csv: 'text/csv', zip: 'application/zip',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', doc: 'application/msword', xls: 'application/vnd.ms-excel', ppt: 'application/vnd.ms-powerpoint',
}

const isEnding = (text: string): text is (typeof FILE_ENDINGS)[number] => (FILE_ENDINGS as readonly string[]).includes(text)

async function mimeOfDocument(name: string, head: Buffer): Promise<string> {
  const ending = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  if (!isEnding(ending)) throw new AppError('unsupported', `不支持这种文件，可以上传 ${FILE_ENDINGS.join('、')}`)
  // Bytes from people: what the detector can't read is of no known type.
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  const fits = CONTENTS[ending].length === 0 ? found === undefined && !head.subarray(0, HEAD_BYTES).includes(0) : found !== undefined && CONTENTS[ending].includes(found.ext)
  if (!fits) throw new AppError('unsupported', `文件的内容和它的扩展名 .${ending} 不符，请确认后再上传`)
  return MIMES[ending] ?? 'application/octet-stream'
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
