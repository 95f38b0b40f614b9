import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createNoticeSender } from '../../server/src/modules/notices/sender.ts'
import { noticesOf } from '../../server/src/modules/notices/store.ts'
import { openStage, type Stage } from './radar-stage.ts'

let stage: Stage
let send: () => Promise<number>
let staffId: number
let sent: number
let answer: object
const MINUTE = 60_000

beforeAll(async () => {
  stage = await openStage({ now: Date.UTC(2026, 2, 4, 4, 0) })
  stage.wecom.answers['/cgi-bin/message/send'] = () => {
    sent += 1
    return answer
  }
})
afterAll(() => stage.close())

let receivers = 0
beforeEach(async () => {
  // Each test has a sender that remembers nothing, a receiver of its own, and nothing waiting.
  send = createNoticeSender(stage.platform, stage.noticeNeeds)
  staffId = (await stage.person(`receiver${receivers++}`)).staffId
  sent = 0
  answer = { errcode: 0, msgid: 'm1' }
  await stage.rows('DELETE FROM notices')
})

const intend = (keys: readonly string[]) => stage.notices.intend(stage.platform.db, stage.corp.id, keys.map((key) => ({
  staffId, kind: 'material_opened', onceKey: key, card: { title: `林间小路 打开了《${key}》`, lines: ['3月4日 12:00'], url: 'http://localhost:3000/workbench', button: '看客户' },
})))
const states = async () => (await stage.rows('SELECT state FROM notices ORDER BY id')).map((row) => row.state)

describe('app messages to staff · GEN-10', () => {
  it('one happening is told once, however often it is written and by however many workers it is sent', async () => {
    await Promise.all([intend(['a']), intend(['a'])])
    await Promise.all([send(), send(), createNoticeSender(stage.platform, stage.noticeNeeds)()])
    expect(sent).toBe(1)
    expect(await stage.rows('SELECT state, wecom_msg_id, attempts FROM notices')).toEqual([{ state: 'sent', wecom_msg_id: 'm1', attempts: 1 }])
  })

  it('a failure that somebody can mend is tried again with growing pauses, for 24 hours', async () => {
    answer = { errcode: 60020, errmsg: 'not allow to access from your ip' }
    await intend(['a'])
    await send()
    expect(await states()).toEqual(['waiting'])
    stage.clock.pass(30 * MINUTE)
    answer = { errcode: 0, msgid: 'late' }
    await send()
    expect(await states()).toEqual(['sent'])

    answer = { errcode: 60020, errmsg: 'not allow to access from your ip' }
    await intend(['b'])
    for (let hour = 0; hour < 25; hour++) {
      await send()
      stage.clock.pass(60 * MINUTE)
    }
    expect(await states()).toEqual(['sent', 'failed'])
    const before = sent
    await send()
    expect(sent).toBe(before)
  })

  it('what WeCom refuses for good is not repeated, and says why', async () => {
    answer = { errcode: 81013, errmsg: 'user & party & tag all invalid' }
    await intend(['a'])
    await send()
    stage.clock.pass(60 * MINUTE)
    await send()
    expect(sent).toBe(1)
    expect((await stage.rows('SELECT error FROM notices'))[0]?.error).toMatch(/[\u4e00-\u9fff]/)
  })

  it('a send with unknown outcome is never repeated', async () => {
    await intend(['a'])
    const [row] = await stage.rows('SELECT id FROM notices')
    await noticesOf(stage.platform.db, stage.corp.id).claim([Number(row?.id)], stage.clock.now())
    stage.clock.pass(10 * MINUTE)
    await send()
    expect(await states()).toEqual(['unknown'])
    expect(sent).toBe(0)
  })

  it('more than five a minute become one message', async () => {
    await intend(['a', 'b', 'c', 'd'])
    await send()
    expect(sent).toBe(4)
    await intend(['e', 'f', 'g', 'h', 'i'])
    await send()
    expect(sent).toBe(5)
    expect(await states()).toEqual(Array.from({ length: 9 }, () => 'sent'))
    await intend(['j', 'k'])
    await send()
    expect(sent).toBe(5)
    stage.clock.pass(61_000)
    await send()
    expect(sent).toBe(7)
  })

  it('an amended text goes out as amended; one that has gone stays', async () => {
    await intend(['a'])
    const card = { title: '林间小路 又打开了', lines: [], url: 'http://x', button: '看' }
    await stage.notices.amend(stage.platform.db, stage.corp.id, ['a'], { card })
    await send()
    await stage.notices.amend(stage.platform.db, stage.corp.id, ['a'], { card: { ...card, title: '太晚了' } })
    expect(JSON.stringify((await stage.rows('SELECT card FROM notices'))[0]?.card)).toContain('又打开了')
  })

  it('what has waited long for its moment is tried for 24 hours from then on', async () => {
    const dueAt = stage.clock.now() + 30 * 60 * MINUTE
    await stage.notices.intend(stage.platform.db, stage.corp.id, [{ staffId, kind: 'k', onceKey: 'a', card: { title: '后天', lines: [], url: 'http://x', button: '看' }, dueAt }])
    await send()
    expect(sent).toBe(0)
    stage.clock.pass(30 * 60 * MINUTE)
    answer = { errcode: 60020, errmsg: 'not allow to access from your ip' }
    for (let hour = 0; hour < 20; hour++) {
      await send()
      stage.clock.pass(60 * MINUTE)
    }
    expect(await states()).toEqual(['waiting'])
    answer = { errcode: 0, msgid: 'late' }
    await send()
    expect(await states()).toEqual(['sent'])
  })

  it('one that was put off or taken back is not sent, also when the sender has found it already', async () => {
    await intend(['a', 'b'])
    const store = noticesOf(stage.platform.db, stage.corp.id)
    const ids = (await stage.rows('SELECT id FROM notices')).map((row) => Number(row.id))
    await stage.notices.amend(stage.platform.db, stage.corp.id, ['a'], { dueAt: stage.clock.now() + MINUTE })
    await stage.notices.withdraw(stage.platform.db, stage.corp.id, ['b'])
    expect((await store.claim(ids, stage.clock.now())).size).toBe(0)
    await send()
    expect(sent).toBe(0)
    stage.clock.pass(MINUTE)
    await send()
    expect(sent).toBe(1)
  })

  it('one that is written anew changes while it waits, and says when it has gone', async () => {
    const renew = (title: string) => stage.notices.renew(stage.platform.db, stage.corp.id, [{ staffId, kind: 'k', onceKey: 'a', card: { title, lines: [], url: 'http://x', button: '看' }, dueAt: stage.clock.now() + MINUTE }])
    expect([...await renew('第一次')]).toEqual([])
    stage.clock.pass(30_000)
    expect([...await renew('第二次')]).toEqual([])
    stage.clock.pass(45_000)
    await send()
    expect(sent).toBe(0)
    stage.clock.pass(30_000)
    await send()
    expect(sent).toBe(1)
    expect([...await renew('太晚了')]).toEqual(['a'])
    expect(JSON.stringify(await stage.rows('SELECT card FROM notices'))).toContain('第二次')
  })
})
