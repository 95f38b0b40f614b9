import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fillFile } from './filling.ts'
import { newPart, removeParts } from './parts.ts'
import { assertSafeKey } from './store.ts'
import type { FileStore } from './store.ts'

export interface S3Options { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string; pathStyle: boolean }

/** Files in any S3-compatible store. @param parts folder of this machine for files in the making */
export function createS3Files(options: S3Options, parts: string): FileStore & { close(): void } {
  const client = new S3Client({
    endpoint: options.endpoint, region: options.region, forcePathStyle: options.pathStyle,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    // Compatible stores often don't know the newer default checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const find = async (key: string, part?: { start: number; end: number }) => {
    assertSafeKey(key)
    try {
      return await client.send(new GetObjectCommand({ Bucket: options.bucket, Key: key, Range: part && `bytes=${part.start}-${part.end}` }))
    } catch (error) {
      if (error instanceof NoSuchKey || (error instanceof Error && error.name === 'NoSuchKey')) return null
      throw error
    }
  }
  return {
    async put(key, body, contentType) {
      assertSafeKey(key)
      await client.send(new PutObjectCommand({ Bucket: options.bucket, Key: key, Body: body, ContentType: contentType }))
    },
    // The store wants to know the length beforehand: the file is made here first.
    async write(key, contentType, fill) {
      assertSafeKey(key)
      const path = await newPart(parts)
      try {
        await fillFile(path, fill)
        const { size } = await stat(path)
        await client.send(new PutObjectCommand({ Bucket: options.bucket, Key: key, Body: createReadStream(path), ContentLength: size, ContentType: contentType }))
      } finally {
        await rm(path, { force: true })
      }
    },
    async get(key) {
      const found = await find(key)
      return found?.Body ? Buffer.from(await found.Body.transformToByteArray()) : null
    },
    async stream(key, part) {
      const found = await find(key, part)
      return found?.Body instanceof Readable ? { body: found.Body, bytes: found.ContentLength ?? 0 } : null
    },
    async remove(key) {
      assertSafeKey(key)
      await client.send(new DeleteObjectCommand({ Bucket: options.bucket, Key: key }))
    },
    removeParts: (before) => removeParts(parts, before),
    close: () => client.destroy(),
  }
}
