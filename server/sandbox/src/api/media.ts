import { randomId } from '../ids.ts'
import type { Corp } from '../world/corp.ts'
import type { Media } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { get, upload, type ApiCall, type ApiRoute, type UploadedFile } from './route.ts'
import { WecomError } from './wecom-error.ts'

const MB = 1024 * 1024
const THREE_DAYS_MS = 3 * 86_400_000
const CHUNK = 20 * MB

/** wecom-api/02 §7 */
const LIMITS: Readonly<Record<string, { size: number; error: number; looksRight: (bytes: Buffer) => boolean }>> = {
  image: { size: 10 * MB, error: 40009, looksRight: (bytes) => isJpeg(bytes) || isPng(bytes) },
  voice: { size: 2 * MB, error: 40006, looksRight: (bytes) => bytes.subarray(0, 5).toString('latin1') === '#!AMR' },
  video: { size: 10 * MB, error: 40011, looksRight: (bytes) => bytes.subarray(4, 8).toString('latin1') === 'ftyp' },
  file: { size: 20 * MB, error: 40006, looksRight: () => true },
}

function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
}

function mimeOf(kind: string, file: UploadedFile): string {
  if (isJpeg(file.bytes)) return 'image/jpeg'
  if (isPng(file.bytes)) return 'image/png'
  if (kind === 'voice') return 'audio/amr'
  if (kind === 'video') return 'video/mp4'
  // Never hand an uploaded page back as a page.
  return file.name.toLowerCase().endsWith('.pdf') ? 'application/pdf' : 'application/octet-stream'
}

function checkedFile(call: ApiCall<undefined>): UploadedFile {
  if (call.file === undefined || call.file.bytes.length <= 5) throw new WecomError(44001)
  return call.file
}

async function keep(sandbox: Sandbox, corp: Corp, kind: Media['kind'], purpose: Media['purpose'], file: UploadedFile): Promise<Media> {
  const media: Media = {
    id: `3${randomId(43)}`, kind, purpose, name: file.name, mime: mimeOf(kind, file), size: file.bytes.length, createdAt: sandbox.clock.now(),
  }
  await sandbox.mediaStore.put(media.id, file.bytes)
  corp.media.set(media.id, media)
  sandbox.onChange()
  return media
}

function kindOf(type: string | undefined): 'image' | 'voice' | 'video' | 'file' {
  if (type === 'image' || type === 'voice' || type === 'video' || type === 'file') return type
  throw new WecomError(40004)
}

function checkLimits(kind: string, file: UploadedFile): void {
  const limit = LIMITS[kind]
  if (limit === undefined) throw new WecomError(40004)
  if (file.bytes.length > limit.size) throw new WecomError(limit.error)
  if (!limit.looksRight(file.bytes)) throw new WecomError(kind === 'image' ? 40123 : 40005)
}

/** Bytes asked for by a Range header, both ends inclusive; null = the whole file. */
export function rangeOf(header: string | undefined, total: number): { start: number; end: number } | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '')
  if (match === null) return null
  const start = Number(match[1])
  const end = match[2] === '' ? total - 1 : Math.min(Number(match[2]), total - 1)
  return start > end ? null : { start, end }
}

export const mediaRoutes: ApiRoute[] = [
  upload('/cgi-bin/media/upload', async (call) => {
    const kind = kindOf(call.query.type)
    const file = checkedFile(call)
    checkLimits(kind, file)
    const media = await keep(call.sandbox, call.corp, kind, 'temporary', file)
    return { errmsg: '', type: kind, media_id: media.id, created_at: String(Math.floor(media.createdAt / 1000)) }
  }),

  upload('/cgi-bin/media/uploadimg', async (call) => {
    const { sandbox, corp } = call
    const file = checkedFile(call)
    if (file.bytes.length > 2 * MB) throw new WecomError(40009)
    if (!isJpeg(file.bytes) && !isPng(file.bytes)) throw new WecomError(40123)
    if (!sandbox.limits.take(`uploadimg ${corp.corpid}`, 1000, 86_400_000)) throw new WecomError(45009)
    const media = await keep(sandbox, corp, 'img', 'permanent', file)
    return { errmsg: '', url: `${sandbox.product.origin}/sandbox/media/${corp.corpid}/${media.id}` }
  }),

  upload('/cgi-bin/media/upload_attachment', async (call) => {
    const { media_type: type, attachment_type: scene } = call.query
    if (type !== 'image' && type !== 'video' && type !== 'file') throw new WecomError(40004)
    if (scene !== '1' && scene !== '2') throw new WecomError(41072, 'invalid attachment scene')
    const file = checkedFile(call)
    checkLimits(type, file)
    const media = await keep(call.sandbox, call.corp, type, 'attachment', file)
    return { errmsg: '', type, media_id: media.id, created_at: Math.floor(media.createdAt / 1000) }
  }),

  get('app', '/cgi-bin/media/get', async ({ corp, sandbox, query, range }) => {
    const id = query.media_id ?? ''
    if (id === '') throw new WecomError(41006)
    const media = corp.media.get(id)
    if (media === undefined || media.purpose === 'permanent' || media.createdAt + THREE_DAYS_MS <= sandbox.clock.now()) throw new WecomError(40007)
    const bytes = await sandbox.mediaStore.get(id)
    if (bytes === undefined) throw new WecomError(40007)
    const part = rangeOf(range, bytes.length)
    if ((part === null ? bytes.length : part.end - part.start + 1) > CHUNK) throw new WecomError(830002, 'file too large, use Range')
    const binary = { bytes: part === null ? bytes : bytes.subarray(part.start, part.end + 1), mime: media.mime, name: media.name }
    return { binary: { ...binary, range: part === null ? null : { ...part, total: bytes.length } } }
  }),
]
