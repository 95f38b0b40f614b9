import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** Encrypts what must not be readable in the database: AES-256-GCM under a key derived from APP_KEY (SYS-17). */
export interface SecretBox {
  /** @param context binds the text to its place (table.column:row), so it can't be moved elsewhere */
  seal(plain: string, context: string): string
  /** Throws when the text was changed, moved, or sealed with another APP_KEY. */
  open(sealed: string, context: string): string
}

export function createSecretBox(appKey: Buffer): SecretBox {
  const key = deriveKey(appKey, 'secret-box')
  return {
    seal(plain, context) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      cipher.setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed, context) {
      const raw = Buffer.from(sealed.startsWith('v1.') ? sealed.slice(3) : '', 'base64url')
      if (raw.length < 28) throw new Error('sealed text is damaged')
      const decipher = createDecipheriv('aes-256-gcm', key, raw.subarray(0, 12))
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(raw.subarray(12, 28))
      return Buffer.concat([decipher.update(raw.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}

/** Signs short texts that travel through browsers and come back: OAuth state, view tickets, visitor cookies. */
export interface Signer {
  /** `payload.signature`, both base64url. */
  sign(payload: string): string
  /** The payload, or null when the signature does not fit. */
  verify(signed: string): string | null
}

/** @param purpose keeps signatures of one kind from being accepted as another */
export function createSigner(appKey: Buffer, purpose: string): Signer {
  const key = deriveKey(appKey, `sign:${purpose}`)
  const mac = (body: string) => createHmac('sha256', key).update(body).digest().subarray(0, 16)
  return {
    sign(payload) {
      const body = Buffer.from(payload).toString('base64url')
      return `${body}.${mac(body).toString('base64url')}`
    },
    verify(signed) {
      const dot = signed.lastIndexOf('.')
      if (dot < 1 || signed.length > 2000) return null
      const body = signed.slice(0, dot)
      // As text: base64 has many spellings of the same bytes, and who counts by the whole text must see one.
      const given = Buffer.from(signed.slice(dot + 1))
      const expected = Buffer.from(mac(body).toString('base64url'))
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
      return Buffer.from(body, 'base64url').toString('utf8')
    },
  }
}

/**
 * Names something without telling what it is: the same text gives the same 32 bytes, and nobody without APP_KEY can try texts.
 * @param purpose keeps the names of one kind from fitting another
 */
export function createKeyedHash(appKey: Buffer, purpose: string): (text: string) => Buffer {
  const key = deriveKey(appKey, `hash:${purpose}`)
  return (text) => createHmac('sha256', key).update(text).digest()
}

function deriveKey(appKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', appKey, 'zhike', purpose, 32))
}

/** A random text for links and sessions; 16 bytes = 128 bit. */
export function randomToken(bytes = 16): string {
  return randomBytes(bytes).toString('base64url')
}
