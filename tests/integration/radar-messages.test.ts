// What senders are told of readings, with two workers side by side and a clock that is given.
import type { RadarSettingsForm, RadarSettingsView } from '@zhike/shared/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createNoticeSender } from '../../server/src/modules/notices/sender.ts'
import { createRadarSettings } from '../../server/src/modules/radar/settings.ts'
import { createWatch } from '../../server/src/modules/radar/watch/watch.ts'
import { openStage, type OpenPage, type Stage } from './radar-stage.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
/** Noon in Shanghai. */
const NOON = Date.UTC(2026, 2, 4, 4)

interface TextCard { touser: string; textcard: { title: string; description: string; url: string } }

let stage: Stage
let workers: { watch: ReturnType<typeof createWatch>; send: ReturnType<typeof createNoticeSender> }[]
let admin: Awaited<ReturnType<Stage['person']>>
let wu: Awaited<ReturnType<Stage['person']>>
let material: number
let customer: Awaited<ReturnType<Stage['customer']>>
/** Messages that WeCom got, of this test. */
let sent: TextCard[] = []
let answer: object

beforeAll(async () => {
  stage = await openStage({ now: NOON })
  const settings = createRadarSettings(stage.platform, stage.radarNeeds)
  workers = [1, 2].map(() => ({ watch: createWatch(stage.platform, stage.radarNeeds, settings), send: createNoticeSender(stage.platform, stage.noticeNeeds) }))
  stage.wecom.answers['/cgi-bin/message/send'] = (_query, body) => {
    sent.push(JSON.parse(body) as TextCard)
    return answer
  }
  material = await stage.pdf('价目表')
})
afterAll(() => stage.close())
beforeEach(async () => {
  // A noon of its own for each test.
  pass(24 * 60 * MINUTE - ((stage.clock.now() - NOON) % (24 * 60 * MINUTE)))
  admin = await stage.person('linzhixia')
  wu = await stage.person('wuxiaoyan')
  customer = await stage.customer('林间小路', [wu.staffId])
  answer = { errcode: 0, msgid: 'm' }
  await stage.rows('DELETE FROM notices')
  await set({})
  sent = []
})

const chatOf = (of: { externalUserId: string }) => ({ kind: 'customer', externalUserId: of.externalUserId })
const pass = (ms: number) => stage.clock.pass(ms)
const titles = () => sent.map((message) => message.textcard.title)
const DEFAULTS: RadarSettingsForm = { consentLine: true, tellReading: true, tellSummary: true, quiet: null, keepViewsDays: null }
async function set(changes: Partial<RadarSettingsForm>): Promise<void> {
  const { version } = (await admin.ask('GET', '/api/radar/settings')).json<RadarSettingsView>()
  const saved = await admin.ask('PUT', '/api/radar/settings', { version, ...DEFAULTS, ...changes })
  expect(saved.statusCode, saved.body).toBe(200)
  // Workers hear of it within two seconds.
  pass(2100)
}
/** Both workers read all beacons, sweep and send what is due, at the same time. */
async function work(): Promise<void> {
  const entries = (await stage.platform.redis.xrange('{zk:beats}:stream', '-', '+')).map(([id, fields]) => ({ id, text: String(fields[1]) }))
  if (entries.length > 0) await Promise.all(workers.map(({ watch }) => watch.write(entries)))
  for (const { id } of entries) await stage.platform.redis.xdel('{zk:beats}:stream', id)
  await Promise.all(workers.map(({ watch }) => watch.sweep()))
  await Promise.all(workers.map(({ send }) => send()))
}
/** Time goes by, and the workers look at it. */
async function later(ms: number): Promise<void> {
  pass(ms)
  await work()
}
async function beat(page: OpenPage, ms: number, more: Record<string, unknown> = {}): Promise<void> {
  expect(await page.beat({ ms, page: 1, pages: { 1: ms }, ...more })).toBe(204)
  await work()
}
const sendLink = async () => (await stage.send(wu, material, chatOf(customer))).link
const phone = () => stage.device()
/** Opens the link, reads for a while and leaves. */
async function read(device: ReturnType<typeof phone>, link: string, ms: number): Promise<OpenPage> {
  const page = await device.open(link)
  await beat(page, 0)
  pass(ms)
  await beat(page, ms, { left: 1 })
  return page
}

