import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import type { ContactView, PersonDetail } from '@zhike/sandbox/protocol/people'
import type { Scanned } from '@zhike/sandbox/protocol/scanning'
import type { ActionResult } from '@zhike/sandbox/protocol/world'
import { startSandbox } from '@zhike/sandbox/server'
import jsQR from 'jsqr'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiBody, newToken, sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const { corpid } = DEMO_CORP
const ext = '/cgi-bin/externalcontact'

interface Made { config_id: string; qr_code?: string }
interface Listed extends ApiBody { contact_way: { config_id: string }[]; next_cursor: string }
interface Way { contact_way: Record<string, unknown> }

let box: SandboxUnderTest
beforeAll(async () => {
  box = await sandboxUnderTest()
})
afterAll(() => box.close())

const card = { type: 1, scene: 2, remark: '知客名片', skip_verify: true, state: 'zk_card_7', user: ['wuxiaoyan'] }
const add = (change: object = {}) => box.post<Made>(`${ext}/add_contact_way`, { ...card, ...change })

/** What a phone reads in the picture of a code. The host of WeCom's pictures is the product's here. */
async function read(qrCode = ''): Promise<string> {
  const picture = await fetch(box.url + new URL(qrCode).pathname)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  const { data, info } = await sharp(Buffer.from(await picture.arrayBuffer())).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return jsQR(new Uint8ClampedArray(data), info.width, info.height)?.data ?? ''
}

