import { describe, expect, it } from 'vitest'
import { readBeat } from '../../server/src/modules/radar/beats/beat.ts'
import { beatLine, foldProgress, readLine } from '../../server/src/modules/radar/beats/line.ts'
import { createGatheringWriter } from '../../server/src/modules/radar/beats/route.ts'
import { storiesOf } from '../../server/src/modules/radar/messages/story.ts'
import { readerOf, type Reading } from '../../server/src/modules/radar/views/reader-rule.ts'
import { deviceOf, isMachine } from '../../server/src/modules/radar/pages/user-agent.ts'
import { createViewTickets } from '../../server/src/modules/radar/pages/view-ticket.ts'

const ticket = { corpId: 1, shareId: 2, materialId: 3, staffId: 4, viewKey: 'key', visitorId: 'visitor', pages: 8, openedAt: 1_000_000, device: 'iPhone · 微信' }
const key = Buffer.alloc(32, 1)

describe('view tickets', () => {
  it('serve one link, for a day, and can’t be made up', () => {
    const tickets = createViewTickets(key)
    const signed = tickets.issue('token-a', ticket)
    expect(tickets.read('token-a', signed, 1_000_500)).toMatchObject(ticket)
    expect(tickets.read('token-b', signed, 1_000_500)).toBeNull()
    expect(createViewTickets(key).read('token-b', signed, 1_000_500)).toBeNull()
    expect(tickets.read('token-a', signed, 1_000_000 + 86_400_001)).toBeNull()
    expect(createViewTickets(Buffer.alloc(32, 2)).read('token-a', signed, 1_000_500)).toBeNull()
    expect(tickets.read('token-a', `${signed.slice(0, -3)}AAA`, 1_000_500)).toBeNull()
  })
})

describe('beacons', () => {
  it('travel through the stream unchanged', () => {
    const signed = createViewTickets(key)
    const known = signed.read('t', signed.issue('t', ticket), 1_000_001)
    const beat = readBeat({ ms: 9000, page: 3, depth: 40, left: 1, pages: { 1: 5000, 3: 4000 } }, ticket, 1_010_000)
    if (!known || !beat) throw new Error('refused')
    expect(readLine(beatLine(known, beat, 1_010_000))).toEqual({
      ...ticket, lastSeenAt: 1_010_000, visibleMs: 9000, lastPage: 3, maxPage: 3, depth: 40, left: true, pageMs: new Map([[1, 5000], [3, 4000]]),
    })
  })

  it('fold to the greatest values in any order', () => {
    const line = (ms: number, page: number, left: number) => {
      const progress = readLine(JSON.stringify([1, 'k', 2, 3, 4, 'v', '', 8, 0, ms + 5, ms, page, ms / 100, left, page, ms]))
      if (!progress) throw new Error('unreadable')
      return progress
    }
    const orders = [[line(100, 1, 0), line(300, 2, 1), line(200, 5, 0)], [line(300, 2, 1), line(200, 5, 0), line(100, 1, 0)]]
    for (const order of orders) expect(foldProgress(order)).toMatchObject([{ visibleMs: 300, lastPage: 2, maxPage: 5, left: true, lastSeenAt: 305, depth: 3 }])
  })

  it('that are damaged are dropped', () => {
    for (const line of ['', '{}', '[1]', '[1,"k",2,3,4,"v","",8,0,5,-1,1,1,0]', '[1,"k",2,3,4,"v","",8,0,5,1,1,1,0,1]', '[1,2,2,3,4,"v","",8,0,5,1,1,1,0]']) expect(readLine(line)).toBeNull()
  })

  it('of one moment share an entry, and each waits until it is written', async () => {
    const entries: string[] = []
    let write: () => void = () => undefined
    const add = createGatheringWriter({ append: (text) => { entries.push(text); return new Promise((done) => { write = done }) } })
    let answered = 0
    const all = ['a', 'b', 'c'].map((line) => add(line).then(() => { answered += 1 }))
    await new Promise((done) => setImmediate(done))
    await new Promise((done) => setImmediate(done))
    expect(entries).toEqual(['a\nb\nc'])
    expect(answered).toBe(0)
    write()
    await Promise.all(all)
    expect(answered).toBe(3)
    const later = add('d')
    await new Promise((done) => setImmediate(done))
    await new Promise((done) => setImmediate(done))
    write()
    await later
    expect(entries[1]).toBe('d')
  })
})

