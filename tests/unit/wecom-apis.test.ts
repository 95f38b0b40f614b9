import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  addMemberCode, contactWaysSince, getAgent, getContactWay, getCustomer, getGroupChat, getMember, getSignedInPerson, jsSignature, listCorpTags, listCustomersOf, listDepartments, listFollowUsers,
  listGroupChats, listMembers, markTags, oauthUrl, sendTextCard, signPage, webLoginUrl, WecomError,
} from '../../server/src/wecom/index.ts'
import type { CallOptions, WecomClient } from '../../server/src/wecom/index.ts'
import { fixtureJson } from '../fixtures/wecom/fixture.ts'

interface Call {
  api: string
  query: object
  body: unknown
  effect: string
}

const errorShape = z.object({ errcode: z.number(), errmsg: z.string() })

/** A client that answers with the recorded payloads in turn and writes down what was asked. */
function recorded(...fixtures: (string | object)[]): { client: WecomClient; calls: Call[] } {
  const calls: Call[] = []
  function next<S extends z.ZodType>(call: Call, answer: S): z.output<S> {
    calls.push(call)
    const fixture = fixtures.shift() ?? {}
    const payload = typeof fixture === 'string' ? fixtureJson(fixture) : fixture
    const failure = errorShape.safeParse(payload)
    if (failure.success && failure.data.errcode !== 0) throw new WecomError({ api: call.api, reason: 'errcode', ...failure.data, outcome: 'refused' })
    return answer.parse(payload)
  }
  const client: WecomClient = {
    app: { wecomCorpId: 'ww3f9a1c27d5e8b640', agentId: 1000002 },
    get: async (api, query, answer) => next({ api, query, body: null, effect: 'read' }, answer),
    post: async (api, body, answer, options: CallOptions) => next({ api, query: options.query ?? {}, body: JSON.parse(JSON.stringify(body)), effect: options.effect }, answer),
    upload: async (api, file, answer, options: CallOptions) => next({ api, query: options.query ?? {}, body: file.fileName, effect: options.effect }, answer),
    download: async () => ({ body: Buffer.alloc(0), contentType: 'image/png', fileName: null }),
    accessToken: async () => 'token',
    ticket: async (_kind, fetch) => (await fetch()).value,
    dropTickets: async () => undefined,
  }
  return { client, calls }
}

describe('contacts (wecom-api/02)', () => {
  it('reads departments, and fills in what WeCom leaves out', async () => {
    const { client } = recorded('department.list.response.json', { department: [{ id: 9 }] })
    expect((await listDepartments(client)).map((row) => [row.id, row.name, row.parentid, row.department_leader])).toEqual([
      [1, '示例科技', 0, []], [2, '销售部', 1, ['zhaoqian']], [3, '客服部', 1, ['chenmei']], [21, '销售一组', 2, []],
    ])
    expect(await listDepartments(client)).toMatchObject([{ id: 9, name: '', department_leader: [], parentid: null }])
  })

  it('reads members with and without private fields', async () => {
    const { client } = recorded('user.list.response.json', 'user.get.response.json', 'user.get.no_sensitive.response.json')
    expect((await listMembers(client, 2))[0]).toMatchObject({ userid: 'wanglei', department: [2, 21], is_leader_in_dept: [0, 1], mobile: '', avatar: '' })
    expect((await getMember(client, 'wanglei')).mobile).toBe('13900139000')
    expect((await getMember(client, 'wanglei')).mobile).toBe('')
  })

  it('reads the visible range and trusted domain of the app', async () => {
    const { client, calls } = recorded('agent.get.response.json', { agentid: 1, allow_userinfos: {}, allow_partys: null })
    expect(await getAgent(client)).toMatchObject({ allow_userinfos: ['wanglei', 'chenmei'], allow_partys: [2, 3], allow_tags: [2], redirect_domain: 'scrm.example.com', close: 0 })
    expect(calls[0]?.query).toEqual({ agentid: 1000002 })
    expect(await getAgent(client)).toMatchObject({ allow_userinfos: [], allow_partys: [], allow_tags: [] })
  })
})

