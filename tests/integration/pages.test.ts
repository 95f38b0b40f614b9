// Every list of the API can be walked by its cursor and turned to a page; both tell the same rows (GEN-1).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS } from '@zhike/shared'
import { openHouse, type Caller, type House } from '../run/house.ts'
import { seedOwnedThings } from '../run/owned-things.ts'

interface Answer { items: Record<string, unknown>[]; next: string | null; total?: number; more?: boolean }
type ListKey = 'GET /api/customers' | 'GET /api/staff' | 'GET /api/audit' | 'GET /api/jobs' | 'GET /api/callbacks' | 'GET /api/materials' | 'GET /api/notices' | 'GET /api/radar/views'

let house: House
let admin: Caller
beforeAll(async () => {
  house = await openHouse({ synced: true })
  await seedOwnedThings(house)
  admin = await house.signIn('linzhixia')
})
afterAll(() => house.close())

const read = async (key: ListKey, query: object): Promise<Answer> => (await admin.attempt(key, { query })).json<Answer>()

describe('a list · GEN-1', () => {
  test.each<[ListKey, number]>([
    ['GET /api/customers', 100], ['GET /api/staff', 5], ['GET /api/audit', 1], ['GET /api/jobs', 3], ['GET /api/callbacks', 0], ['GET /api/materials', 1], ['GET /api/notices', 0], ['GET /api/radar/views', 1],
  ])('%s gives the same rows by cursor and by turning to a page, and says how many there are', async (key, least) => {
    const limit = key === 'GET /api/customers' ? 50 : 2
    const walked: unknown[] = []
    let total: number | undefined
    for (let after: string | undefined; ;) {
      const page = await read(key, { after, limit, skip: after === undefined ? 0 : undefined })
      if (after === undefined) total = page.total
      else expect(page.total).toBeUndefined()
      walked.push(...page.items)
      if (page.next === null) break
      after = page.next
    }
    expect(walked.length).toBeGreaterThanOrEqual(least)
    expect(total).toBe(walked.length)
    for (const skip of [0, 1, limit, Math.max(0, walked.length - 1)]) {
      const page = await read(key, { skip, limit })
      expect(page.items).toEqual(walked.slice(skip, skip + limit))
      expect(page.total).toBe(walked.length)
    }
    expect((await read(key, { skip: LIMITS.skipMost, limit })).items).toEqual([])
  })
  test('pages beyond what can be turned to are refused, as are halves and negatives', async () => {
    for (const skip of [LIMITS.skipMost + 1, -1, 1.5]) expect((await admin.attempt('GET /api/customers', { query: { skip } })).statusCode).toBe(422)
  })
})
