import type { RelationState } from '@zhike/shared'

/** A friendship between a member and a customer, as far as its life is concerned. Times are epoch milliseconds. */
export interface Friendship {
  state: RelationState
  addedAt: number
  endedAt: number | null
  /** When the reading began that this shows. */
  syncedAt: number
}

/** WeCom's answer names the relation. */
export interface Seen {
  /** WeCom's createtime. */
  addedAt: number
  readAt: number
  /** When WeCom told by callback that they became friends; null when nothing was told. */
  heardAt: number | null
}

/** What a reading makes of a friendship, and what the log has to tell of it. */
interface Turn {
  next: Friendship
  happened: { kind: 'added' | 'restored'; at: number } | null
}

/**
 * The friendship after WeCom's answer named it; null when the answer is older than what is stored.
 * WeCom goes on naming a customer who deleted the member (wecom-api/03 §10), so a `lost` friendship only comes back
 * when it was made anew after its end. One that the member had ended is back as soon as WeCom names it.
 */
export function whenSeen(known: Friendship | null, seen: Seen): Turn | null {
  const { addedAt, readAt: syncedAt } = seen
  if (!known) return { next: { state: 'active', addedAt, endedAt: null, syncedAt }, happened: { kind: 'added', at: addedAt } }
  if (known.syncedAt > syncedAt) return null
  switch (known.state) {
    case 'active':
    case 'removed': {
      const again = addedAt > known.addedAt
      return {
        next: { state: 'active', addedAt: again ? addedAt : known.addedAt, endedAt: null, syncedAt },
        happened: again ? { kind: 'restored', at: addedAt } : null,
      }
    }
    case 'lost': {
      const since = madeAnew(seen, known.endedAt ?? known.addedAt)
      if (since === null) return { next: { ...known, syncedAt }, happened: null }
      return { next: { state: 'active', addedAt: since, endedAt: null, syncedAt }, happened: { kind: 'restored', at: since } }
    }
  }
}

function madeAnew({ addedAt, heardAt }: Seen, endedAt: number): number | null {
  if (addedAt > endedAt) return addedAt
  return heardAt !== null && heardAt > endedAt ? heardAt : null
}

/** The friendship after its end at a moment. An end before the present friendship began, or before a later end, changes nothing. */
export function whenEnded(known: Friendship, end: { state: 'removed' | 'lost'; at: number }): Friendship {
  if (known.addedAt > end.at) return known
  if (known.endedAt !== null && (known.endedAt > end.at || (known.endedAt === end.at && known.state === 'removed'))) return known
  return { ...known, state: end.state, endedAt: end.at }
}