describe('customers (wecom-api/03 §1)', () => {
  it('reads a customer with all followers, over all pages', async () => {
    const page = z.looseObject({}).parse(fixtureJson('externalcontact.get.response.json'))
    const { client, calls } = recorded({ ...page, next_cursor: 'c2' }, 'externalcontact.get.response.json')
    const detail = await getCustomer(client, 'wm1')
    expect(detail.customer).toMatchObject({ name: '春风十里', type: 1, gender: 2, corp_name: '' })
    expect(detail.followers).toHaveLength(4)
    expect(detail.followers[0]).toMatchObject({ userid: 'wanglei', remark_mobiles: ['13800138000'], wechat_channels: null })
    expect(detail.followers[0]?.tags[1]).toMatchObject({ type: 2, tag_id: '' })
    expect(calls.map((call) => call.query)).toEqual([{ external_userid: 'wm1', cursor: undefined }, { external_userid: 'wm1', cursor: 'c2' }])
  })

  it('reads a WeCom user of another corp', async () => {
    expect((await getCustomer(recorded('externalcontact.get.wecom_user.response.json').client, 'wo1')).customer).toMatchObject({ type: 2, corp_name: '远山制造', unionid: '' })
  })

  it('reads pages of many members until the cursor is empty', async () => {
    const { client, calls } = recorded('externalcontact.batch.get_by_user.response.json', 'externalcontact.batch.get_by_user.last_page.response.json')
    const first = await listCustomersOf(client, ['wanglei'], null)
    expect(first.nextCursor).not.toBeNull()
    expect(first.relations[0]?.follow.tag_id.length).toBeGreaterThan(0)
    expect((await listCustomersOf(client, ['wanglei'], first.nextCursor)).nextCursor).toBeNull()
    expect(calls[1]?.body).toEqual({ userid_list: ['wanglei'], cursor: first.nextCursor, limit: 100 })
  })

  it('takes 84061 on a list as "no customers"', async () => {
    const { client } = recorded('error-84061.response.json')
    expect(await listCustomersOf(client, ['new'], null)).toEqual({ relations: [], nextCursor: null })
  })

  it('does not take 84061 of a single customer as anything but an error', async () => {
    await expect(getCustomer(recorded('error-84061.response.json').client, 'wm1')).rejects.toMatchObject({ errcode: 84061 })
  })

  it('lists the members with the feature', async () => {
    expect(await listFollowUsers(recorded('externalcontact.get_follow_user_list.response.json').client)).toEqual(['wanglei', 'chenmei', 'liuyang'])
  })

  it('marks tags as WeCom asks for it, and calls nothing when nothing changes', async () => {
    const { client, calls } = recorded()
    await markTags(client, 'wanglei', 'wmJk7RBwAAq3XbT0mZ5vLcHdYpNsWfUA', { add: ['etJk7RBwAAdejaAy64mh2p3COucnorSm'], remove: ['etJk7RBwAAlO0CLqF6lHEB30S5qfbhlV'] })
    await markTags(client, 'wanglei', 'wm1', { add: [], remove: [] })
    expect(calls.map((call) => call.body)).toEqual([fixtureJson('externalcontact.mark_tag.request.json')])
  })
})

describe('tags and groups (wecom-api/03 §2, §6)', () => {
  it('reads corp tags', async () => {
    const { client } = recorded('externalcontact.get_corp_tag_list.response.json')
    expect((await listCorpTags(client)).map((group) => [group.group_name, group.tag.map((tag) => tag.name)])).toEqual([['客户等级', ['重要', '普通']], ['来源', ['线下活动']]])
  })

  it('reads groups with their members', async () => {
    const { client } = recorded('externalcontact.groupchat.list.response.json', 'externalcontact.groupchat.get.response.json')
    expect(await listGroupChats(client, { ownerIds: ['wanglei'] }, null)).toMatchObject({ groups: [{ status: 0 }, { status: 0 }, { status: 1 }], nextCursor: 'tJzlB9tdqfhFAKEcursor' })
    const group = await getGroupChat(client, 'wr1')
    expect(group).toMatchObject({ name: '春季活动交流群', owner: 'wanglei' })
    expect(group.member_list.map((member) => [member.type, member.name, member.invitor])).toEqual([[1, '王磊', 'wanglei'], [2, '春风十里', null], [2, '周工', 'wanglei']])
  })
})