describe('contact ways · wecom-api/03 §6', () => {
  it('are made, read, changed and deleted; the code of a way is a picture', async () => {
    const made = await add({ user: ['WuXiaoYan'] })
    expect(made).toMatchObject({ errcode: 0, config_id: expect.stringMatching(/^[0-9a-f]{32}$/) })
    const { config_id: id, qr_code: qrCode } = made
    expect(await read(qrCode)).toMatch(/^https:\/\/work\.weixin\.qq\.com\/u\/vc\w{16}$/)
    const get = async () => (await box.post<Way>(`${ext}/get_contact_way`, { config_id: id })).contact_way
    expect(await get()).toEqual({ config_id: id, ...card, qr_code: qrCode, party: [] })
    expect(await box.post(`${ext}/update_contact_way`, { config_id: id, remark: '周末', skip_verify: false, user: ['chensiyuan'], type: 2 })).toMatchObject({ errcode: 0 })
    expect(await get()).toMatchObject({ type: 1, remark: '周末', skip_verify: false, state: card.state, user: ['chensiyuan'], qr_code: qrCode })
    expect(await box.post(`${ext}/del_contact_way`, { config_id: id })).toMatchObject({ errcode: 0 })
    expect((await box.post(`${ext}/get_contact_way`, { config_id: id })).errcode).toBe(41044)
    expect((await fetch(box.url + new URL(qrCode ?? '').pathname)).status).toBe(404)
  })

  it('a button in a mini program has no code; several members need no approval unless it is said', async () => {
    const button = await add({ scene: 1, style: 3 })
    expect(button).not.toHaveProperty('qr_code')
    const { config_id: id } = await add({ type: 2, user: ['wuxiaoyan', 'tangjing'], party: [4], skip_verify: undefined })
    expect((await box.post<Way>(`${ext}/get_contact_way`, { config_id: id })).contact_way).toMatchObject({ skip_verify: true, party: [4] })
  })

  it.each([
    ['no type', { type: undefined }, 41037], ['an unknown type', { type: 3 }, 41039],
    ['no scene', { scene: undefined }, 41038], ['an unknown scene', { scene: 0 }, 41040],
    ['a style that its kind of button does not have', { type: 2, scene: 1, style: 3 }, 41042],
    ['a remark that is too long', { remark: '长'.repeat(31) }, 40058], ['a state that is too long', { state: 's'.repeat(31) }, 40058],
    ['nobody', { user: [] }, 40063], ['two members where one belongs', { user: ['wuxiaoyan', 'tangjing'] }, 40058],
    ['an unknown member', { user: ['ghost'] }, 60111], ['an unknown department', { type: 2, party: [99] }, 60003],
    ['a temporary session outside of medicine', { is_temp: true }, 48002], ['a wrong JSON type', { user: 'wuxiaoyan' }, 40058],
  ])('are refused with %s', async (_name, change, errcode) => {
    expect((await add(change)).errcode).toBe(errcode)
  })

  it('take 30 characters, however many bytes', async () => {
    expect((await add({ remark: '长'.repeat(30), state: 's'.repeat(30) })).errcode).toBe(0)
  })

  it('serve with members who may and can', async () => {
    const settings = (body: object) => box.client('PUT', `/corps/${corpid}/settings`, body)
    await settings({ visibleRange: { all: false, departments: [4], userids: [] } })
    expect((await add()).errcode).toBe(60011)
    await settings({ visibleRange: { all: true, departments: [], userids: [] }, contactRange: { all: false, userids: ['tangjing'] } })
    expect((await add()).errcode).toBe(84074)
    await settings({ contactRange: { all: true, userids: [] } })
    const staff = box.control.sandbox.corps.get(corpid)?.staff('wuxiaoyan')
    if (staff === undefined) throw new Error('nobody there')
    staff.status = 4
    expect((await add()).errcode).toBe(41054)
    staff.status = 1
  })

  it('without an id, or with one of nobody: 41043, 41044', async () => {
    for (const api of ['get', 'update', 'del']) {
      expect((await box.post(`${ext}/${api}_contact_way`, {})).errcode, api).toBe(41043)
      expect((await box.post(`${ext}/${api}_contact_way`, { config_id: 'f'.repeat(32) })).errcode, api).toBe(41044)
    }
  })

  it('are listed by when they were made, in pages; older than 90 days only when asked for', async () => {
    const own = await sandboxUnderTest()
    const make = async () => (await own.post<Made>(`${ext}/add_contact_way`, card)).config_id
    const list = (body: object) => own.post<Listed>(`${ext}/list_contact_way`, body)
    const [old, ...fresh] = [await make(), await make(), await make()]
    const first = await list({ limit: 2 })
    expect(first.contact_way.map((way) => way.config_id)).toEqual([old, fresh[0]])
    expect(await list({ limit: 2, cursor: first.next_cursor })).toMatchObject({ contact_way: [{ config_id: fresh[1] }], next_cursor: '' })
    const since = own.control.sandbox.clock.seconds() - 60
    expect((await list({ start_time: since, cursor: first.next_cursor })).errcode).toBe(50100)
    expect((await list({ start_time: since, end_time: since + 1 })).contact_way).toEqual([])
    expect((await list({ limit: 1001 })).errcode).toBe(40058)
    own.control.shiftClock(91 * 86_400_000)
    const token = await newToken(own.url)
    const later = async (body: object): Promise<Listed> => JSON.parse(await (await fetch(`${own.url}${ext}/list_contact_way?access_token=${token}`, { method: 'POST', body: JSON.stringify(body) })).text())
    expect((await later({})).contact_way).toEqual([])
    expect((await later({ start_time: since })).contact_way).toHaveLength(3)
    await own.close()
  })

  it('outlive a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'zhike-ways-'))
    const before = await startSandbox({ dir })
    const call = async (url: string, api: string, body: object) => (await fetch(`${url}${ext}/${api}?access_token=${await newToken(url)}`, { method: 'POST', body: JSON.stringify(body) })).json()
    const made = await call(before.url, 'add_contact_way', card)
    await before.close()
    const after = await startSandbox({ dir })
    expect(await call(after.url, 'get_contact_way', { config_id: made.config_id })).toMatchObject({ contact_way: { state: card.state, qr_code: made.qr_code } })
    await after.close()
    rmSync(dir, { recursive: true })
  })
})

