import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import { decryptFrom, encryptFor, signatureOf } from '@zhike/sandbox/callback-crypto'
import { BARE_CORP, DEMO_CORP } from '@zhike/sandbox/demo'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/wecom/${name}`, import.meta.url), 'utf8')
const elementsOf = (xml: string): string[] => [...xml.matchAll(/<([A-Za-z]+)>/g)].map((match) => match[1] ?? '').filter((name) => name !== 'xml')

/** The product's side: checks and decrypts with the official library. */
class Receiver {
  readonly messages: string[] = []
  /** What the next requests are answered with: a status, or a cut connection. */
  readonly script: (number | 'cut')[] = []
  url = ''
  private server: Server | undefined

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://receiver')
      const { token, encodingAesKey } = { token: DEMO_CORP.callbackToken, encodingAesKey: DEMO_CORP.encodingAesKey }
      const [timestamp, nonce] = ['timestamp', 'nonce'].map((name) => url.searchParams.get(name) ?? '')
      const echo = url.searchParams.get('echostr')
      if (echo !== null) return void response.end(decrypt(encodingAesKey, echo).message)
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const next = this.script.shift()
        if (next === 'cut') return void request.socket.destroy()
        const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(body)?.[1] ?? ''
        expect(getSignature(token, timestamp ?? '', nonce ?? '', encrypted)).toBe(url.searchParams.get('msg_signature'))
        const { message, id } = decrypt(encodingAesKey, encrypted)
        expect(id).toBe(DEMO_CORP.corpid)
        this.messages.push(message)
        response.writeHead(next ?? 200).end('success')
      })
    })
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve))
    const address = this.server.address()
    this.url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise((resolve) => this.server?.close(resolve))
  }
}

describe('cipher · wecom-api/01 §4', () => {
  const { vectors } = JSON.parse(fixture('callback-vectors.json')) as
    { vectors: { name: string; token: string; encodingAESKey: string; receiveid: string; msg_signature: string; timestamp: string; nonce: string; encrypt: string; expect: { msg?: string } }[] }

  it.each(vectors.filter((vector) => vector.expect.msg !== undefined).map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    expect(signatureOf(vector.token, vector.timestamp, vector.nonce, vector.encrypt)).toBe(vector.msg_signature)
    expect(decryptFrom(vector.encodingAESKey, vector.encrypt, vector.receiveid)).toBe(vector.expect.msg)
  })

  it('what it encrypts the official library reads, and the other way round', () => {
    for (const message of ['', '你好🌱', 'x'.repeat(500)]) {
      expect(decrypt(DEMO_CORP.encodingAesKey, encryptFor(DEMO_CORP.encodingAesKey, message, 'wwA')).message).toBe(message)
      expect(decryptFrom(DEMO_CORP.encodingAesKey, encrypt(DEMO_CORP.encodingAesKey, message, 'wwA'), 'wwA')).toBe(message)
    }
  })
})

describe('events', () => {
  const receiver = new Receiver()
  let box: SandboxUnderTest
  let customer: string
  beforeAll(() => receiver.start())
  afterAll(() => receiver.stop())
  beforeEach(async () => {
    box = await sandboxUnderTest({ productBaseUrl: receiver.url })
    receiver.messages.length = 0
    receiver.script.length = 0
    const [first] = await box.client<{ id: string }[]>('GET', `/corps/${box.corpid}/staff/wuxiaoyan/contacts`)
    customer = first?.id ?? ''
  })
  afterEach(() => box.close())
  const corpid = DEMO_CORP.corpid

  it('have the elements of the real ones', async () => {
    const added = box.control.act({ corpid, action: 'customer_adds', userid: 'wuxiaoyan', name: '新客', state: 'ch_1' })
    await box.control.callbacksSettled()
    box.control.act({ corpid, action: 'customer_deletes', userid: 'wuxiaoyan', personId: added.personId ?? '' })
    await box.control.callbacksSettled()
    const group = [...(box.control.sandbox.corps.get(corpid)?.groups.keys() ?? [])][0] ?? ''
    box.control.act({ corpid, action: 'group_join', chatId: group })
    await box.control.callbacksSettled()
    box.control.act({ corpid, action: 'enter_agent', userid: 'zhoumin' })
    await box.control.callbacksSettled()
    const files = ['event.add_external_contact.xml', 'event.del_follow_user.xml', 'event.change_external_chat.update.add_member.xml', 'event.enter_agent.xml']
    expect(receiver.messages).toHaveLength(4)
    files.forEach((file, index) => {
      const expected = new Set(elementsOf(fixture(file)))
      expect(new Set(elementsOf(receiver.messages[index] ?? '')), file).toEqual(expected)
    })
    expect(receiver.messages[0]).toContain(`<ExternalUserID><![CDATA[${added.personId}]]></ExternalUserID><State><![CDATA[ch_1]]></State>`)
  })

  it('are not raised by what is done through the API', async () => {
    const before = box.control.stats().callbacks.raised
    await box.post('/cgi-bin/externalcontact/remark', { userid: 'wuxiaoyan', external_userid: customer, remark: '新备注' })
    await box.post('/cgi-bin/externalcontact/add_corp_tag', { group_name: '新组', tag: [{ name: '新' }] })
    expect(box.control.stats().callbacks.raised).toBe(before)
  })

  it('are tried three times in all when the connection breaks, once when refused', async () => {
    receiver.script.push('cut', 'cut')
    box.control.act({ corpid, action: 'tag_create', groupName: '控制台组', names: ['甲'] })
    await box.control.callbacksSettled()
    expect(box.control.stats().callbacks).toMatchObject({ raised: 2, tried: 4, delivered: 2 })
    receiver.script.push(500)
    box.control.act({ corpid, action: 'enter_agent', userid: 'zhoumin' })
    await box.control.callbacksSettled()
    expect(box.control.stats().callbacks).toMatchObject({ tried: 5, failed: 1 })
  })

  it('get lost, doubled and out of order on demand', async () => {
    box.control.setFaults({ callbacks: [{ mode: 'drop', times: 1 }] })
    box.control.act({ corpid, action: 'enter_agent', userid: 'zhoumin' })
    box.control.setFaults({ callbacks: [{ mode: 'duplicate', times: 1 }] })
    box.control.act({ corpid, action: 'enter_agent', userid: 'tangjing' })
    await box.control.callbacksSettled()
    expect(receiver.messages.map((xml) => /FromUserName><!\[CDATA\[(\w+)/.exec(xml)?.[1])).toEqual(['tangjing', 'tangjing'])
    receiver.messages.length = 0
    box.control.setFaults({ callbacks: [{ mode: 'reorder', times: 1 }] })
    box.control.act({ corpid, action: 'enter_agent', userid: 'liuyutong' })
    box.control.act({ corpid, action: 'enter_agent', userid: 'sunhaoran' })
    await box.control.callbacksSettled()
    expect(receiver.messages.map((xml) => /FromUserName><!\[CDATA\[(\w+)/.exec(xml)?.[1])).toEqual(['sunhaoran', 'liuyutong'])
  })

  it('a half friend is no customer until the member confirms', async () => {
    const half = box.control.act({ corpid, action: 'customer_adds', userid: 'wuxiaoyan', half: true })
    const read = (): Promise<{ errcode?: number }> => box.get('/cgi-bin/externalcontact/get', { external_userid: half.personId ?? '' })
    expect((await read()).errcode).toBe(84061)
    box.control.act({ corpid, action: 'staff_confirms', userid: 'wuxiaoyan', personId: half.personId ?? '' })
    expect((await read()).errcode).toBe(0)
    box.control.act({ corpid, action: 'staff_deletes', userid: 'wuxiaoyan', personId: half.personId ?? '' })
    expect((await read()).errcode).toBe(84061)
    await box.control.callbacksSettled()
  })

  it('the console saves a callback only after the receiver answered the echo', async () => {
    const good = { url: `${receiver.url}/cb`, token: DEMO_CORP.callbackToken, encodingAesKey: DEMO_CORP.encodingAesKey }
    expect(await box.client('POST', `/corps/${BARE_CORP.corpid}/callback`, good)).toMatchObject({ ok: true })
    expect(await box.client('POST', `/corps/${BARE_CORP.corpid}/callback`, { ...good, url: 'http://127.0.0.1:1/cb' })).toMatchObject({ ok: false })
  })
})
