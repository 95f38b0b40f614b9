import { createKeyedHash } from '../../platform/crypto/secret-box.ts'
import type { Platform } from '../../platform/platform.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LIFE_DAYS = 30
const BODY = 12
const MAC = 12
/** Of the text: links of shares are shorter or longer, so that one look tells them apart. */
export const PREVIEW_LENGTH = ((BODY + MAC) * 4) / 3

export interface PreviewOf { corpId: number; materialId: number }

/**
 * Links for colleagues (MAT-12): corp, material and last day in 12 bytes, and as many of a keyed hash. They stand in no table,
 * count nowhere, and end by themselves.
 */
export function createPreviewLinks({ config, clock }: Pick<Platform, 'config' | 'clock'>) {
  const hash = createKeyedHash(config.appKey, 'preview')
  const macOf = (body: Buffer) => hash(body.toString('hex')).subarray(0, MAC)
  const today = () => Math.floor(clock.now() / DAY_MS)
  return {
    link(corpId: number, materialId: number): { url: string; expiresAt: number } {
      const body = Buffer.alloc(BODY)
      const last = today() + LIFE_DAYS
      body.writeUInt32BE(corpId, 0)
      body.writeUIntBE(materialId, 4, 6)
      body.writeUInt16BE(last, 10)
      return { url: `${config.baseUrl}/r/${Buffer.concat([body, macOf(body)]).toString('base64url')}`, expiresAt: (last + 1) * DAY_MS }
    },
    /** Null for anything else, and after its last day. */
    read(token: string): PreviewOf | null {
      const bytes = Buffer.from(token, 'base64url')
      if (token.length !== PREVIEW_LENGTH || bytes.length !== BODY + MAC) return null
      const body = bytes.subarray(0, BODY)
      if (!macOf(body).equals(bytes.subarray(BODY)) || body.readUInt16BE(10) < today()) return null
      return { corpId: body.readUInt32BE(0), materialId: body.readUIntBE(4, 6) }
    },
  }
}
