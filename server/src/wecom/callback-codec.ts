import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { onlyChildText, parseXml, XmlError } from './xml.ts'

/** Why a callback was refused. Only `bad-key` is our own configuration; the rest is what somebody sent us. */
export type CallbackErrorCode =
  | 'bad-key'
  | 'bad-envelope'
  | 'too-large'
  | 'bad-signature'
  | 'bad-cipher'
  | 'bad-padding'
  | 'bad-length'
  | 'wrong-receiver'
  | 'bad-message'

/** A callback that must not be accepted; `code` says why, the text never contains secrets or plaintext. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError'
  constructor(readonly code: CallbackErrorCode, message: string) {
    super(message)
  }
}

/** The three values of 接收消息 → 设置API接收, plus the corp that must be the receiver (wecom-api/01 §1, §4). */
interface CallbackSecrets {
  token: string
  encodingAesKey: string
  receiveId: string
}

/** Query parameters of a callback plus the ciphertext (`echostr` on GET, `Encrypt` on POST). */
interface SealedCallback {
  signature: string
  timestamp: string
  nonce: string
  encrypt: string
}

/** Signs, opens and seals callbacks of one receiver. */
export interface CallbackCodec {
  /** `msg_signature` over these values: lower-case hex SHA-1. */
  sign(timestamp: string, nonce: string, encrypt: string): string
  /** Checks the signature, then decrypts strictly; gives the plaintext or throws `CallbackError`. */
  open(sealed: SealedCallback): string
  /** Ciphertext (base64) of a message; `random` (16 bytes) is only given by tests. */
  encrypt(message: string, random?: Buffer): string
  /** A whole passive reply or, from the simulator's side, the signed body of an answer. */
  reply(message: string, timestamp: string, nonce: string, random?: Buffer): string
}

/** What the outer body of a POST says before anything is trusted. */
interface CallbackEnvelope {
  toUserName: string
  agentId: string | null
  encrypt: string
}

/** Largest body we look at. The largest real events (member lists) stay far below. */
export const MAX_CALLBACK_BYTES = 512 * 1024

const BLOCK = 32
const HEADER = 20
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** True for a text that can be an EncodingAESKey: 43 characters of base64 without padding. */
export function isEncodingAesKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}$/.test(text)
}

/**
 * The codec of one receiver (wecom-api/01 §4). Throws `CallbackError('bad-key')` for an impossible EncodingAESKey, so a
 * wrong setting shows when it is saved and not when the first event arrives.
 */