describe('an opening, reading and leaving · MAT-16', () => {
  it('are told one by one, each exactly once with two workers', async () => {
    const page = await phone().open(await sendLink())
    await beat(page, 0)
    expect(titles()).toEqual(['林间小路 打开了《价目表》'])
    expect(sent[0]).toMatchObject({ touser: 'wuxiaoyan', textcard: { description: expect.stringContaining('12:00'), url: expect.stringContaining(`#/customers/${customer.customerId}`) } })
    pass(50 * SECOND)
    await beat(page, 50 * SECOND)
    expect(titles()).toHaveLength(1)
    pass(15 * SECOND)
    await beat(page, 65 * SECOND, { page: 3, pages: { 1: 50 * SECOND, 3: 15 * SECOND } })
    await beat(page, 66 * SECOND, { page: 3, pages: { 1: 50 * SECOND, 3: 16 * SECOND } })
    expect(titles().slice(1)).toEqual(['林间小路 正在看《价目表》'])
    expect(sent[1]?.textcard.description).toMatch(/12:01.*第 3 页 \/ 共 8 页 · 已读 1分05秒/)
    pass(25 * SECOND)
    await beat(page, 90 * SECOND, { page: 4, pages: { 1: 50 * SECOND, 3: 30 * SECOND, 4: 10 * SECOND }, left: 1 })
    await later(119 * SECOND)
    expect(titles()).toHaveLength(2)
    await later(2 * SECOND)
    expect(titles().slice(2)).toEqual(['林间小路 看了《价目表》，看到第 4 页（共 8 页）'])
    expect(sent[2]?.textcard.description).toMatch(/阅读 1分30秒.*第 1 页停留最久，50秒/)
    await later(40 * MINUTE)
    expect(titles()).toHaveLength(3)
    expect((await stage.rows('SELECT DISTINCT state FROM notices')).map((row) => row.state)).toEqual(['sent'])
  })

  it('who falls silent has left, too; less than ten seconds are no summary worth', async () => {
    const page = await phone().open(await sendLink())
    await beat(page, 0)
    pass(12 * SECOND)
    await beat(page, 12 * SECOND)
    await later(31 * SECOND)
    expect(titles()).toHaveLength(1)
    await later(90 * SECOND)
    expect(titles()).toEqual(['林间小路 打开了《价目表》', '林间小路 看了《价目表》，看到第 1 页（共 8 页）'])
    await read(stage.device(), await sendLink(), 9 * SECOND)
    await later(40 * MINUTE)
    expect(titles()).toHaveLength(3)
  })

  it('of the friend whom she passed the link on to as well, by whose link it was · MAT-19', async () => {
    const link = await sendLink()
    await read(phone(), link, 1 * SECOND)
    const page = await phone().open(link)
    await beat(page, 0)
    pass(61 * SECOND)
    await beat(page, 61 * SECOND)
    await beat(page, 62 * SECOND, { left: 1 })
    await later(3 * MINUTE)
    expect(titles().slice(1)).toEqual(['「林间小路」的朋友 打开了《价目表》', '「林间小路」的朋友 正在看《价目表》', '「林间小路」的朋友 看了《价目表》，看到第 1 页（共 8 页）'])
  })
})