describe('a customer’s phone recognises a code', () => {
  const scan = (personId: string, text: string) => box.client<Scanned & { message?: string }>('POST', `/people/${personId}/scan`, { text })
  const addByCode = (personId: string, text: string) => box.client<ActionResult>('POST', `/people/${personId}/add-by-code`, { text })
  const stranger = () => box.control.act({ corpid, action: 'new_stranger', name: '闺蜜' }).personId ?? ''
  const detail = (personId: string) => box.client<PersonDetail>('GET', `/people/${personId}`)

  it('of a way: she sees the member’s card, adds her, and comes by the way’s state', async () => {
    const text = await read((await add()).qr_code)
    const personId = stranger()
    expect(await scan(personId, text)).toMatchObject({ kind: 'member', userid: 'wuxiaoyan', name: '吴晓燕', corpName: DEMO_CORP.name, known: false })
    expect(await addByCode(personId, text)).toMatchObject({ ok: true, userid: 'wuxiaoyan' })
    expect((await detail(personId)).follows).toMatchObject([{ userid: 'wuxiaoyan', addWay: 1, state: card.state, status: 'friend' }])
    const { follow_user: [follow] } = await box.get<{ follow_user: object[] }>(`${ext}/get`, { external_userid: personId })
    expect(follow).toMatchObject({ add_way: 1, state: card.state, oper_userid: personId })
    const log = await box.client<{ changeType: string; xml: string }[]>('GET', `/corps/${corpid}/callback-log`)
    expect(JSON.stringify(log)).toContain('add_external_contact')
    // Friends already: WeChat opens the chat.
    expect(await scan(personId, text)).toMatchObject({ known: true })
    expect(await addByCode(personId, text)).toMatchObject({ message: '闺蜜 已经是 吴晓燕 的联系人' })
  })

  it('of a way that asks for approval: the member has to confirm', async () => {
    const text = await read((await add({ skip_verify: false })).qr_code)
    const personId = stranger()
    await addByCode(personId, text)
    expect((await detail(personId)).follows).toMatchObject([{ status: 'half', state: card.state }])
  })

  it('whoever deleted the member is her customer again', async () => {
    const text = await read((await add()).qr_code)
    const [known] = await box.client<ContactView[]>('GET', `/corps/${corpid}/staff/wuxiaoyan/contacts?q=果果妈`)
    if (known === undefined) throw new Error('no demo customer')
    box.control.act({ corpid, action: 'customer_deletes', userid: 'wuxiaoyan', personId: known.id })
    expect(await scan(known.id, text)).toMatchObject({ known: false })
    await addByCode(known.id, text)
    expect((await detail(known.id)).follows).toMatchObject([{ status: 'friend', state: card.state }])
  })

  it('of several members she always meets the same one', async () => {
    const text = await read((await add({ type: 2, user: ['wuxiaoyan', 'chensiyuan', 'tangjing'] })).qr_code)
    const personId = stranger()
    const met = await Promise.all(Array.from({ length: 5 }, () => scan(personId, text)))
    expect(new Set(met.map((one) => one.kind === 'member' && one.userid)).size).toBe(1)
  })

  it('a code that is no longer good says so; other codes are addresses and text', async () => {
    const { config_id: id, qr_code: qrCode } = await add({ user: ['dengkexin'] })
    const text = await read(qrCode)
    await box.client('PUT', `/corps/${corpid}/settings`, { contactRange: { all: false, userids: ['wuxiaoyan'] } })
    const personId = stranger()
    expect((await scan(personId, text)).message).toContain('二维码已失效')
    await box.client('PUT', `/corps/${corpid}/settings`, { contactRange: { all: true, userids: [] } })
    await box.post(`${ext}/del_contact_way`, { config_id: id })
    expect((await scan(personId, text)).message).toContain('二维码已失效')
    expect(await scan(personId, 'https://shop.example.cn/a')).toEqual({ kind: 'page', url: 'https://shop.example.cn/a' })
    expect(await scan(personId, '你好')).toEqual({ kind: 'text', text: '你好' })
  })
})
