import { createHash } from 'node:crypto'
import { OutsideRefused } from '../../platform/outside/refusals.ts'
import type { Outside } from '../../platform/outside/outside.ts'
import type { FileStore } from '../../platform/files/store.ts'

const PICTURE = { maxBytes: 1024 * 1024, overflow: 'refuse', timeoutMs: 10_000, accept: 'image' } as const
const KINDS = [{ type: 'image/png', begins: Buffer.from([0x89, 0x50, 0x4e, 0x47]) }, { type: 'image/jpeg', begins: Buffer.from([0xff, 0xd8, 0xff]) }] as const

/** Names a way in addresses and files without telling its id. */
export const nameOf = (configId: string): string => createHash('sha256').update(configId).digest('hex').slice(0, 32)

/**
 * Pictures of codes. Ours is a copy: customers' pages load nothing from hosts of others, the address at WeCom may be http and
 * slow, and a code that hangs in a page must not depend on either. The code itself stays the same for the life of its way.
 */
export function codePictures(files: FileStore, corpId: number) {
  const keyOf = (configId: string) => `c${corpId}/contact-ways/${nameOf(configId)}`
  return {
    async get(configId: string): Promise<{ body: Buffer; type: string } | null> {
      const body = await files.get(keyOf(configId))
      const type = body && typeOf(body)
      return body && type ? { body, type } : null
    },
    /** @throws OutsideRefused when there is no picture at the address */
    async fetch(outside: Outside, { configId, qrCode }: { configId: string; qrCode: string }): Promise<void> {
      const { body } = await outside.get(qrCode, PICTURE)
      const type = typeOf(body)
      if (type === null) throw new OutsideRefused('type', '企业微信给出的地址打开的不是图片')
      await files.put(keyOf(configId), body, type)
    },
  }
}

const typeOf = (bytes: Buffer): string | null => KINDS.find(({ begins }) => bytes.subarray(0, begins.length).equals(begins))?.type ?? null
