/** Chance that comes out the same each time: what fails can be run again, and what is measured today compared with yesterday. */
export interface Dice {
  /** In [0, 1). */
  roll(): number
  /** A whole number in [0, n); the greater `skew`, the more often a small one. */
  below(n: number, skew?: number): number
  /** How long something took whose mean is `mean`: mostly shorter, now and then much longer. */
  lasting(mean: number): number
  pick<T>(list: readonly T[]): T
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  // mulberry32
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number, skew = 1): number => Math.floor(n * roll() ** skew)
  return {
    roll, below,
    lasting: (mean) => -Math.log(1 - roll()) * mean,
    pick(list) {
      const [first] = list.slice(below(list.length))
      if (first === undefined) throw new Error('nothing to pick from')
      return first
    },
  }
}
