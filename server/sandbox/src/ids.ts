import { createHash, randomBytes } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Random id of WeCom's alphabet. */
export function randomId(length: number): string {
  let id = ''
  for (const byte of randomBytes(length)) id += ALPHABET.charAt(byte % ALPHABET.length)
  return id
}

/** Id with WeCom's usual prefix and 32 characters in all: wm/wo outside people, wr groups, et tags (wecom-api/00 §1). */
export function wecomId(prefix: 'wm' | 'wo' | 'wr' | 'et', random: (length: number) => string = randomId): string {
  return `${prefix}SbX7RB${random(24)}`
}

/** 32 lower-case hex characters, as config_id and member_version. */
export function hexId(): string {
  return randomBytes(16).toString('hex')
}

/** Stable short digest, for avatars' colours and scope checks. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
