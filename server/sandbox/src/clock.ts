/** The sandbox's own time: real time plus a shift, so that "a day passes" at a click. */
export class SandboxClock {
  private shift = 0
  private readonly real: () => number

  /** @param real epoch milliseconds; tests give their own */
  constructor(real: () => number = Date.now) {
    this.real = real
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.real() + this.shift
  }

  /** Epoch seconds, the unit of all WeCom fields. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  get shiftMs(): number {
    return this.shift
  }

  set shiftMs(value: number) {
    this.shift = value
  }
}
