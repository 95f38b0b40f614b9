import { BARE_CORP, DEMO_CORP } from '@zhike/sandbox/demo'
import { generateCorp } from '@zhike/sandbox/generate'
import { startSandbox } from '@zhike/sandbox/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newToken, sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

let box: SandboxUnderTest
beforeAll(async () => {
  box = await sandboxUnderTest()
})
afterAll(() => box.close())

const ext = '/cgi-bin/externalcontact'

describe('tokens · wecom-api/00 §2', () => {
  it('hands out the same token while it is valid', async () => {
    expect(await newToken(box.url)).toBe(box.token)
  })

  it('refuses a wrong secret with the real shape of errmsg', async () => {
    const response = await fetch(`${box.url}/cgi-bin/gettoken?corpid=${DEMO_CORP.corpid}&corpsecret=wrong`)
    const body: { errcode: number; errmsg: string; access_token: string } = JSON.parse(await response.text())
    expect(response.status).toBe(200)
    expect(body).toMatchObject({ errcode: 40001, access_token: '', expires_in: 0 })
    expect(body.errmsg).toMatch(/^invalid credential, hint: \[\d+_\d+_[0-9a-f]{32}\], from ip: 127\.0\.0\.1, more info at https:\/\/open\.work\.weixin\.qq\.com\/devtool\/query\?e=40001$/)
  })

  it('answers 41001, 40014 and 42001 for missing, unknown and expired tokens', async () => {
    const own = await startSandbox()
    const errcode = async (token: string): Promise<number> => JSON.parse(await (await fetch(`${own.url}/cgi-bin/department/list?access_token=${token}`)).text()).errcode
    expect(await errcode('')).toBe(41001)
    expect(await errcode('nonsense')).toBe(40014)
    const token = await newToken(own.url)
    expect(await errcode(token)).toBe(0)
    own.control.shiftClock(7200_000)
    expect(await errcode(token)).toBe(42001)
    await own.close()
  })
})

describe('the unconfigured corp names what is missing', () => {
  it('first the trusted IP, then the customer permission', async () => {
    const token = await newToken(box.url, BARE_CORP.corpid, BARE_CORP.secret)
    const call = async (): Promise<{ errcode: number; errmsg: string }> => JSON.parse(await (await fetch(`${box.url}${ext}/get_follow_user_list?access_token=${token}`)).text())
    const first = await call()
    expect(first.errcode).toBe(60020)
    expect(first.errmsg).toContain('from ip: 127.0.0.1')
    await box.client('PUT', `/corps/${BARE_CORP.corpid}/settings`, { trustedIps: ['127.0.0.1'] })
    expect((await call()).errcode).toBe(48002)
  })
})

describe('parameters are checked as WeCom does', () => {
  it.each([
    ['wrong JSON type', `${ext}/batch/get_by_user`, { userid_list: 'wuxiaoyan' }, 40058],
    ['too many members', `${ext}/batch/get_by_user`, { userid_list: Array.from({ length: 101 }, () => 'wuxiaoyan') }, 40058],
    ['garbage cursor', `${ext}/batch/get_by_user`, { userid_list: ['wuxiaoyan'], cursor: 'garbage' }, 50100],
    ['unknown member', `${ext}/batch/get_by_user`, { userid_list: ['ghost'] }, 60111],
    ['unknown customer', `${ext}/remark`, { userid: 'wuxiaoyan', external_userid: 'wmNobody', remark: 'x' }, 40096],
    ['limit is required', `${ext}/groupchat/list`, {}, 40058],
    ['unknown group', `${ext}/groupchat/get`, { chat_id: 'wrNobody' }, 86003],
    ['not for self-built apps', '/cgi-bin/user/list_id', { limit: 10 }, 48002],
  ])('%s', async (_name, path, body, errcode) => {
    expect((await box.post(path, body)).errcode).toBe(errcode)
  })

  it('refuses the wrong method and what is not JSON with 40058', async () => {
    expect((await box.get(`${ext}/mark_tag`)).errcode).toBe(40058)
    const response = await fetch(`${box.url}${ext}/mark_tag?access_token=${box.token}`, { method: 'POST', body: '{' })
    expect(JSON.parse(await response.text()).errcode).toBe(40058)
  })

  it('answers 84061 for a member without customers', async () => {
    expect((await box.get(`${ext}/list`, { userid: 'linzhixia' })).errcode).toBe(84061)
  })
})

