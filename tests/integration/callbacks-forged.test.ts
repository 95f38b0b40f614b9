// What does not come from WeCom, or is not what it seems.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import { CORP, OTHER, openCallbacks } from './callbacks-stage.ts'

const stage = await openCallbacks()
const { web, secrets, codec, edited, addressOf, envelope, post, rowOf, rowCount, isDone } = stage
afterAll(() => stage.close())

describe('forged callbacks are refused without a reason and stored nowhere', () => {
  const cases: [string, () => { url: string; payload: string }][] = [
    ['a bad signature', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt, { signature: createHash('sha1').update('x').digest('hex') }), payload: envelope(encrypt) }
    }],
    ['no signature', () => ({ url: `/wecom/callback/${CORP}?timestamp=1&nonce=1`, payload: envelope(codec.encrypt(edited())) })],
    ['a repeated signature parameter', () => {
      const encrypt = codec.encrypt(edited())
      return { url: `${addressOf(encrypt)}&msg_signature=0`, payload: envelope(encrypt) }
    }],
    ['a signature over another timestamp', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt).replace('timestamp=1735689600', 'timestamp=1735689601'), payload: envelope(encrypt) }
    }],
    ['a message encrypted for another receiver', () => {
      const stranger = createCallbackCodec({ token: secrets.token, encodingAesKey: secrets.aesKey, receiveId: OTHER })
      const encrypt = stranger.encrypt(edited())
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['an envelope addressed to another corp', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt), payload: envelope(encrypt, OTHER) }
    }],
    ['damaged ciphertext', () => {
      const encrypt = codec.encrypt(edited()).replace(/^..../, 'AAAA')
      const half = encrypt.slice(0, 64 - (64 % 4))
      return { url: addressOf(half), payload: envelope(half) }
    }],
    ['bad padding', () => {
      const encrypt = sealRaw(Buffer.concat([randomBytes(16), length(4), Buffer.from(`echo${CORP}`), Buffer.alloc(22, 33)]))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a length field that points outside', () => {
      const encrypt = sealRaw(pad(Buffer.concat([randomBytes(16), length(0xffffffff), Buffer.from(`echo${CORP}`)])))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a length field that cuts the receiver', () => {
      const encrypt = sealRaw(pad(Buffer.concat([randomBytes(16), length(8), Buffer.from(`echo${CORP}`)])))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a body that is not XML', () => ({ url: addressOf('x'), payload: 'hello' })],
    ['an empty body', () => ({ url: addressOf('x'), payload: '' })],
    ['an envelope with entities', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt), payload: `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "${CORP}">]>${envelope(encrypt).replace(CORP, '&a;')}` }
    }],
    ['a signed message that is not XML', () => {
      const encrypt = codec.encrypt('hello')
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a signed message with entities', () => {
      const encrypt = codec.encrypt(`<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>${edited('<Remark>&a;</Remark>')}`)
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
  ]
  it.each(cases)('%s', async (_name, forge) => {
    const before = await rowCount()
    const { url, payload } = forge()
    const answer = await post(url, payload)
    expect([answer.statusCode, answer.body]).toEqual([400, 'refused'])
    expect(await rowCount()).toBe(before)
  })

  it('10 MB, announced or not', async () => {
    const big = `<xml><Encrypt>${'A'.repeat(10 * 1024 * 1024)}</Encrypt></xml>`
    expect((await post(addressOf('x'), big)).statusCode).toBe(413)
    await web.app.listen({ port: 0, host: '127.0.0.1' })
    expect(await chunked((web.app.server.address() as AddressInfo).port, addressOf('x'), big)).toBe(413)
  })

  it('a replayed one is harmless: it is the event that was handled already', async () => {
    const message = edited()
    const encrypt = codec.encrypt(message)
    const [url, payload] = [addressOf(encrypt), envelope(encrypt)]
    await post(url, payload)
    await isDone(message)
    const before = await rowCount()
    for (let i = 0; i < 3; i++) expect((await post(url, payload)).body).toBe('success')
    expect(await rowCount()).toBe(before)
    expect((await rowOf(message))?.attempts).toBe(1)
  })
})

/** Encrypts bytes as they are, to make what the codec would never make. */
function sealRaw(plain: Buffer): string {
  const key = Buffer.from(`${secrets.aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
}
function length(value: number): Buffer {
  const field = Buffer.alloc(4)
  field.writeUInt32BE(value)
  return field
}
function pad(plain: Buffer): Buffer {
  const missing = 32 - (plain.length % 32)
  return Buffer.concat([plain, Buffer.alloc(missing, missing)])
}

/** Sends without announcing the length; gives the status. */
function chunked(port: number, path: string, body: string): Promise<number> {
  return new Promise((done, fail) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-type': 'text/xml' } }, (response) => {
      response.resume()
      done(response.statusCode ?? 0)
    })
    request.on('error', fail)
    request.write(body.slice(0, body.length / 2))
    request.end(body.slice(body.length / 2))
  })
}
