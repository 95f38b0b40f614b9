import { describe, expect, test } from 'vitest'
import { createShortMemory } from '../../server/src/platform/short-memory.ts'

/** A memory of two answers for a second, and a source that counts how often it is asked. */
function stage() {
  let now = 10_000
  let asked = 0
  const memory = createShortMemory<number>({ now: () => now }, { keptMs: 1000, most: 2 })
  return { memory, pass: (ms: number) => { now += ms }, load: async () => ++asked }
}

describe('what was read a moment ago', () => {
  test('is read once by a rush of requests, and again when the time is over', async () => {
    const { memory, pass, load } = stage()
    expect(await Promise.all([memory.read('a', load), memory.read('a', load)])).toEqual([1, 1])
    pass(999)
    expect(await memory.read('a', load)).toBe(1)
    pass(1)
    expect(await memory.read('a', load)).toBe(2)
  })

  test('is read again after a change, and when somebody wants it fresh', async () => {
    const { memory, load } = stage()
    await memory.read('a', load)
    memory.forget('a')
    expect(await memory.read('a', load)).toBe(2)
    expect(await memory.renew('a', load)).toBe(3)
    expect(await memory.read('a', load)).toBe(3)
  })

  test('makes room: the oldest goes', async () => {
    const { memory, load } = stage()
    for (const key of ['a', 'b', 'c']) await memory.read(key, load)
    expect(await memory.read('c', load)).toBe(3)
    expect(await memory.read('b', load)).toBe(2)
    expect(await memory.read('a', load)).toBe(4)
  })

  test('is no failure: the next one asks again', async () => {
    const { memory, load } = stage()
    await expect(memory.read('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await memory.read('a', load)).toBe(1)
  })

  test('does not grow old when the clock is set back', async () => {
    const { memory, pass, load } = stage()
    await memory.read('a', load)
    pass(-5000)
    expect(await memory.read('a', load)).toBe(2)
  })
})