describe('customers', () => {
  it('pages through all relations of a member with opaque cursors, limit clamped to 100', async () => {
    const all: string[] = []
    let cursor = ''
    let pages = 0
    do {
      const page = await box.post<{ external_contact_list: { external_contact: { external_userid: string }; follow_info: { userid: string } }[]; next_cursor: string }>(`${ext}/batch/get_by_user`, { userid_list: ['wuxiaoyan', 'chensiyuan'], cursor, limit: 1000 })
      expect(page.external_contact_list.length).toBeLessThanOrEqual(100)
      all.push(...page.external_contact_list.map((item) => `${item.follow_info.userid} ${item.external_contact.external_userid}`))
      cursor = page.next_cursor
      pages += 1
    } while (cursor !== '')
    expect(pages).toBeGreaterThan(1)
    expect(new Set(all).size).toBe(all.length)
    const listed = await Promise.all(['wuxiaoyan', 'chensiyuan'].map((userid) => box.get<{ external_userid: string[] }>(`${ext}/list`, { userid })))
    expect(all.length).toBe(listed.reduce((sum, item) => sum + item.external_userid.length, 0))
  })

  it('an app changes only tags it made itself', async () => {
    const { tag_group: groups } = await box.post<{ tag_group: { group_name: string; tag: { id: string; name: string }[] }[] }>(`${ext}/get_corp_tag_list`, {})
    expect(groups).toHaveLength(6)
    const ofConsole = groups.find((group) => group.group_name === '会员等级')?.tag[0]?.id
    expect((await box.post(`${ext}/edit_corp_tag`, { id: ofConsole, name: '新名字' })).errcode).toBe(81011)
    const made = await box.post<{ tag_group: { tag: { id: string }[] } }>(`${ext}/add_corp_tag`, { group_name: '活动', tag: [{ name: '春季' }, { name: '春季' }, { name: '秋季' }] })
    expect(made.tag_group.tag).toHaveLength(2)
    expect((await box.post(`${ext}/add_corp_tag`, { group_name: '活动', tag: [{ name: '春季' }] })).errcode).toBe(40071)
    expect((await box.post(`${ext}/add_corp_tag`, { group_name: '活动', tag: [{ name: '字'.repeat(31) }] })).errcode).toBe(40072)
    expect((await box.post(`${ext}/del_corp_tag`, { tag_id: made.tag_group.tag.map((tag) => tag.id) })).errcode).toBe(0)
    const left = await box.post<{ tag_group: { group_name: string }[] }>(`${ext}/get_corp_tag_list`, {})
    expect(left.tag_group.map((group) => group.group_name)).not.toContain('活动')
  })

  it('100 000 customers are quickly made, and a page in the middle is quick', { timeout: 60_000 }, async () => {
    const big = await sandboxUnderTest({ seed: generateCorp({ staff: 50, customers: 100_000, groups: 100, seed: 7 }) })
    const started = performance.now()
    const page = await big.post<{ external_contact_list: unknown[] }>(`${ext}/batch/get_by_user`, { userid_list: ['staff25'], limit: 100 })
    expect(page.external_contact_list).toHaveLength(100)
    expect(performance.now() - started).toBeLessThan(2000)
    await big.close()
  })
})

