import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * WeCom's callback cipher, written independently of the product so that a mistake there cannot hide
 * here (wecom-api/01 §4).
 */

const BLOCK = 32

/** 32 bytes from the 43 characters of an EncodingAESKey; throws when it is not one. */
export function aesKeyOf(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey) || key.length !== 32) throw new Error('EncodingAESKey 应为 43 位字母或数字')
  return key
}

/** msg_signature: hex SHA-1 over the four values, sorted and joined. */
export function signatureOf(token: string, timestamp: string, nonce: string, encrypted: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join('')).digest('hex')
}

/** base64 of random(16) | length(4, big endian) | message | receiveid, padded to 32-byte blocks. */
export function encryptFor(encodingAesKey: string, message: string, receiveId: string): string {
  const key = aesKeyOf(encodingAesKey)
  const body = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([randomBytes(16), length, body, Buffer.from(receiveId, 'utf8')])
  const pad = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString('base64')
}

/** The message inside; throws when padding, length or receiveid are wrong. Used to read passive replies. */
export function decryptFrom(encodingAesKey: string, encrypted: string, receiveId: string): string {
  const key = aesKeyOf(encodingAesKey)
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64')), decipher.final()])
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > BLOCK) throw new Error('bad padding')
  const plain = padded.subarray(0, padded.length - pad)
  if (plain.length < 20) throw new Error('too short')
  const end = 20 + plain.readUInt32BE(16)
  if (end > plain.length || plain.subarray(end).toString('utf8') !== receiveId) throw new Error('wrong length or receiveid')
  return plain.subarray(20, end).toString('utf8')
}
