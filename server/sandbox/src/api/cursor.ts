import { createHmac } from 'node:crypto'
import { WecomError } from './wecom-error.ts'

const KEY = 'sandbox cursors are opaque'

/**
 * An opaque cursor: a position, bound to one API and its filters. Garbage, or a cursor of another
 * query, answers 50100 (wecom-api/03 §10).
 */
export function cursorFor(scope: string, position: string): string {
  return Buffer.from(`${position}\n${sign(scope, position)}`).toString('base64url')
}

/** Position inside a cursor; '' for the first page. */
export function positionIn(scope: string, cursor: string | undefined): string {
  if (cursor === undefined || cursor === '') return ''
  const [position = '', signature = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split('\n')
  if (signature !== sign(scope, position)) throw new WecomError(50100)
  return position
}

function sign(scope: string, position: string): string {
  return createHmac('sha256', KEY).update(`${scope}\n${position}`).digest('hex').slice(0, 20)
}
