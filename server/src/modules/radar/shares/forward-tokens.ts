import { createCipheriv, createDecipheriv } from 'node:crypto'
import { createKeyedHash } from '../../../platform/crypto/secret-box.ts'

/** Which link a reader passes on: the share she read, and her device. */
export interface Forward { corpId: number; shareId: number; visitorId: string }

const MAC = 10
const CORP = 4
const SHARE = 6
const VISITOR = 12
const BODY = CORP + SHARE + VISITOR
/** Of the text. Links of shares are shorter. */
export const FORWARD_LENGTH = Math.ceil(((MAC + BODY) * 4) / 3)

/**
 * The address under which a reader passes a link on (MAT-19). It carries whose copy it is, sealed: nothing is written when a
 * page is shown, and a chain of a thousand forwards has addresses of one length. The seal is deterministic (the keyed hash of
 * the content is its nonce): one reader of one link has one address.
 */
export function createForwardTokens(appKey: Buffer) {
  const hash = createKeyedHash(appKey, 'forward')
  const key = createKeyedHash(appKey, 'forward-cipher')('key')
  const macOf = (body: Buffer) => hash(body.toString('hex')).subarray(0, MAC)
  const iv = (mac: Buffer) => Buffer.concat([mac, Buffer.alloc(16 - MAC)])
  return {
    /** Null for a device whose id is none of ours. */
    issue({ corpId, shareId, visitorId }: Forward): string | null {
      const visitor = Buffer.from(visitorId, 'base64url')
      if (visitor.length !== VISITOR || visitor.toString('base64url') !== visitorId) return null
      const body = Buffer.alloc(BODY)
      body.writeUInt32BE(corpId, 0)
      body.writeUIntBE(shareId, CORP, SHARE)
      visitor.copy(body, CORP + SHARE)
      const mac = macOf(body)
      const cipher = createCipheriv('aes-256-ctr', key, iv(mac))
      return Buffer.concat([mac, cipher.update(body), cipher.final()]).toString('base64url')
    },
    /** Null for anything else. */
    read(token: string): Forward | null {
      if (token.length !== FORWARD_LENGTH) return null
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== MAC + BODY || bytes.toString('base64url') !== token) return null
      const mac = bytes.subarray(0, MAC)
      const decipher = createDecipheriv('aes-256-ctr', key, iv(mac))
      const body = Buffer.concat([decipher.update(bytes.subarray(MAC)), decipher.final()])
      if (!macOf(body).equals(mac)) return null
      return { corpId: body.readUInt32BE(0), shareId: body.readUIntBE(CORP, SHARE), visitorId: body.subarray(CORP + SHARE).toString('base64url') }
    },
  }
}