describe('contact ways (wecom-api/03 §6)', () => {
  it('makes a code for one member, which is never asked for twice', async () => {
    const { client, calls } = recorded('externalcontact.add_contact_way.response.json')
    expect(await addMemberCode(client, { userId: 'wanglei', state: 'zk_card_7', remark: '知客名片' })).toEqual({ configId: '4f8a1c27d5e8b6403f9a1c27d5e8b640', qrCode: 'https://p.qpic.cn/wwhead/nMl9ssowtibVGyrmvBiaFAKEqrc1/0' })
    expect(calls).toMatchObject([{ api: '/cgi-bin/externalcontact/add_contact_way', effect: 'once', body: { type: 1, scene: 2, skip_verify: true, state: 'zk_card_7', remark: '知客名片', user: ['wanglei'] } }])
  })

  it('reads ways of any kind, also of buttons, which have no code', async () => {
    const { client } = recorded('externalcontact.get_contact_way.response.json', 'externalcontact.get_contact_way.temp.response.json', { contact_way: { config_id: 'a1', type: 1, scene: 1 } })
    expect(await getContactWay(client, '4f8a')).toMatchObject({ state: 'ch_spring_01', userIds: ['wanglei', 'chenmei'], qrCode: expect.stringContaining('https://') })
    expect(await getContactWay(client, '9d2b')).toMatchObject({ state: 'tmp_01', userIds: ['wanglei'] })
    expect(await getContactWay(client, 'a1')).toEqual({ configId: 'a1', qrCode: '', state: '', userIds: [] })
  })

  it('lists what was made since a moment until the cursor is empty', async () => {
    const { client, calls } = recorded({ contact_way: [{ config_id: 'a1' }], next_cursor: 'c2' }, { contact_way: null })
    const pages: string[][] = []
    for await (const page of contactWaysSince(client, 1_714_000_000_999)) pages.push(page)
    expect(pages).toEqual([['a1'], []])
    expect(calls.map((call) => call.body)).toEqual([{ start_time: 1_714_000_000, cursor: '', limit: 1000 }, { start_time: 1_714_000_000, cursor: 'c2', limit: 1000 }])
  })
})

describe('messages (wecom-api/02 §6)', () => {
  it('sends cards, and reads who did not get them', async () => {
    const { client, calls } = recorded('message.send.partial.response.json', 'message.send.response.json', 'message.send.error-81013.response.json')
    expect(await sendTextCard(client, { userIds: ['wanglei', 'chenmei'] }, { title: '待办提醒', description: 'd', url: 'https://scrm.example.com/tasks', buttonText: '去处理' })).toMatchObject({
      messageId: 'vcT8gGc-7dFb4bxT35ONjBDz901FAKEmsgid0002', invalidUserIds: ['ghost1', 'ghost2'], invalidDepartmentIds: ['99'], invalidTagIds: [],
    })
    expect(calls[0]).toMatchObject({ body: { touser: 'wanglei|chenmei', agentid: 1000002, msgtype: 'textcard', textcard: { btntxt: '去处理' } }, effect: 'once' })
    const card = { title: '待办提醒', description: 'd', url: 'https://scrm.example.com/tasks' }
    await sendTextCard(client, { userIds: ['a'] }, card, { duplicateCheckSeconds: 600 })
    expect(calls[1]).toMatchObject({ body: { enable_duplicate_check: 1, duplicate_check_interval: 600 }, effect: 'repeatable' })
    await expect(sendTextCard(client, { userIds: ['ghost1'] }, card)).rejects.toMatchObject({ errcode: 81013 })
  })
})