describe('who reads · MAT-15, MAT-19', () => {
  const addressed = (boundVisitor: string | null): Reading['share'] => ({ context: 'single_chat', customerId: 7, boundVisitor })
  const group: Reading['share'] = { context: 'group_chat', customerId: null, boundVisitor: null }
  const visitor = (customerId: number | null = null, knownBy: 'wechat' | 'share' | null = null) => ({ visitorId: 'me', customerId, knownBy })
  const passedOn: Reading['share'] = { context: 'forward', customerId: null, boundVisitor: null }
  it.each<[string, Reading, ReturnType<typeof readerOf>]>([
    ['where nobody can name readers, the first unknown device on an addressed link is the addressee', { share: addressed(null), root: null, visitor: visitor(), inGroup: false, presumed: true }, { reader: 'customer', customerId: 7, binds: true }],
    ['where readers can be named, whoever is not named is unknown', { share: addressed(null), root: null, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'unknown', customerId: null, binds: false }],
    ['that device stays the addressee', { share: addressed('me'), root: null, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'customer', customerId: 7, binds: false }],
    ['another unknown device is a friend of hers', { share: addressed('other'), root: null, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: null, binds: false }],
    ['the addressee on a second device, named by WeChat', { share: addressed('other'), root: null, visitor: visitor(7, 'wechat'), inGroup: false, presumed: false }, { reader: 'customer', customerId: 7, binds: false }],
    ['another customer is herself', { share: addressed(null), root: null, visitor: visitor(9, 'share'), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: 9, binds: false }],
    ['whom WeChat names as no customer is not the addressee', { share: addressed(null), root: null, visitor: visitor(null, 'wechat'), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: null, binds: false }],
    ['an unknown reader of a group link is unknown', { share: group, root: null, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'unknown', customerId: null, binds: false }],
    ['a member of the group reads what was sent to her', { share: group, root: null, visitor: visitor(9, 'wechat'), inGroup: true, presumed: false }, { reader: 'customer', customerId: 9, binds: false }],
    ['a customer outside the group was passed the link', { share: group, root: null, visitor: visitor(9, 'wechat'), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: 9, binds: false }],
    ['what was passed on is read by a friend', { share: passedOn, root: { customerId: 7 }, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: null, binds: false }],
    ['another customer to whom it was passed on is herself', { share: passedOn, root: { customerId: 7 }, visitor: visitor(9, 'wechat'), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: 9, binds: false }],
    ['what comes back to the addressee is read by her', { share: passedOn, root: { customerId: 7 }, visitor: visitor(7, 'share'), inGroup: false, presumed: false }, { reader: 'customer', customerId: 7, binds: false }],
    ['passed on from a group to somebody inside it', { share: passedOn, root: { customerId: null }, visitor: visitor(9, 'wechat'), inGroup: true, presumed: false }, { reader: 'customer', customerId: 9, binds: false }],
    ['nobody is bound to what was passed on', { share: { ...passedOn, boundVisitor: 'me' }, root: { customerId: 7 }, visitor: visitor(), inGroup: false, presumed: false }, { reader: 'forwarded', customerId: null, binds: false }],
  ])('%s', (_rule, reading, reader) => expect(readerOf(reading)).toEqual(reader))
})

describe('stories of openings · MAT-16', () => {
  const at = (minutes: number) => ({ openedAt: minutes * 60_000 })
  it.each([
    [[], 0, 0], [[0], 20, 0], [[0], 31, 31], [[0, 20], 40, 40], [[0, 20, 31], 50, 31],
  ])('after openings at minutes %j, one at %i belongs to the story of minute %i', (earlier, now, start) => {
    expect(storiesOf([...earlier, now].map(at)).at(-1)?.[0]).toEqual(at(start))
  })
})

describe('machines and devices', () => {
  it.each([
    ['Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 MicroMessenger/8.0', false], ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', true],
    ['Mozilla/5.0 (compatible; Baiduspider/2.0)', true], ['facebookexternalhit/1.1', true], ['', true],
  ])('%s', (agent, machine) => expect(isMachine({ 'user-agent': agent })).toBe(machine))
  it('a prefetch is nobody reading', () => expect(isMachine({ 'user-agent': 'Mozilla/5.0 Chrome', 'sec-purpose': 'prefetch;prerender' })).toBe(true))
  it('a device is named as people say it', () => {
    expect(deviceOf('Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50')).toBe('安卓手机 · 微信')
    expect(deviceOf('Mozilla/5.0 (Windows NT 10.0) wxwork/4.1 MicroMessenger/7.0')).toBe('电脑 · 企业微信')
  })
})
