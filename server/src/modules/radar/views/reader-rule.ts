import type { ReaderKind } from '@zhike/shared'

export interface Reading {
  share: { context: 'single_chat' | 'group_chat' | 'forward'; customerId: number | null; boundVisitor: string | null }
  /** The first link of the chain when this one was passed on. */
  root: { customerId: number | null } | null
  visitor: { visitorId: string; customerId: number | null; knownBy: 'wechat' | 'share' | null }
  /** Of a known reader of a group's link: is she in that group? */
  inGroup: boolean
  /** Can nobody tell who reads (can-name.ts)? Then the first device is taken for the one that the link was sent to. */
  presumed: boolean
}

/** @property binds the device is the first to read this addressed share: from now on it counts as the addressee's */
export interface Reader { reader: ReaderKind; customerId: number | null; binds: boolean }

/**
 * Says who reads (MAT-15, MAT-19). A reader known by name counts as herself, whoever the link was addressed to. Where readers can
 * be named, who refused it or reads outside of WeChat is unknown: she may be a friend to whom the card was passed on unopened.
 * Where nobody can name them, the first device on an addressed link is taken for the addressee. Every device after hers is a
 * friend's. A reader is never shown as a customer that she is not.
 */
export function readerOf({ share, root, visitor, inGroup, presumed }: Reading): Reader {
  const addressed = share.context === 'single_chat' && share.customerId !== null
  if (visitor.knownBy === 'wechat' && visitor.customerId === null) {
    // WeChat named somebody who is not a customer of this corp.
    return { reader: addressed || root ? 'forwarded' : 'unknown', customerId: null, binds: false }
  }
  // What was passed on is read by somebody else, unless it came back to whom it was meant for.
  if (root) return { reader: visitor.customerId !== null && (visitor.customerId === root.customerId || inGroup) ? 'customer' : 'forwarded', customerId: visitor.customerId, binds: false }
  if (visitor.customerId !== null) {
    const expected = addressed ? visitor.customerId === share.customerId : inGroup
    return { reader: expected ? 'customer' : 'forwarded', customerId: visitor.customerId, binds: addressed && expected && share.boundVisitor === null }
  }
  if (!addressed) return { reader: 'unknown', customerId: null, binds: false }
  if (share.boundVisitor === null) return presumed ? { reader: 'customer', customerId: share.customerId, binds: true } : { reader: 'unknown', customerId: null, binds: false }
  if (share.boundVisitor === visitor.visitorId) return { reader: 'customer', customerId: share.customerId, binds: false }
  return { reader: 'forwarded', customerId: null, binds: false }
}
