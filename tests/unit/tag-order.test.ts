import { describe, expect, it } from 'vitest'
import { ordersFor, type Sorted } from '../../server/src/modules/customers/tag-order.ts'

const row = (...orders: (number | [number, 'locked'])[]): Sorted[] => orders.map((one, i) => (Array.isArray(one) ? { id: `t${i}`, order: one[0], at: 0, locked: true } : { id: `t${i}`, order: one, at: 0, locked: false }))
/** The sequence after the changes, and whether it falls without two alike. */
function after(wanted: readonly Sorted[]): { falls: boolean; changed: number; touchedLocked: boolean } {
  const changes = ordersFor(wanted) ?? []
  const now = wanted.map(({ id, order }) => changes.find((one) => one.id === id)?.order ?? order)
  return {
    falls: now.every((order, i) => i === 0 || order < (now[i - 1] ?? 0)) && now.every((order) => order >= 0 && order < 2 ** 32 && Number.isInteger(order)),
    changed: changes.length, touchedLocked: changes.some(({ id }) => wanted.find((one) => one.id === id)?.locked),
  }
}

describe('numbers that bring tags into an order · TAG-8', () => {
  it.each([
    ['what is in order stays', row(9, 5, 1), 0],
    ['one moved to the front takes one change', row(1, 9, 5), 1],
    ['one moved to the end as well', row(5, 1, 9), 1],
    ['one moved by one place', row(9, 1, 5), 1],
    ['all alike get numbers, but for one', row(0, 0, 0), 2],
    ['neighbours without room give way', row(8, 2, 7, 6), 2],
    ['the highest number there is leaves no room above', row(5, 2 ** 32 - 1), 1],
    ['one alone', row(0), 0],
    ['nothing', row(), 0],
  ])('%s', (_name, wanted, changed) => expect(after(wanted)).toEqual({ falls: true, changed, touchedLocked: false }))

  it('goes around locked ones, and says when it can’t', () => {
    expect(after(row(1, [9, 'locked'], 20))).toEqual({ falls: true, changed: 2, touchedLocked: false })
    expect(ordersFor(row([1, 'locked'], [9, 'locked']))).toBeNull()
    const inTurn = (list: Sorted[]) => list.map((one, i) => ({ ...one, at: i }))
    expect(ordersFor(inTurn(row(0, [0, 'locked'], [0, 'locked'])))).toEqual([{ id: 't0', order: 100 }])
    expect(ordersFor(inTurn(row(7, [3, 'locked'], 3)))).toEqual([])
    expect(ordersFor(row([0, 'locked'], 0, [0, 'locked']))).toBeNull()
    expect(ordersFor(row([5, 'locked'], 7, [4, 'locked']))).toBeNull()
    expect(after(row([5, 'locked'], 7, [3, 'locked']))).toEqual({ falls: true, changed: 1, touchedLocked: false })
    expect(ordersFor(row(3, [2 ** 32 - 1, 'locked']))).toBeNull()
  })

  it('any shuffling comes out right, with as few changes as the longest run allows', () => {
    let seed = 7
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    for (let round = 0; round < 300; round++) {
      const wanted = row(...Array.from({ length: 1 + random(12) }, () => random(2) === 0 ? random(20) : random(2 ** 31)))
      expect(after(wanted)).toMatchObject({ falls: true })
    }
  })
})
