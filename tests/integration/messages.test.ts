import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type Caller, type House } from '../run/house.ts'

let house: House
let wu: Caller
let zhou: Caller
let ids: Record<string, number>
beforeAll(async () => {
  house = await openHouse({ synced: true })
  wu = await house.signIn('wuxiaoyan')
  zhou = await house.signIn('zhoumin')
  const people = await house.modules.identity.byUserids(house.corpId, ['wuxiaoyan', 'zhoumin'])
  ids = Object.fromEntries([...people].map(([userid, person]) => [userid, person.staffId]))
})
afterAll(() => house.close())

const tell = async (userid: string, key: string, place = '/customers/1') => {
  const url = `${house.baseUrl}/workbench?corp=${house.wecomCorpId}#${place}`
  await house.modules.notices.intend(house.platform.db, house.corpId, [
    { staffId: ids[userid] ?? 0, kind: 'material_opened', onceKey: key, card: { title: `林间小路 打开了《${key}》`, lines: ['首次打开'], url, button: '看客户' } },
  ])
  house.modules.notices.hurry()
}
const titles = async (caller: Caller) => (await caller.call('GET /api/notices')).items.map((item) => item.title)

describe('我的消息 · GEN-10', () => {
  it('keeps what one was told by app message, with the way to what it is about; nobody else sees it', async () => {
    await tell('wuxiaoyan', '春装', '/customers/7')
    await expect.poll(() => titles(wu), { timeout: 10_000 }).toEqual(['林间小路 打开了《春装》'])
    const [first] = (await wu.call('GET /api/notices')).items
    expect(first).toMatchObject({ lines: ['首次打开'], to: '/customers/7', button: '看客户', unread: true, problem: null })
    expect(await titles(zhou)).toEqual([])
  })

  it('counts what is new until it has been seen, for each by herself', async () => {
    await tell('wuxiaoyan', '夏装')
    await tell('zhoumin', '秋装')
    await expect.poll(async () => (await wu.call('GET /api/notices/unread')).unread, { timeout: 10_000 }).toBe(2)
    await expect.poll(async () => (await zhou.call('GET /api/notices/unread')).unread, { timeout: 10_000 }).toBe(1)
    const newest = Math.max(...(await wu.call('GET /api/notices')).items.map((item) => item.at))
    expect((await wu.call('PUT /api/notices/read', { body: { upTo: newest - 1 } })).unread).toBeGreaterThan(0)
    expect(await wu.call('PUT /api/notices/read', { body: { upTo: newest } })).toEqual({ unread: 0 })
    expect((await wu.call('GET /api/notices')).items.every((item) => !item.unread)).toBe(true)
    expect((await zhou.call('GET /api/notices/unread')).unread).toBe(1)
  })

  it('a notice whose moment has not come is not told here either', async () => {
    await house.modules.notices.intend(house.platform.db, house.corpId, [
      { staffId: ids.zhoumin ?? 0, kind: 'material_opened', onceKey: 'later', card: { title: '以后再说', lines: [], url: 'https://elsewhere.example/', button: '看' }, dueAt: Date.now() + 3_600_000 },
    ])
    await tell('zhoumin', '冬装')
    await expect.poll(() => titles(zhou), { timeout: 10_000 }).toContain('林间小路 打开了《冬装》')
    expect(await titles(zhou)).not.toContain('以后再说')
  })

  it('what WeCom refused for good stays, and says why', async () => {
    await house.platform.database.pool.query('UPDATE notices SET state = ?, error = ? WHERE once_key = ?', ['failed', '接收的员工已不存在', '冬装'])
    expect((await zhou.call('GET /api/notices')).items.find((item) => item.title.includes('冬装'))?.problem).toBe('接收的员工已不存在')
  })

  it('pages through any number of messages without repeating one', async () => {
    for (let i = 0; i < 25; i++) await tell('zhoumin', `第${i}条`)
    await expect.poll(async () => (await zhou.call('GET /api/notices', { query: { limit: 100 } })).items.filter((item) => item.title.includes('条')).length, { timeout: 30_000 }).toBe(25)
    const seen: number[] = []
    let after: string | undefined
    do {
      const page = await zhou.call('GET /api/notices', { query: { limit: 7, after } })
      seen.push(...page.items.map((item) => item.noticeId))
      after = page.next ?? undefined
    } while (after)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(27)
  })
})
