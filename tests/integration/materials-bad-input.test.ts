// What the material library makes of bad files and of bad addresses, at the door of the API: a sentence that says what to do.
// Files: too large, broken, locked, too thick, a picture that would fill the memory. Addresses: of this machine, that lead here by a
// redirect or a name, that never end. The same below the door: unit/outside.test.ts, materials-drawing.test.ts, materials.test.ts.
import type * as Dns from 'node:dns/promises'
import { crc32 } from 'node:zlib'
import { startSandbox, type RunningSandbox } from '@zhike/sandbox/server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { A4, a4Pages, pdfOf } from '../fixtures/materials/pdf.ts'
import { ADMIN, openMaterialsHouse, type Answer, type MaterialsHouse, type Person } from './materials-house.ts'

const MB = 1024 * 1024
/** Names that somebody outside has given addresses of the inside. */
const NAMES: Record<string, string[]> = { 'inside.example.com': ['127.0.0.1'], 'cloud.example.com': ['169.254.169.254'], 'both.example.com': ['93.184.215.14', '10.0.0.7'] }

vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof Dns>()),
  Resolver: class {
    resolve4 = (name: string) => (NAMES[name] ? Promise.resolve(NAMES[name]) : Promise.reject(Object.assign(new Error(name), { code: 'ENOTFOUND' })))
    resolve6 = (name: string) => Promise.reject(Object.assign(new Error(name), { code: 'ENODATA' }))
    cancel = () => undefined
  },
}))

let sandbox: RunningSandbox
let house: MaterialsHouse
let admin: Person

beforeAll(async () => {
  sandbox = await startSandbox()
  house = await openMaterialsHouse({ SANDBOX: '1', SANDBOX_URL: sandbox.url, WECOM_API_BASE: sandbox.url, WECHAT_API_BASE: sandbox.url })
  admin = await house.person('wwbadinput0001', ADMIN)
})
afterAll(async () => {
  await house?.close()
  await sandbox?.close()
})

const told = (answer: Answer) => [answer.status, answer.json.message]

describe('a file is refused with what to do · MAT-5, MAT-7', () => {
  it.each([['pdf', '20 MB'], ['image', '10 MB'], ['video', '100 MB'], ['file', '20 MB']] as const)('of 200 MB, before a byte of it is sent: %s', async (kind, most) => {
    const answer = await admin.ask('POST', '/api/uploads', { kind, name: '大.bin', bytes: 200 * MB, mark: '1' })
    expect(told(answer)).toEqual([413, expect.stringContaining(most)])
  })

  it('that is longer than it was said to be', async () => {
    const { uploadId } = (await admin.ask('POST', '/api/uploads', { kind: 'pdf', name: '小.pdf', bytes: 100, mark: '1' })).json
    const answer = await house.app.inject({ method: 'PUT', url: `/api/uploads/${uploadId}/pieces/0`, payload: Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(MB - 100)]), headers: { cookie: admin.cookie, 'content-type': 'application/octet-stream' } })
    expect([answer.statusCode, answer.json().message]).toEqual([400, '收到的内容不完整，请重新上传'])
    expect((await admin.ask('GET', `/api/uploads/${uploadId}`)).json).toMatchObject({ received: 0 })
  })

  it.each([
    ['a broken PDF', '坏.pdf', () => Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog'), 422, '已损坏'],
    ['a PDF cut in half', '半.pdf', () => a4Pages(40).subarray(0, 6000), 422, '重新导出'],
    ['a PDF with a password', '密.pdf', () => pdfOf([A4], { encrypted: true }), 422, '去掉密码'],
    ['a PDF of 500 pages', '厚.pdf', () => a4Pages(500), 422, '共 500 页，最多 300 页'],
    ['a picture that says 60 000 × 60 000', '大.png', () => pictureBomb(), 422, '尺寸太大'],
    ['a picture that is a page', '图.png', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 415, '图片'],
  ])('%s', async (_what, name, bytes, status, says) => {
    const answer = await admin.upload(name, await bytes())
    expect(told(answer)).toEqual([status, expect.stringContaining(says)])
    expect(answer.json.requestId).toBeTruthy()
  })
})

describe('an address is not read, and it is said why · MAT-6', () => {
  const look = async (url: string, who = admin) => (await who.ask('POST', '/api/links/look', { url })).body.toString()
  const imported = async (url: string, who = admin) => told(await who.ask('POST', '/api/articles/import', { url }))
  const bad = (path: string) => `http://localhost:3000/sandbox/web/bad/${path}`

  it.each([
    'http://127.0.0.1/', 'http://127.1:8080/', 'http://2130706433/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://localhost/', 'http://10.0.0.1/', 'http://169.254.169.254/latest/meta-data/', 'http://0.0.0.0/',
    'http://inside.example.com/', 'http://cloud.example.com/', 'http://both.example.com/',
  ])('of the inside: %s', async (url) => {
    expect(await look(url)).toContain('这个网址指向内部网络，不能读取')
    expect(await imported(url)).toEqual([422, '这个网址指向内部网络，不能读取'])
  })

  it('that leads inside by a redirect, or round in circles', async () => {
    expect(await look(bad('redirect-inside'))).toMatch(/指向内部网络|不常见的端口/)
    expect(await imported(bad('redirect-inside'))).toEqual([422, expect.stringMatching(/指向内部网络|不常见的端口/)])
    expect(await look(bad('loop'))).toContain('不停地跳转')
    expect(await look(bad('500'))).toContain('对方网站出错了（500）')
  })

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'http://user:pass@example.com/', 'http://'])('that is none: %s', async (url) => {
    const answer = await admin.ask('POST', '/api/links/look', { url })
    expect(answer.json.details.fields).toHaveProperty('url')
  })

  it('of two gigabytes is read in part and let go; a page that never ends ends for us', async () => {
    // The other has asked as often as one may in a minute.
    const second = await house.person('wwbadinput0001', 'wuxiaoyan')
    const began = performance.now()
    expect(await look(bad('huge'), second)).toContain('"title":"')
    const [status, message] = await imported(bad('huge'), second)
    expect([200, 422]).toContain(status)
    if (status === 422) expect(message).toMatch(/[\u4e00-\u9fff]/)
    expect(await look(bad('endless'), second)).toContain('对方网站太久没有回应，请稍后再试')
    expect(performance.now() - began).toBeLessThan(45_000)
    await vi.waitFor(() => expect(sandbox.control.stats().outsideStreams).toBe(0), { timeout: 5000 })
  })
})

/** A small picture whose header says 60 000 × 60 000. */
async function pictureBomb(): Promise<Buffer> {
  const bomb = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } }).png().toBuffer()
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29)
  return bomb
}