describe('who comes back within half an hour · MAT-16', () => {
  it('before the summary has gone out, is told of in it', async () => {
    const [device, link] = [phone(), await sendLink()]
    await read(device, link, 20 * SECOND)
    await later(MINUTE)
    const page = await device.open(link)
    await beat(page, 0)
    // The summary waits while she reads.
    await later(90 * SECOND)
    await beat(page, 40 * SECOND, { left: 1 })
    await later(110 * SECOND)
    expect(titles()).toHaveLength(1)
    await later(11 * SECOND)
    expect(titles()).toEqual(['林间小路 打开了《价目表》', '林间小路 看了《价目表》，看到第 1 页（共 8 页）'])
    expect(sent[1]?.textcard.description).toContain('打开 2 次，累计阅读 1分')
    await later(40 * MINUTE)
    expect(titles()).toHaveLength(2)
  })

  it('after it has gone out, once, when the half hour is over, and with the total; later openings are told at once again', async () => {
    const [device, link] = [phone(), await sendLink()]
    await read(device, link, 20 * SECOND)
    await later(3 * MINUTE)
    expect(titles()).toHaveLength(2)
    await read(device, link, 20 * SECOND)
    await later(10 * MINUTE)
    await read(device, link, 20 * SECOND)
    await later(10 * MINUTE)
    expect(titles()).toHaveLength(2)
    await later(7 * MINUTE)
    expect(titles().slice(2)).toEqual(['林间小路 又打开了《价目表》'])
    expect(sent[2]?.textcard.description).toContain('打开 3 次，累计阅读 1分')
    await read(device, link, 1 * SECOND)
    expect(titles().slice(3)).toEqual(['林间小路 打开了《价目表》'])
    expect(sent[3]?.textcard.description).toContain('第 4 次打开')
    expect(await stage.rows("SELECT id FROM customer_events WHERE customer_id = ? AND kind = 'material_opened'", [customer.customerId])).toHaveLength(4)
  })

  it('to a page that was never closed, is not told of as gone meanwhile', async () => {
    const page = await read(phone(), await sendLink(), 20 * SECOND)
    await later(MINUTE)
    await beat(page, 24 * SECOND)
    await later(40 * SECOND)
    await beat(page, 28 * SECOND)
    await later(29 * SECOND)
    expect(titles()).toHaveLength(1)
    await beat(page, 50 * SECOND, { left: 1 })
    await later(2 * MINUTE + SECOND)
    expect(titles()).toHaveLength(2)
    expect(sent[1]?.textcard.description).toContain('阅读 50秒')
  })

  it('and reads little each time, is told of all the same', async () => {
    const [device, link] = [phone(), await sendLink()]
    await read(device, link, 2 * SECOND)
    await read(device, link, 3 * SECOND)
    await later(2 * MINUTE + SECOND)
    expect(titles()).toHaveLength(2)
    expect(sent[1]?.textcard.description).toContain('打开 2 次，累计阅读 5秒')
  })
})

