import { createHash } from 'node:crypto'

/** 26 characters of WeChat's alphabet, the same for the same text on every machine. */
function stableId(text: string): string {
  return createHash('sha256').update(text).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 26)
}

/** What one person is called by one account; another account has another name for her. */
export function openidOf(appid: string, personId: string): string {
  return `oG${stableId(`${appid} ${personId}`)}`
}

/** The unionid of somebody who was given none: one per person under the 开放平台 account of the corp. */
export function unionidFor(personId: string): string {
  return `oU${stableId(`open platform ${personId}`)}`
}