describe('app messages · wecom-api/02 §6', () => {
  const textcard = { title: '林间小路 正在看', description: '2026 春季价目表', url: 'http://localhost:3000/x' }
  const send = (more: Record<string, unknown>): ReturnType<SandboxUnderTest['post']> =>
    box.post('/cgi-bin/message/send', { touser: 'zhoumin', agentid: 1000002, msgtype: 'textcard', textcard, ...more })

  it('delivers to the member and names the invalid ones in lower case', async () => {
    const answer = await send({ touser: 'zhoumin|Ghost' })
    expect(answer).toMatchObject({ errcode: 0, invaliduser: 'ghost' })
    const shown = await box.client<{ body: { msgtype: string; title: string } }[]>('GET', `/corps/${box.corpid}/staff/zhoumin/app-messages`)
    expect(shown.at(-1)?.body).toMatchObject({ msgtype: 'textcard', title: '林间小路 正在看' })
  })

  it.each([
    ['nobody valid', { touser: 'ghost' }, 81013], ['no receiver', { touser: '' }, 82001], ['another app', { agentid: 1000009 }, 301002],
    ['unknown msgtype', { msgtype: 'poem' }, 40008], ['no agentid', { agentid: undefined }, 41011],
  ])('%s', async (_name, more, errcode) => {
    expect((await send(more)).errcode).toBe(errcode)
  })

  it('silently drops what goes over 30 a minute to one member', async () => {
    const answers = await Promise.all(Array.from({ length: 32 }, () => send({ touser: 'hewenbo' })))
    expect(answers.every((answer) => answer.errcode === 0)).toBe(true)
    const shown = await box.client<unknown[]>('GET', `/corps/${box.corpid}/staff/hewenbo/app-messages`)
    expect(shown).toHaveLength(30)
  })
})

describe('faults', () => {
  it('forces an errcode for a counted number of calls', async () => {
    box.control.setFaults({ api: [{ path: '/cgi-bin/department/*', errcode: -1, times: 1 }] })
    expect((await box.get('/cgi-bin/department/list')).errcode).toBe(-1)
    expect((await box.get('/cgi-bin/department/list')).errcode).toBe(0)
  })

  it('cuts the connection after a message was sent: the caller cannot know', async () => {
    box.control.setFaults({ api: [{ path: '/cgi-bin/message/send', dropConnection: 'after', times: 1 }] })
    await expect(box.post('/cgi-bin/message/send', { touser: 'tangjing', agentid: 1000002, msgtype: 'text', text: { content: 'hi' } })).rejects.toThrow()
    const shown = await box.client<unknown[]>('GET', `/corps/${box.corpid}/staff/tangjing/app-messages`)
    expect(shown).toHaveLength(1)
  })
})

describe('media', () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
  const form = (): FormData => {
    const data = new FormData()
    data.set('media', new Blob([png], { type: 'image/png' }), '图.png')
    return data
  }

  it('keeps an upload for three days, readable by range', async () => {
    const own = await sandboxUnderTest()
    const uploaded: { media_id: string; created_at: string } = JSON.parse(await (await fetch(`${own.url}/cgi-bin/media/upload?access_token=${own.token}&type=image`, { method: 'POST', body: form() })).text())
    expect(uploaded.created_at).toMatch(/^\d+$/)
    const url = `${own.url}/cgi-bin/media/get?access_token=${own.token}&media_id=${uploaded.media_id}`
    const whole = await fetch(url)
    expect(whole.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await whole.arrayBuffer()).equals(png)).toBe(true)
    const part = await fetch(url, { headers: { range: 'bytes=0-3' } })
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 4])
    own.control.shiftClock(3 * 86_400_000)
    const token = await newToken(own.url)
    const gone = await fetch(url.replace(own.token, token))
    expect(JSON.parse(await gone.text()).errcode).toBe(40007)
    await own.close()
  })

  it('refuses a picture that is none', async () => {
    const data = new FormData()
    data.set('media', new Blob(['not a picture at all']), 'x.png')
    const answer = await fetch(`${box.url}/cgi-bin/media/upload?access_token=${box.token}&type=image`, { method: 'POST', body: data })
    expect(JSON.parse(await answer.text()).errcode).toBe(40123)
  })
})
