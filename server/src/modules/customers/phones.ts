import { createHash } from 'node:crypto'
import { maskPhone } from '@zhike/shared'
import { z } from 'zod'
import type { SecretBox } from '../../platform/crypto/secret-box.ts'

const phoneList = z.array(z.string())

/** Phone numbers at rest (SYS-17): sealed as one text per relation. */
export interface PhoneBox {
  seal(corpId: number, phones: readonly string[]): string | null
  open(corpId: number, sealed: string | null): string[]
  masked(corpId: number, sealed: string | null): string[]
  same(corpId: number, sealed: string | null, phones: readonly string[]): boolean
  /** Tells one list from another without telling what is in it. */
  mark(sealed: string | null): string
}

export function createPhoneBox(secrets: SecretBox): PhoneBox {
  const contextOf = (corpId: number) => `customer_relations.phones:${corpId}`
  const open = (corpId: number, sealed: string | null) => (sealed === null ? [] : phoneList.parse(JSON.parse(secrets.open(sealed, contextOf(corpId)))))
  return {
    seal: (corpId, phones) => (phones.length === 0 ? null : secrets.seal(JSON.stringify(phones), contextOf(corpId))),
    open,
    masked: (corpId, sealed) => open(corpId, sealed).map(maskPhone),
    // Sealed twice, the same list is a different text.
    mark: (sealed) => (sealed === null ? 'none' : createHash('sha256').update(sealed).digest('base64url').slice(0, 12)),
    same(corpId, sealed, phones) {
      if (sealed === null || phones.length === 0) return (sealed === null) === (phones.length === 0)
      const known = open(corpId, sealed)
      return known.length === phones.length && known.every((phone, i) => phone === phones[i])
    },
  }
}