describe('sign-in and JS-SDK (wecom-api/00 §6–§8)', () => {
  const request = { app: { wecomCorpId: 'ww1', agentId: 1000002 }, redirectUri: 'https://scrm.example.com/auth/wecom/callback?a=1', state: 'abc123' }

  it('builds the OAuth address with agentid and the fragment', () => {
    expect(oauthUrl('https://open.weixin.qq.com/', request, 'snsapi_privateinfo')).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fscrm.example.com%2Fauth%2Fwecom%2Fcallback%3Fa%3D1&response_type=code&scope=snsapi_privateinfo&state=abc123&agentid=1000002#wechat_redirect',
    )
  })

  it('builds the QR sign-in address', () => {
    const url = new URL(webLoginUrl('https://login.work.weixin.qq.com', request))
    expect(`${url.origin}${url.pathname}`).toBe('https://login.work.weixin.qq.com/wwlogin/sso/login')
    expect(Object.fromEntries(url.searchParams)).toEqual({ login_type: 'CorpApp', appid: 'ww1', agentid: '1000002', redirect_uri: request.redirectUri, state: 'abc123', lang: 'zh' })
  })

  it.each(['a-b', 'x'.repeat(129), '汉'])('refuses the state %j, which WeCom would not carry', (state) => {
    expect(() => oauthUrl('https://x', { ...request, state }, 'snsapi_base')).toThrow(RangeError)
  })

  it.each([
    ['auth.getuserinfo.member.response.json', { kind: 'member', userId: 'wanglei', userTicket: 'TICKET_a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7' }],
    ['auth.getuserinfo.member_base.response.json', { kind: 'member', userId: 'wanglei', userTicket: null }],
    ['auth.getuserinfo.external.response.json', { kind: 'visitor', openId: 'oK9wE5xQ2mTn0aLrZ6wKcJb1eUoP', externalUserId: 'wmJk7RBwAAq3XbT0mZ5vLcHdYpNsWfUA' }],
    ['auth.getuserinfo.external_stranger.response.json', { kind: 'visitor', openId: 'oK9wE5xQ2mTn0aLrZ6wKcJb1eUoP', externalUserId: null }],
  ])('tells who came back: %s', async (fixture, person) => {
    expect(await getSignedInPerson(recorded(fixture).client, 'code')).toEqual(person)
  })

  it('tolerates the capitals of old answers and never takes a linked corp\'s member for ours', async () => {
    expect(await getSignedInPerson(recorded({ UserId: 'wanglei', DeviceId: 'd' }).client, 'c')).toEqual({ kind: 'member', userId: 'wanglei', userTicket: null })
    expect(await getSignedInPerson(recorded({ OpenId: 'o1' }).client, 'c')).toEqual({ kind: 'visitor', openId: 'o1', externalUserId: null })
    expect(await getSignedInPerson(recorded({ userid: 'wwother/zhang' }).client, 'c')).toEqual({ kind: 'linked_member', wecomCorpId: 'wwother', userId: 'zhang' })
    await expect(getSignedInPerson(recorded({ errcode: 0 }).client, 'c')).rejects.toMatchObject({ reason: 'bad-answer' })
    await expect(getSignedInPerson(recorded('auth.getuserinfo.error-40029.response.json').client, 'c')).rejects.toMatchObject({ errcode: 40029 })
  })

  const vectors = z.object({ vectors: z.array(z.object({ ticket: z.string(), noncestr: z.string(), timestamp: z.number(), url: z.string(), signature: z.string() })) }).parse(fixtureJson('jssdk-signature-vectors.json'))
  it.each(vectors.vectors)('signs $url as the vectors do, with or without fragment', ({ ticket, noncestr, timestamp, url, signature }) => {
    expect(jsSignature({ ticket, nonceStr: noncestr, timestamp, url })).toBe(signature)
    expect(jsSignature({ ticket, nonceStr: noncestr, timestamp, url: `${url}#/customer/1#x` })).toBe(signature)
  })

  it('signs a page with the ticket of its kind', async () => {
    const { client, calls } = recorded('get_jsapi_ticket.response.json', 'ticket.get.agent_config.response.json')
    const clock = { now: () => 1735689600999 }
    const corp = await signPage(client, 'corp', 'https://a/x', clock)
    const agent = await signPage(client, 'agent', 'https://a/x', clock)
    expect(calls).toMatchObject([{ api: '/cgi-bin/get_jsapi_ticket' }, { api: '/cgi-bin/ticket/get', query: { type: 'agent_config' } }])
    expect(corp.timestamp).toBe(1735689600)
    expect(agent.signature).toBe(jsSignature({ ticket: 'AGENTTICKET-Zr5tWn8xCq2yHs7dPf0GkVjB4mLuEa9Oi', nonceStr: agent.nonceStr, timestamp: agent.timestamp, url: 'https://a/x' }))
  })
})
