import { beforeEach, describe, expect, it } from 'vitest'
import { VIEW_CAP_MS } from '@zhike/shared'
import { createCounter } from '../../h5/src/customer/counter.ts'

let now: number
let counter: ReturnType<typeof createCounter>
beforeEach(() => {
  now = 1000
  counter = createCounter(() => now)
})
/** Time goes by as on a page whose timers run. */
function pass(ms: number): void {
  for (let rest = ms; rest > 0; rest -= 500) {
    now += Math.min(500, rest)
    counter.count()
  }
}

describe('reading time · MAT-15', () => {
  it('counts while the page is on screen, and not while it is hidden', () => {
    counter.start()
    pass(3000)
    counter.stop()
    pass(60_000)
    counter.start()
    pass(2000)
    expect(counter.totals().ms).toBe(5000)
  })

  it('goes to the page that is being read', () => {
    counter.start()
    counter.turnTo(1)
    pass(3000)
    counter.turnTo(2)
    pass(1500)
    counter.turnTo(0)
    pass(500)
    expect(counter.totals()).toEqual({ ms: 5000, pages: { 1: 3000, 2: 1500 } })
  })

  it('stops two minutes after the last sign of life, and goes on with the next', () => {
    counter.start()
    pass(10 * 60_000)
    expect(counter.totals().ms).toBe(120_000)
    counter.touch()
    pass(1000)
    expect(counter.totals().ms).toBe(121_000)
  })

  it('a locked phone that told nothing was not reading', () => {
    counter.start()
    pass(1000)
    now += 3_600_000
    counter.touch()
    pass(1000)
    expect(counter.totals().ms).toBe(2000)
  })

  it('ends at the cap, for the pages as for the whole', () => {
    counter.start()
    const read = (ms: number) => {
      for (let minutes = ms / 60_000; minutes > 0; minutes--) {
        counter.touch()
        pass(60_000)
      }
    }
    counter.turnTo(1)
    read(VIEW_CAP_MS - 60_000)
    counter.turnTo(2)
    read(5 * 60_000)
    counter.turnTo(3)
    read(5 * 60_000)
    expect(counter.totals()).toEqual({ ms: VIEW_CAP_MS, pages: { 1: VIEW_CAP_MS - 60_000, 2: 60_000 } })
  })
})
