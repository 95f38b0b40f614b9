import { createCipheriv, randomBytes } from 'node:crypto'
import * as second from '@wecom/crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CallbackError, createCallbackCodec, isEncodingAesKey, MAX_CALLBACK_BYTES, parseCallbackEnvelope } from '../../server/src/wecom/index.ts'
import type { CallbackErrorCode } from '../../server/src/wecom/index.ts'
import { fixtureJson, fixtureText } from '../fixtures/wecom/fixture.ts'

const secretsShape = { token: z.string(), encodingAESKey: z.string(), receiveid: z.string(), timestamp: z.string(), nonce: z.string(), msg_signature: z.string() }
const vectors = z.object({
  vectors: z.array(z.object({
    ...secretsShape,
    name: z.string(),
    encrypt: z.string(),
    expect: z.object({ signature_valid: z.boolean(), msg: z.string().optional(), random16: z.string().optional(), error: z.string().optional() }),
  })),
  json_envelope: z.object({ ...secretsShape, post_body: z.unknown(), expect: z.object({ msg: z.string() }) }),
  passive_reply: z.object({ ...secretsShape, random16: z.string(), msg: z.string(), encrypt: z.string(), response_body: z.string() }),
}).parse(fixtureJson('callback-vectors.json'))

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const CORP = 'ww3f9a1c27d5e8b640'
const codec = createCallbackCodec({ token: 'sBx7TqLm2R', encodingAesKey: KEY, receiveId: CORP })

function codeOf(work: () => unknown): CallbackErrorCode | 'accepted' {
  try {
    work()
  } catch (error) {
    if (error instanceof CallbackError) return error.code
    throw error
  }
  return 'accepted'
}

/** Seals raw plaintext bytes (a whole number of blocks) under the right key and signature, so that only the inside is wrong. */
function openRaw(plain: Buffer): string {
  const key = Buffer.from(`${KEY}=`, 'base64')
  const aes = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return openSigned(Buffer.concat([aes.update(plain), aes.final()]).toString('base64'))
}

function openSigned(encrypt: string): string {
  return codec.open({ signature: codec.sign('1', '2', encrypt), timestamp: '1', nonce: '2', encrypt })
}

function plaintext(parts: { length: number; message: string; receiver: string; padding?: Buffer }): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(parts.length)
  const body = Buffer.concat([randomBytes(16), length, Buffer.from(parts.message + parts.receiver)])
  const missing = 32 - (body.length % 32)
  return Buffer.concat([body, parts.padding ?? Buffer.alloc(missing, missing)])
}

describe('callback codec (wecom-api/01 §4)', () => {
  it.each(vectors.vectors.filter((vector) => !vector.expect.error))('opens the vector $name and seals it to the same bytes', (vector) => {
    const own = createCallbackCodec({ token: vector.token, encodingAesKey: vector.encodingAESKey, receiveId: vector.receiveid })
    const message = own.open({ signature: vector.msg_signature, timestamp: vector.timestamp, nonce: vector.nonce, encrypt: vector.encrypt })
    expect(message).toBe(vector.expect.msg)
    expect(own.encrypt(message, Buffer.from(vector.expect.random16 ?? ''))).toBe(vector.encrypt)
  })

  it.each(vectors.vectors.filter((vector) => vector.expect.error))('refuses the vector $name', (vector) => {
    const own = createCallbackCodec({ token: vector.token, encodingAesKey: vector.encodingAESKey, receiveId: vector.receiveid })
    expect(codeOf(() => own.open({ ...vector, signature: vector.msg_signature }))).toBe(vector.expect.signature_valid ? 'wrong-receiver' : 'bad-signature')
  })

  it('builds the passive reply of the vectors byte for byte', () => {
    const reply = vectors.passive_reply
    const own = createCallbackCodec({ token: reply.token, encodingAesKey: reply.encodingAESKey, receiveId: reply.receiveid })
    expect(own.reply(reply.msg, reply.timestamp, reply.nonce, Buffer.from(reply.random16))).toBe(reply.response_body)
  })

  it('agrees with @wecom/crypto on random messages of every length around the block size', () => {
    for (let length = 0; length < 200; length++) {
      const message = randomBytes(length).toString('base64').slice(0, length) + (length % 3 === 0 ? '妈妈👶' : '')
      const ours = codec.encrypt(message)
      expect(second.decrypt(KEY, ours)).toMatchObject({ message, id: CORP })
      const theirs = second.encrypt(KEY, message, CORP)
      const signature = second.getSignature('sBx7TqLm2R', String(length), 'n', theirs)
      expect(codec.open({ signature, timestamp: String(length), nonce: 'n', encrypt: theirs })).toBe(message)
    }
  })

  it('refuses a signature of another length, in upper case or empty', () => {
    const encrypt = codec.encrypt('x')
    const good = codec.sign('1', '2', encrypt)
    for (const signature of ['', good.slice(1), `${good}0`, good.toUpperCase(), '签名']) {
      expect(codeOf(() => codec.open({ signature, timestamp: '1', nonce: '2', encrypt }))).toBe('bad-signature')
    }
  })

  it.each([
    ['padding value 0', Buffer.concat([Buffer.alloc(31, 1), Buffer.alloc(1, 0)])],
    ['padding value over 32', Buffer.alloc(32, 33)],
    ['padding bytes that differ', Buffer.concat([Buffer.alloc(24, 1), Buffer.from([7, 8, 8, 8, 8, 8, 8, 8])])],
  ])('refuses %s', (_name, plain) => {
    expect(codeOf(() => openRaw(plain))).toBe('bad-padding')
  })

  it('refuses a length field that swallows the receiver or points outside', () => {
    expect(codeOf(() => openRaw(plaintext({ length: 3 + CORP.length, message: 'abc', receiver: CORP })))).toBe('wrong-receiver')
    expect(codeOf(() => openRaw(plaintext({ length: 9999, message: 'abc', receiver: CORP })))).toBe('bad-length')
    expect(codeOf(() => openRaw(plaintext({ length: 0xffffffff, message: 'abc', receiver: CORP })))).toBe('bad-length')
    expect(codeOf(() => openRaw(Buffer.alloc(32, 20)))).toBe('bad-length')
    expect(openRaw(plaintext({ length: 3, message: 'abc', receiver: CORP }))).toBe('abc')
  })

  it.each([['', 'bad-cipher'], ['====', 'bad-cipher'], ['not base64!', 'bad-cipher'], ['QUJD', 'bad-cipher'], ['A'.repeat(87), 'bad-cipher']])('refuses the ciphertext %j', (encrypt, code) => {
    expect(codeOf(() => openSigned(encrypt))).toBe(code)
  })

  it('refuses a huge ciphertext before doing any work', () => {
    expect(codeOf(() => openSigned('A'.repeat(10 * 1024 * 1024)))).toBe('too-large')
  })

  it('accepts only keys of 43 characters', () => {
    expect(isEncodingAesKey(KEY)).toBe(true)
    for (const key of ['', KEY.slice(1), `${KEY}A`, `${KEY.slice(1)}=`, `${KEY.slice(1)} `]) {
      expect(codeOf(() => createCallbackCodec({ token: 't', encodingAesKey: key, receiveId: CORP }))).toBe('bad-key')
    }
  })
})