export function createCallbackCodec(secrets: CallbackSecrets): CallbackCodec {
  if (!isEncodingAesKey(secrets.encodingAesKey)) throw new CallbackError('bad-key', 'EncodingAESKey must have 43 letters or digits')
  const key = Buffer.from(`${secrets.encodingAesKey}=`, 'base64')
  const iv = key.subarray(0, 16)
  const receiver = Buffer.from(secrets.receiveId, 'utf8')

  function sign(timestamp: string, nonce: string, encrypt: string): string {
    return createHash('sha1').update([secrets.token, timestamp, nonce, encrypt].sort().join('')).digest('hex')
  }

  function open(sealed: SealedCallback): string {
    if (sealed.encrypt.length > MAX_CALLBACK_BYTES) throw new CallbackError('too-large', 'ciphertext is too large')
    if (!sameText(sealed.signature, sign(sealed.timestamp, sealed.nonce, sealed.encrypt))) {
      throw new CallbackError('bad-signature', 'signature does not match')
    }
    const plain = stripPadding(decipher(key, iv, sealed.encrypt))
    if (plain.length < HEADER) throw new CallbackError('bad-length', 'plaintext is shorter than its header')
    const end = HEADER + plain.readUInt32BE(16)
    if (end > plain.length) throw new CallbackError('bad-length', 'length field points outside the plaintext')
    if (!sameBytes(plain.subarray(end), receiver)) throw new CallbackError('wrong-receiver', 'message is for another receiver')
    return plain.toString('utf8', HEADER, end)
  }

  function encrypt(message: string, random: Buffer = randomBytes(16)): string {
    const body = Buffer.from(message, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    const unpadded = HEADER + body.length + receiver.length
    const padding = BLOCK - (unpadded % BLOCK)
    const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
    const plain = Buffer.concat([random, length, body, receiver, Buffer.alloc(padding, padding)])
    return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
  }

  function reply(message: string, timestamp: string, nonce: string, random?: Buffer): string {
    if (!/^\d{1,20}$/.test(timestamp) || nonce.includes(']]>')) throw new CallbackError('bad-envelope', 'timestamp or nonce is malformed')
    const sealed = encrypt(message, random)
    return `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt><MsgSignature><![CDATA[${sign(timestamp, nonce, sealed)}]]></MsgSignature>`
      + `<TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`
  }

  return { sign, open, encrypt, reply }
}

/**
 * Reads the outer body of a POSTed callback, XML or the JSON variant (wecom-api/01 §3), elements in any order. Nothing in
 * it may be trusted before `codec.open`. Throws `CallbackError` `too-large` or `bad-envelope`.
 */
export function parseCallbackEnvelope(body: string | Buffer): CallbackEnvelope {
  if (body.length > MAX_CALLBACK_BYTES) throw new CallbackError('too-large', 'callback body is too large')
  const text = typeof body === 'string' ? body : body.toString('utf8')
  return text.trimStart().startsWith('{') ? jsonEnvelope(text) : xmlEnvelope(text)
}

function xmlEnvelope(text: string): CallbackEnvelope {
  try {
    const root = parseXml(text)
    const toUserName = onlyChildText(root, 'ToUserName')
    const encrypt = onlyChildText(root, 'Encrypt')
    if (root.name !== 'xml' || toUserName === null || !encrypt) throw new CallbackError('bad-envelope', 'ToUserName or Encrypt is missing')
    return { toUserName: toUserName.trim(), agentId: onlyChildText(root, 'AgentID')?.trim() || null, encrypt: encrypt.trim() }
  } catch (error) {
    if (error instanceof XmlError) throw new CallbackError('bad-envelope', error.message)
    throw error
  }
}

function jsonEnvelope(text: string): CallbackEnvelope {
  const body = parseJsonObject(text)
  const toUserName = body.get('tousername')
  const encrypt = body.get('encrypt')
  const agentId = body.get('agentid')
  if (typeof toUserName !== 'string' || typeof encrypt !== 'string' || encrypt === '') {
    throw new CallbackError('bad-envelope', 'tousername or encrypt is missing')
  }
  return { toUserName, encrypt, agentId: typeof agentId === 'string' || typeof agentId === 'number' ? String(agentId) || null : null }
}

function parseJsonObject(text: string): ReadonlyMap<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new CallbackError('bad-envelope', 'body is neither XML nor JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new CallbackError('bad-envelope', 'JSON body is not an object')
  return new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]))
}

function decipher(key: Buffer, iv: Buffer, encrypt: string): Buffer {
  const cipherText = Buffer.from(encrypt, 'base64')
  // Node decodes base64 leniently; what is not clean base64 of whole 32-byte blocks was never made by WeCom.
  if (!BASE64.test(encrypt) || encrypt.length !== Math.ceil(cipherText.length / 3) * 4) throw new CallbackError('bad-cipher', 'ciphertext is not base64')
  if (cipherText.length === 0 || cipherText.length % BLOCK !== 0) throw new CallbackError('bad-cipher', 'ciphertext is not whole blocks')
  // Padding is PKCS#7 over 32 bytes, which Node's own check (1…16) would refuse.
  const aes = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  return Buffer.concat([aes.update(cipherText), aes.final()])
}

function stripPadding(padded: Buffer): Buffer {
  const padding = padded[padded.length - 1] ?? 0
  if (padding < 1 || padding > BLOCK) throw new CallbackError('bad-padding', 'padding value is out of range')
  const start = padded.length - padding
  if (!padded.subarray(start).every((byte) => byte === padding)) throw new CallbackError('bad-padding', 'padding bytes differ')
  return padded.subarray(0, start)
}

function sameText(given: string, expected: string): boolean {
  return sameBytes(Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8'))
}

function sameBytes(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
