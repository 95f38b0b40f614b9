/**
 * What goes wrong on purpose.
 *
 *   GET    /sandbox/api/faults            PUT Faults (replaces) → Faults; DELETE clears
 *   POST   /sandbox/api/faults/tokens     { corpid?, mode?: 'expire' | 'invalidate' }  access tokens → 42001 / 40014 from now on
 *   POST   /sandbox/api/faults/tickets    { corpid? }   JS-SDK tickets become invalid
 */

export interface ApiFault {
  /** Path pattern with `*`, e.g. `/cgi-bin/message/*`; `*` alone is every API. */
  path: string
  corpid?: string
  latencyMs?: number
  errcode?: number
  errmsg?: string
  httpStatus?: number
  /** before: cut the connection without processing; after: process, then cut (outcome unknown to the caller). */
  dropConnection?: 'before' | 'after'
  /** How many calls it still hits; absent: until removed. */
  times?: number
}

export interface CallbackFault {
  mode: 'drop' | 'duplicate' | 'reorder' | 'delay'
  corpid?: string
  /** delay only */
  delayMs?: number
  times?: number
}

export interface Faults {
  api: ApiFault[]
  callbacks: CallbackFault[]
}