describe('callback envelope (wecom-api/01 §3)', () => {
  it('reads the XML envelope in any order of elements, CDATA or plain', () => {
    const envelope = parseCallbackEnvelope(fixtureText('callback-post-envelope.xml'))
    expect(envelope).toMatchObject({ toUserName: CORP, agentId: '1000002' })
    expect(parseCallbackEnvelope(`<xml><Encrypt>${envelope.encrypt}</Encrypt><AgentID/><ToUserName>${CORP}</ToUserName></xml>`)).toEqual({ toUserName: CORP, agentId: null, encrypt: envelope.encrypt })
  })

  it('reads the JSON variant', () => {
    const variant = vectors.json_envelope
    const envelope = parseCallbackEnvelope(JSON.stringify(variant.post_body))
    const own = createCallbackCodec({ token: variant.token, encodingAesKey: variant.encodingAESKey, receiveId: variant.receiveid })
    expect(own.open({ signature: variant.msg_signature, timestamp: variant.timestamp, nonce: variant.nonce, encrypt: envelope.encrypt })).toBe(variant.expect.msg)
  })

  it.each([
    ['a DTD with entities', '<!DOCTYPE x [<!ENTITY a "aaa">]><xml><ToUserName>&a;</ToUserName><Encrypt>x</Encrypt></xml>'],
    ['an external entity', '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><ToUserName>a</ToUserName><Encrypt>x</Encrypt></xml>'],
    ['an unknown entity', '<xml><ToUserName>&secret;</ToUserName><Encrypt>x</Encrypt></xml>'],
    ['a comment', '<xml><!-- --><ToUserName>a</ToUserName><Encrypt>x</Encrypt></xml>'],
    ['two ciphertexts', '<xml><ToUserName>a</ToUserName><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>'],
    ['a missing ciphertext', '<xml><ToUserName>a</ToUserName></xml>'],
    ['unbalanced tags', '<xml><ToUserName>a</Encrypt></xml>'],
    ['text after the end', '<xml><ToUserName>a</ToUserName><Encrypt>x</Encrypt></xml><xml/>'],
    ['nesting without end', '<xml>'.repeat(5000)],
    ['no XML at all', 'success'],
    ['an empty body', ''],
    ['broken JSON', '{"tousername":'],
    ['JSON of the wrong types', '{"tousername":1,"encrypt":["a"]}'],
    ['a JSON list', '{"encrypt":"x"}'],
  ])('refuses %s', (_name, body) => {
    expect(codeOf(() => parseCallbackEnvelope(body))).toBe('bad-envelope')
  })

  it('refuses a body of 10 MB without parsing it', () => {
    expect(codeOf(() => parseCallbackEnvelope('<xml>'.padEnd(10 * 1024 * 1024)))).toBe('too-large')
    expect(codeOf(() => parseCallbackEnvelope(Buffer.alloc(MAX_CALLBACK_BYTES + 1)))).toBe('too-large')
  })
})
