const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Seeded randomness: the same seed gives the same world on every machine. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let value = this.state
    value = Math.imul(value ^ (value >>> 15), value | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }

  /** Whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  /** So many different items, at most all. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const rest = [...items]
    const taken: Item[] = []
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(Math.floor(this.next() * rest.length), 1))
    return taken
  }

  /** Letters and digits; five from each number drawn, so that a big corp is made quickly. */
  id(length: number): string {
    let id = ''
    let rest = 0
    for (let index = 0; index < length; index += 1) {
      if (index % 5 === 0) rest = Math.floor(this.next() * 62 ** 5)
      id += ALPHABET.charAt(rest % 62)
      rest = Math.floor(rest / 62)
    }
    return id
  }

  hex(length: number): string {
    let id = ''
    for (let index = 0; index < length; index += 1) id += Math.floor(this.next() * 16).toString(16)
    return id
  }
}
