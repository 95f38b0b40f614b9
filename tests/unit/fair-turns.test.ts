import { describe, expect, test } from 'vitest'
import { fairTurns } from '../../server/src/modules/materials/files/fair-turns.ts'

/** Two places. Works are begun and ended by their names. */
function stage(most = 20) {
  const turns = fairTurns({ places: 2, most })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const tick = () => new Promise((done) => setImmediate(done))
  return {
    begun,
    ask: (name: string, corpId: number, staffId: number) => turns({ corpId, staffId }, () => {
      begun.push(name)
      return new Promise<string>((done) => ends.set(name, () => done(name)))
    }),
    end: async (name: string) => { ends.get(name)?.(); await tick() },
    tick,
  }
}

describe('files are opened in fair turns · MAT-5', () => {
  test('nobody has two places: a colleague’s picture does not wait for her ten', async () => {
    const { ask, begun, end, tick } = stage()
    const hers = ['a1', 'a2', 'a3'].map((name) => ask(name, 1, 1))
    const colleague = ask('b1', 1, 2)
    await tick()
    expect(begun).toEqual(['a1', 'b1'])
    await end('b1')
    expect(begun).toEqual(['a1', 'b1'])
    for (const name of ['a1', 'a2', 'a3']) await end(name)
    expect(await Promise.all([...hers, colleague])).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  test('a free place goes to the corp that has none, then to who waited longest', async () => {
    const { ask, begun, end, tick } = stage()
    for (const [name, corpId, staffId] of [['a1', 1, 1], ['a2', 1, 2], ['a3', 1, 3], ['a4', 1, 4], ['c1', 2, 9]] as const) void ask(name, corpId, staffId)
    await tick()
    await end('a1')
    expect(begun).toEqual(['a1', 'a2', 'c1'])
    await end('a2')
    expect(begun).toEqual(['a1', 'a2', 'c1', 'a3'])
  })

  test('a work that fails gives its place back', async () => {
    const turns = fairTurns({ places: 1, most: 20 })
    await expect(turns({ corpId: 1, staffId: 1 }, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await turns({ corpId: 1, staffId: 1 }, () => Promise.resolve('next'))).toBe('next')
  })

  test('who has very many waiting is told so; others are not', async () => {
    const { ask, tick } = stage(2)
    void ask('a1', 1, 1)
    void ask('a2', 1, 1)
    void ask('a3', 1, 1)
    await tick()
    await expect(ask('a4', 1, 1)).rejects.toMatchObject({ code: 'too_many' })
    void ask('b1', 1, 2)
  })
})
