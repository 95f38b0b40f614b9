// The S3 driver against a local S3 server.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import S3rver from 's3rver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Files } from '../../server/src/platform/files/s3.ts'
import { given } from '../run/given.ts'

const account = { region: 'us-east-1', bucket: 'zhike', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', pathStyle: true }
const key = 'c1/202611/0123456789abcdef/original'

describe('files in an S3 store', () => {
  let folder: string
  let store: S3rver
  let files: ReturnType<typeof createS3Files>

  beforeAll(async () => {
    folder = mkdtempSync(join(given('ZHIKE_TEST_DIR'), 's3-'))
    store = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: folder, configureBuckets: [{ name: account.bucket, configs: [] }] })
    const { port } = await store.run()
    files = createS3Files({ ...account, endpoint: `http://127.0.0.1:${port}` }, join(folder, 'parts'))
  })
  afterAll(async () => {
    files.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are kept, read whole or as a stream, replaced and removed', async () => {
    await files.put(key, Buffer.from('first'), 'application/pdf')
    await files.put(key, Buffer.alloc(300_000, 7), 'application/pdf')
    expect(await files.get(key)).toEqual(Buffer.alloc(300_000, 7))
    const streamed = await files.stream(key)
    expect(streamed?.bytes).toBe(300_000)
    expect(streamed && (await buffer(streamed.body)).length).toBe(300_000)
    await files.remove(key)
    expect(await files.get(key)).toBeNull()
  })

  it('written piece by piece appear whole or not at all', async () => {
    await files.write(key, 'text/plain', async (out) => {
      out.write('one ')
      out.end('two')
    })
    expect(String(await files.get(key))).toBe('one two')
    await expect(files.write(key, 'text/plain', async (out) => {
      out.write('three')
      throw new Error('the rows broke off')
    })).rejects.toThrow('the rows broke off')
    expect(String(await files.get(key))).toBe('one two')
    await files.remove(key)
  })

  it('that are not there read as null, and are removed without complaint', async () => {
    expect(await files.get('c1/none')).toBeNull()
    expect(await files.stream('c1/none')).toBeNull()
    await files.remove('c1/none')
  })

  it('are never asked for by an unsafe key', async () => {
    await expect(files.get('../zhike')).rejects.toThrow('unsafe file key')
    await expect(files.put('/a', Buffer.from('x'), 'text/plain')).rejects.toThrow('unsafe file key')
  })
})

describe('what goes to the store', () => {
  let server: Server
  const seen: { method?: string; url?: string; type?: string; authorization?: string; checksum?: string }[] = []
  let status = 200

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { 'content-type': type, authorization, 'x-amz-checksum-crc32': checksum } = request.headers
      seen.push({ method: request.method, url: request.url, type, authorization, checksum: checksum === undefined ? undefined : String(checksum) })
      request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/xml' }).end(status === 403 ? '<Error><Code>AccessDenied</Code></Error>' : ''))
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
  })
  afterAll(() => new Promise((done) => server.close(done)))
  const connected = () => createS3Files({ ...account, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, join(given('ZHIKE_TEST_DIR'), 's3-parts'))

  it('is signed, addressed by path, with its content type and without the newer checksums other stores don’t know', async () => {
    const files = connected()
    await files.put(key, Buffer.from('page'), 'image/webp')
    files.close()
    expect(seen.at(-1)).toMatchObject({ method: 'PUT', url: `/zhike/${key}?x-id=PutObject`, type: 'image/webp', checksum: undefined })
    expect(seen.at(-1)?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/us-east-1\/s3\/aws4_request/)
  })

  it('being refused is an error, not an absent file', async () => {
    status = 403
    const files = connected()
    await expect(files.get(key)).rejects.toThrow()
    await expect(files.put(key, Buffer.from('x'), 'image/webp')).rejects.toThrow()
    files.close()
  })
})