describe('nothing is told', () => {
  const told = async () => await stage.rows('SELECT kind FROM notices')

  it('of colleagues’ previews, machines, prefetched links and pages that nobody saw · MAT-12, MAT-16', async () => {
    const link = await sendLink()
    const preview = new URL(stage.previews.link(stage.corp.id, material).url).pathname
    for (const page of [
      await phone().open(preview), await stage.device('Mozilla/5.0 (compatible; WeComBot/1.0; link preview)').open(link), await stage.device('curl/8.5.0').open(link),
    ]) {
      expect(page.body).toContain('价目表')
      expect(page.ticket).toBe('')
    }
    const prefetched = await phone().get(link, { 'sec-purpose': 'prefetch' })
    expect(prefetched.body).not.toContain('data-view')
    await stage.app.inject({ method: 'HEAD', url: link })
    // Fetched as a browser does, but no script ran: nobody looked at it.
    expect((await phone().open(link)).ticket).not.toBe('')
    await later(5 * MINUTE)
    expect(await told()).toEqual([])
    expect(sent).toEqual([])
  })

  it('but the opening, of readers whom nobody knows; what they open again is told when the half hour is over', async () => {
    const { chatId } = await stage.group('妈妈群', 'wuxiaoyan', [])
    const { link } = await stage.send(wu, material, { kind: 'group', chatId })
    const device = phone()
    const page = await device.open(link)
    await beat(page, 0)
    pass(90 * SECOND)
    await beat(page, 90 * SECOND)
    await beat(page, 91 * SECOND, { left: 1 })
    await later(3 * MINUTE)
    expect(titles()).toEqual(['未识别的读者 打开了《价目表》'])
    await read(device, link, 5 * SECOND)
    await later(40 * MINUTE)
    expect(titles().slice(1)).toEqual(['未识别的读者 又打开了《价目表》'])
  })

  it('but in one message for the hour, of a crowd', async () => {
    const link = await sendLink()
    await read(phone(), link, SECOND)
    for (let i = 0; i < 6; i++) {
      const page = await phone().open(link)
      await beat(page, 0)
      pass(62 * SECOND)
      await beat(page, 62 * SECOND)
      await beat(page, 63 * SECOND, { left: 1 })
      await later(3 * MINUTE)
    }
    expect(titles().filter((title) => title.includes('打开了'))).toHaveLength(4)
    expect(titles().filter((title) => title.includes('正在看'))).toHaveLength(3)
    expect(titles().filter((title) => title.includes('看了'))).toHaveLength(3)
    await later(60 * MINUTE)
    expect(titles().filter((title) => title.includes('还有其他人'))).toHaveLength(1)
  })

  it('but in the same message, of a crowd that somebody makes by passing the link on to herself again and again; the customer did nothing · MAT-19', async () => {
    const link = await sendLink()
    await read(phone(), link, SECOND)
    let next = link
    for (let i = 0; i < 8; i++) {
      const page = await phone().open(next)
      await beat(page, 5 * SECOND)
      next = /data-forward="([^"]+)"/.exec(page.body)?.[1] ?? ''
    }
    await work()
    expect(titles().filter((title) => title.includes('打开了'))).toHaveLength(4)
    const passedOn = await stage.rows(`SELECT COUNT(*) AS n FROM customer_events WHERE customer_id = ${customer.customerId} AND kind = 'material_forwarded'`)
    expect(Number(passedOn[0]?.n), 'only who opened her own copy is known to have it from her').toBe(1)
    await later(60 * MINUTE)
    expect(titles().filter((title) => title.includes('还有其他人'))).toHaveLength(1)
  })

  it('of what the corp has turned off; further openings are still told, merged · MAT-16', async () => {
    await set({ tellReading: false, tellSummary: false })
    const [device, link] = [phone(), await sendLink()]
    const page = await device.open(link)
    await beat(page, 0)
    pass(90 * SECOND)
    await beat(page, 90 * SECOND)
    await beat(page, 91 * SECOND, { left: 1 })
    await later(3 * MINUTE)
    expect(titles()).toEqual(['林间小路 打开了《价目表》'])
    await read(device, link, 9 * SECOND)
    await later(20 * MINUTE)
    expect(titles()).toHaveLength(1)
    await later(7 * MINUTE)
    expect(titles().slice(1)).toEqual(['林间小路 又打开了《价目表》'])
    expect(sent[1]?.textcard.description).toContain('打开 2 次，累计阅读 1分40秒')
  })
})

