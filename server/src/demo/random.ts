/** Numbers that look random and are the same each time: a demo that can be talked about. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  /** Whole, both ends included. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  /** One of many by weight; null when there are none. */
  weighted<T>(from: readonly T[], weight: (one: T) => number): T | null
  /** Positive, mostly near `middle`, sometimes several times as much. */
  skewed(middle: number): number
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    // A 32-bit xorshift: enough for a demo.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next, between,
    chance: (probability) => next() < probability,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    weighted(from, weight) {
      let rest = next() * from.reduce((sum, one) => sum + weight(one), 0)
      return from.find((one) => (rest -= weight(one)) < 0) ?? from.at(-1) ?? null
    },
    skewed: (middle) => middle * Math.exp((next() + next() + next() - 1.5) * 1.1),
  }
}
