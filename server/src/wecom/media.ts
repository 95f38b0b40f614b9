import { z } from 'zod'
import type { UploadFile, WecomClient } from './client.ts'
import type { DownloadedFile } from './exchange.ts'

/** Media kinds of wecom-api/02 §7. */
export type MediaType = 'image' | 'voice' | 'video' | 'file'

/** A temporary material. It dies three days after `createdAt` (ms); keep the file and upload it again when needed. */
export interface UploadedMedia {
  mediaId: string
  createdAt: number
  expiresAt: number
}

const LIFE_MS = 3 * 24 * 3600 * 1000
const mediaAnswer = z.looseObject({ media_id: z.string().min(1), created_at: z.coerce.number() })
const imageAnswer = z.looseObject({ url: z.string().min(1) })

/** Uploads a temporary material (image ≤ 10 MB, video ≤ 10 MB, voice ≤ 2 MB, file ≤ 20 MB); shared by all apps of the corp. */
export async function uploadMedia(client: WecomClient, type: MediaType, file: UploadFile): Promise<UploadedMedia> {
  const answer = await client.upload('/cgi-bin/media/upload', file, mediaAnswer, { effect: 'repeatable', query: { type } })
  const createdAt = answer.created_at * 1000
  return { mediaId: answer.media_id, createdAt, expiresAt: createdAt + LIFE_MS }
}

/** Uploads a picture (≤ 2 MB) for good and gives its address; quota 1 000 a day and 3 000 a month per corp. */
export async function uploadImage(client: WecomClient, file: UploadFile): Promise<string> {
  return (await client.upload('/cgi-bin/media/uploadimg', file, imageAnswer, { effect: 'repeatable' })).url
}

/** Fetches a temporary material of at most 20 MB. 40007 when it is older than three days. */
export async function downloadMedia(client: WecomClient, mediaId: string): Promise<DownloadedFile> {
  return client.download('/cgi-bin/media/get', { media_id: mediaId })
}