describe('quiet hours · GEN-10', () => {
  /** 22:30 of this test's day. */
  const evening = () => pass(10 * 60 * MINUTE + 30 * MINUTE - ((stage.clock.now() - NOON) % (24 * 60 * MINUTE)))

  it('hold everything until they end, and then it is one message that says when it happened; 正在看 is not told', async () => {
    await set({ quiet: { from: '22:00', until: '08:00' } })
    evening()
    const page = await phone().open(await sendLink())
    await beat(page, 0)
    pass(65 * SECOND)
    await beat(page, 65 * SECOND)
    await beat(page, 66 * SECOND, { left: 1 })
    const friend = await stage.customer('果果妈', [wu.staffId])
    await read(phone(), (await stage.send(wu, material, chatOf(friend))).link, 3 * SECOND)
    await later(4 * MINUTE)
    await later(9 * 60 * MINUTE)
    expect(sent).toEqual([])
    expect((await (await stage.person('wuxiaoyan')).ask('GET', '/api/notices')).json()).toMatchObject({ items: [] })
    await later(30 * MINUTE)
    expect(titles()).toEqual(['夜间有 3 条动态'])
    expect(sent[0]?.textcard.description).toMatch(/昨天 22:3\d 林间小路 打开了《价目表》.*昨天 22:3\d 林间小路 看了《价目表》.*昨天 22:3\d 果果妈 打开了《价目表》/)
    expect((await stage.rows('SELECT kind, state, merged FROM notices ORDER BY id')).map((row) => `${String(row.kind)} ${String(row.state)} ${String(row.merged)}`)).toEqual(['material_opened sent 0', 'material_read sent 1', 'material_opened sent 1'])
    await later(60 * MINUTE)
    expect(sent).toHaveLength(1)
  })

  it('a long night is one message for each who is told, however many there are', async () => {
    await set({ quiet: { from: '22:00', until: '08:00' } })
    evening()
    const many = Array.from({ length: 450 }, (_each, i) => ({ staffId: i % 2 === 0 ? wu.staffId : admin.staffId, kind: 'material_opened', onceKey: `night:${i}`, card: { title: `第 ${i} 条`, lines: [], url: 'http://localhost:3000/workbench', button: '看' } }))
    await stage.notices.intend(stage.platform.db, stage.corp.id, many)
    // A round looks at two hundred.
    for (let i = 0; i < 4; i++) await work()
    expect(sent).toEqual([])
    pass(10 * 60 * MINUTE)
    for (let i = 0; i < 4; i++) await work()
    expect(sent.map((message) => `${message.touser} ${message.textcard.title}`).sort()).toEqual(['linzhixia 夜间有 225 条动态', 'wuxiaoyan 夜间有 225 条动态'])
    expect(await stage.rows("SELECT state, COUNT(*) n FROM notices GROUP BY state")).toEqual([{ state: 'sent', n: 450 }])
  })

  it('what failed before they began is not tried in them, and not given up because of them', async () => {
    await set({ quiet: { from: '22:00', until: '08:00' } })
    pass(10 * 60 * MINUTE - MINUTE - ((stage.clock.now() - NOON) % (24 * 60 * MINUTE)))
    answer = { errcode: 60020, errmsg: 'not allow to access from your ip' }
    await read(phone(), await sendLink(), SECOND)
    const tries = sent.length
    expect(tries).toBeGreaterThan(0)
    for (let i = 0; i < 9; i++) await later(60 * MINUTE)
    expect(sent).toHaveLength(tries)
    answer = { errcode: 0, msgid: 'm' }
    await later(62 * MINUTE)
    expect(titles().slice(tries)).toEqual(['林间小路 打开了《价目表》'])
  })

  it('are the corp’s own: another tenant is told at once · SYS-1', async () => {
    await set({ quiet: { from: '22:00', until: '08:00' }, tellSummary: false })
    evening()
    const other = await stage.corps.ensureFirst({ wecomCorpId: 'wwradar0002', name: '别家', agentId: 1000003, agentSecret: 'secret-of-another-corp', adminUserids: ['zhoumin'] })
    const { staffId } = await stage.identity.ensureStaff(other.id, 'zhoumin')
    await stage.notices.intend(stage.platform.db, other.id, [{ staffId, kind: 'material_opened', onceKey: 'a', card: { title: '别家的动态', lines: [], url: 'http://localhost:3000/workbench', button: '看' } }])
    await read(phone(), await sendLink(), SECOND)
    expect(titles()).toEqual(['别家的动态'])
  })
})
