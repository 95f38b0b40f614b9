/** Something that WeCom sorts by a number, larger first (wecom-api/03 §2). @property at its place now: alike ones have an order as well */
export interface Sorted { id: string; order: number; at: number; locked: boolean }

/** WeCom's orders are below 2^32. */
const HIGHEST = 2 ** 32 - 1
/** Between neighbours that both get a new number: whoever is put between them later needs none of theirs changed. */
const GAP = 100

/**
 * The new numbers that bring things into a wanted sequence, as few as can be, and none of locked ones; null when that can't be.
 * Those that keep theirs are the longest part of the sequence that is in order already.
 */
export function ordersFor(wanted: readonly Sorted[]): { id: string; order: number }[] | null {
  // Alike ones of ours get numbers of their own, unless locked ones leave no room for that.
  return numbered(wanted, false) ?? numbered(wanted, true)
}

function numbered(wanted: readonly Sorted[], ties: boolean): { id: string; order: number }[] | null {
  const kept = longestFalling(wanted, ties)
  if (!kept) return null
  const changes: { id: string; order: number }[] = []
  let above = HIGHEST + 1
  for (let i = 0; i < wanted.length;) {
    const next = wanted[i]
    if (next && kept.has(i)) {
      above = next.order
      i += 1
      continue
    }
    let end = i
    while (end < wanted.length && !kept.has(end)) end += 1
    const below = wanted[end]?.order ?? -1
    const count = end - i
    if (above - below - 1 < count) return null
    // Above all others there is no need to go to the end of the numbers.
    const top = above > HIGHEST ? Math.min(HIGHEST + 1, below + GAP * (count + 1)) : above
    for (let k = 0; k < count; k++) {
      const each = wanted[i + k]
      if (each) changes.push({ id: each.id, order: top - Math.floor(((top - below) * (k + 1)) / (count + 1)) })
    }
    i = end
  }
  return changes
}

/** Positions of the longest subsequence with falling numbers that has all locked ones and leaves room between; null when there is none. */
function longestFalling(wanted: readonly Sorted[], ties: boolean): Set<number> | null {
  const best: { length: number; before: number }[] = []
  // Position -1 stands before the first one, wanted.length after the last.
  for (let i = 0; i <= wanted.length; i++) {
    const order = wanted[i]?.order ?? -1
    let found = { length: -1, before: -2 }
    for (let j = i - 1; j >= -1; j--) {
      const over = j === -1 ? HIGHEST + 1 : wanted[j]?.order ?? 0
      const length = j === -1 ? 0 : best[j]?.length ?? -1
      const fits = over - order > i - j - 1 || (j >= 0 && j === i - 1 && over === order && (ties || wanted[j]?.locked === true) && (wanted[j]?.at ?? 0) < (wanted[i]?.at ?? 0))
      if (length >= 0 && fits && length + 1 > found.length) found = { length: length + 1, before: j }
      if (j >= 0 && wanted[j]?.locked === true) break
    }
    best.push(found)
  }
  if ((best[wanted.length]?.length ?? -1) < 0) return null
  const kept = new Set<number>()
  for (let i = best[wanted.length]?.before ?? -1; i >= 0; i = best[i]?.before ?? -1) kept.add(i)
  return kept
}
