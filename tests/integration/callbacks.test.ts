// The callback address: what WeCom delivers is stored before it is answered, and handled once.
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import { CORP, OTHER, PATIENT, openCallbacks } from './callbacks-stage.ts'

const stage = await openCallbacks()
const { web, worker, corpId, codec, edited, addressOf, envelope, post, rowOf, lastCustomer, deliver, rowCount, isDone } = stage
afterAll(() => stage.close())

describe('the callback address, GET (wecom-api/01 §2)', () => {
  it('answers the decrypted echostr exactly, and remembers that the address was verified · SYS-14', async () => {
    const encrypt = codec.encrypt('1616140317555161061')
    const answer = await web.app.inject({ url: `${addressOf(encrypt)}&echostr=${encodeURIComponent(encrypt)}` })
    expect([answer.statusCode, answer.body]).toEqual([200, '1616140317555161061'])
    await vi.waitFor(async () => expect((await web.corps.byId(corpId))?.proofs.callbackVerifiedAt).toBeGreaterThan(0), PATIENT)
  })

  it('takes an echostr whose plus signs were not encoded', async () => {
    let encrypt = ''
    while (!encrypt.includes('+')) encrypt = codec.encrypt('echo')
    const answer = await web.app.inject({ url: `${addressOf(encrypt)}&echostr=${encodeURIComponent(encrypt).replaceAll('%2B', '+')}` })
    expect(answer.body).toBe('echo')
  })

  it('refuses a wrong signature, a missing one, and an unknown corp', async () => {
    const encrypt = codec.encrypt('echo')
    const echo = `&echostr=${encodeURIComponent(encrypt)}`
    expect((await web.app.inject({ url: addressOf(encrypt, { signature: '0'.repeat(40) }) + echo })).statusCode).toBe(400)
    expect((await web.app.inject({ url: `/wecom/callback/${CORP}?timestamp=1&nonce=2${echo}` })).statusCode).toBe(400)
    expect((await web.app.inject({ url: addressOf(encrypt, { corp: 'wwnobody0000000000' }) + echo })).statusCode).toBe(404)
  })
})

describe('the callback address, POST (architecture §5)', () => {
  it('stores the event with its head before it answers success, and the worker handles it once', async () => {
    const seen: string[] = []
    worker.callbacks.on('customer_edited', async (event) => void seen.push(event.externalUserId))
    const message = edited()
    const answer = await deliver(message)
    expect([answer.statusCode, answer.body]).toEqual([200, 'success'])
    const subject = lastCustomer()
    expect(await rowOf(message)).toMatchObject({ event: 'change_external_contact', change_type: 'edit_external_contact', subject, body: message })
    await isDone(message)
    expect(seen.filter((id) => id === subject)).toHaveLength(1)
    await vi.waitFor(async () => expect((await web.corps.byId(corpId))?.proofs.callbackReceivedAt).toBeGreaterThan(0), PATIENT)
  })

  it('keeps an event that it does not know', async () => {
    const message = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1735689601</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[of_the_future]]></Event></xml>`
    expect((await deliver(message)).body).toBe('success')
    await isDone(message)
  })

  it('takes every event of wecom-api/01 as WeCom sends it', async () => {
    const folder = new URL('../fixtures/wecom/', import.meta.url)
    for (const name of ['event.add_external_contact.xml', 'event.change_external_chat.update.add_member.xml', 'event.template_card_event.xml', 'event.message.text.xml', 'event.kf_msg_or_event.xml']) {
      const message = readFileSync(new URL(name, folder), 'utf8')
      expect((await deliver(message)).body, name).toBe('success')
      expect((await rowOf(message))?.event, name).toBeTruthy()
    }
  })

  it('answers success to a doubled delivery, stores and handles it once', async () => {
    let times = 0
    const message = edited()
    const subject = lastCustomer()
    worker.callbacks.on('customer_edited', async (event) => void (times += event.externalUserId === subject ? 1 : 0))
    const encrypt = codec.encrypt(message)
    const answers = await Promise.all([post(addressOf(encrypt), envelope(encrypt)), post(addressOf(encrypt), envelope(encrypt)), deliver(message)])
    expect(answers.map((answer) => answer.body)).toEqual(['success', 'success', 'success'])
    await isDone(message)
    // A later repetition of what was handled long ago wakes nobody up.
    expect((await deliver(message)).body).toBe('success')
    expect((await rowOf(message))?.attempts).toBe(1)
    expect(times).toBe(1)
  })

  it('takes two events of the same second as two', async () => {
    const before = await rowCount()
    const [one, other] = [edited(), edited()]
    await Promise.all([deliver(one), deliver(other)])
    expect(await rowCount()).toBe(before + 2)
    await Promise.all([isDone(one), isDone(other)])
  })

  it('takes any content type, and the JSON envelope', async () => {
    for (const type of ['application/xml', 'text/plain', 'application/octet-stream']) {
      const encrypt = codec.encrypt(edited())
      expect((await post(addressOf(encrypt), envelope(encrypt), type)).body, type).toBe('success')
    }
    const encrypt = codec.encrypt(edited())
    expect((await post(addressOf(encrypt), JSON.stringify({ tousername: CORP, encrypt, agentid: '218' }), 'application/json')).body).toBe('success')
  })

  it('refuses a suspended corp, and takes its callbacks again afterwards · SYS-2', async () => {
    const { pool } = web.platform.database
    const other = createCallbackCodec({ ...(await keysOf(OTHER)), receiveId: OTHER })
    const send = () => {
      const encrypt = other.encrypt(edited())
      return post(addressOf(encrypt, { corp: OTHER, with: other }), envelope(encrypt, OTHER))
    }
    expect((await send()).statusCode).toBe(200)
    await pool.query('UPDATE corps SET suspended = 1 WHERE wecom_corp_id = ?', [OTHER])
    await vi.waitFor(async () => expect((await send()).statusCode).toBe(403), PATIENT)
    await pool.query('UPDATE corps SET suspended = 0 WHERE wecom_corp_id = ?', [OTHER])
    await vi.waitFor(async () => expect((await send()).statusCode).toBe(200), PATIENT)
  })

  it('goes by new keys at once, and by the old ones no more', async () => {
    const other = await web.corps.byWecomId(OTHER)
    if (!other) throw new Error('no corp')
    const before = createCallbackCodec({ ...(await keysOf(OTHER)), receiveId: OTHER })
    await web.corps.change(other.id, { callbackKeys: web.corps.newCallbackKeys() })
    const after = createCallbackCodec({ ...(await keysOf(OTHER)), receiveId: OTHER })
    for (const [keys, status] of [[before, 400], [after, 200]] as const) {
      const encrypt = keys.encrypt(edited())
      expect((await post(addressOf(encrypt, { corp: OTHER, with: keys }), envelope(encrypt, OTHER))).statusCode).toBe(status)
    }
  })
})

async function keysOf(wecomCorpId: string): Promise<{ token: string; encodingAesKey: string }> {
  const corp = await web.corps.byWecomId(wecomCorpId)
  const keys = corp && (await web.corps.callbackKeys(corp.id))
  if (!keys) throw new Error('no keys')
  return { token: keys.token, encodingAesKey: keys.aesKey }
}
