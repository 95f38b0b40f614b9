import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import type { CallbackCodec } from '../../server/src/wecom/index.ts'
import { startAreas } from '../run/areas.ts'
import type { Areas } from '../run/areas.ts'
import { freshDatabase, ownRedis } from '../run/services.ts'
import type { FreshDatabase, OwnServer } from '../run/services.ts'

const CORP = 'ww3f9a1c27d5e8b640'
const OTHER = 'ww00000000000other1'
const PATIENT = { timeout: 20_000, interval: 25 }

let database: FreshDatabase
let redis: OwnServer
const appKey = randomBytes(32).toString('base64')
/** The web process, and the worker process of the same installation. */
let web: Areas
let worker: Areas
let corpId = 0
let codec: CallbackCodec
let secrets: { token: string; aesKey: string }

beforeAll(async () => {
  ;[database, redis] = await Promise.all([freshDatabase(), ownRedis()])
  web = await startAreas({ databaseUrl: database.url, redisUrl: redis.url, appKey })
  corpId = (await web.corps.add({ wecomCorpId: CORP, name: '小树苗', adminUserids: ['linzhixia'] })).id
  await web.corps.add({ wecomCorpId: OTHER, name: '别家', adminUserids: ['someone'] })
  const keys = await web.corps.callbackKeys(corpId)
  if (!keys) throw new Error('the corp has no keys')
  secrets = keys
  codec = createCallbackCodec({ token: keys.token, encodingAesKey: keys.aesKey, receiveId: CORP })
  worker = await startAreas({ databaseUrl: database.url, redisUrl: redis.url, appKey })
  await worker.callbacks.work()
})
afterAll(async () => {
  await worker?.close()
  await web?.close()
  await Promise.all([database?.drop(), redis?.drop()])
})
afterEach(() => vi.useRealTimers())

let serial = 0
/** A customer was edited; every call makes a different event. */
function edited(more = ''): string {
  return `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[event]]></MsgType>`
    + `<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID><![CDATA[wanglei]]></UserID><ExternalUserID><![CDATA[wm${++serial}]]></ExternalUserID>${more}</xml>`
}

function addressOf(encrypt: string, changes: { signature?: string; corp?: string; timestamp?: string; with?: CallbackCodec } = {}): string {
  const timestamp = changes.timestamp ?? '1735689600'
  const signature = changes.signature ?? (changes.with ?? codec).sign(timestamp, 'n0nce', encrypt)
  return `/wecom/callback/${changes.corp ?? CORP}?${new URLSearchParams({ msg_signature: signature, timestamp, nonce: 'n0nce' })}`
}

const envelope = (encrypt: string, to = CORP) => `<xml><ToUserName><![CDATA[${to}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`

async function post(url: string, payload: string, type = 'text/xml') {
  return await web.app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
}
/** As WeCom delivers it. */
async function deliver(message: string) {
  const encrypt = codec.encrypt(message)
  return await post(addressOf(encrypt), envelope(encrypt))
}

interface Row extends RowDataPacket { id: number; state: string; attempts: number; error: string | null; body: string; event: string; change_type: string; subject: string }
async function rowOf(message: string): Promise<Row | undefined> {
  const [rows] = await web.platform.database.pool.query<Row[]>('SELECT * FROM callbacks WHERE corp_id = ? AND digest = ?', [corpId, createHash('sha256').update(message).digest()])
  return rows[0]
}
async function rowCount(): Promise<number> {
  const [rows] = await web.platform.database.pool.query<(RowDataPacket & { n: number })[]>('SELECT COUNT(*) AS n FROM callbacks')
  return rows[0]?.n ?? -1
}
const isDone = (message: string) => vi.waitFor(async () => expect((await rowOf(message))?.state).toBe('done'), PATIENT)

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
    const subject = `wm${serial}`
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
    const subject = `wm${serial}`
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

describe('forged callbacks are refused without a reason and stored nowhere', () => {
  const cases: [string, () => { url: string; payload: string }][] = [
    ['a bad signature', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt, { signature: createHash('sha1').update('x').digest('hex') }), payload: envelope(encrypt) }
    }],
    ['no signature', () => ({ url: `/wecom/callback/${CORP}?timestamp=1&nonce=1`, payload: envelope(codec.encrypt(edited())) })],
    ['a repeated signature parameter', () => {
      const encrypt = codec.encrypt(edited())
      return { url: `${addressOf(encrypt)}&msg_signature=0`, payload: envelope(encrypt) }
    }],
    ['a signature over another timestamp', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt).replace('timestamp=1735689600', 'timestamp=1735689601'), payload: envelope(encrypt) }
    }],
    ['a message encrypted for another receiver', () => {
      const stranger = createCallbackCodec({ token: secrets.token, encodingAesKey: secrets.aesKey, receiveId: OTHER })
      const encrypt = stranger.encrypt(edited())
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['an envelope addressed to another corp', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt), payload: envelope(encrypt, OTHER) }
    }],
    ['damaged ciphertext', () => {
      const encrypt = codec.encrypt(edited()).replace(/^..../, 'AAAA')
      const half = encrypt.slice(0, 64 - (64 % 4))
      return { url: addressOf(half), payload: envelope(half) }
    }],
    ['bad padding', () => {
      const encrypt = sealRaw(Buffer.concat([randomBytes(16), length(4), Buffer.from(`echo${CORP}`), Buffer.alloc(22, 33)]))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a length field that points outside', () => {
      const encrypt = sealRaw(pad(Buffer.concat([randomBytes(16), length(0xffffffff), Buffer.from(`echo${CORP}`)])))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a length field that cuts the receiver', () => {
      const encrypt = sealRaw(pad(Buffer.concat([randomBytes(16), length(8), Buffer.from(`echo${CORP}`)])))
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a body that is not XML', () => ({ url: addressOf('x'), payload: 'hello' })],
    ['an empty body', () => ({ url: addressOf('x'), payload: '' })],
    ['an envelope with entities', () => {
      const encrypt = codec.encrypt(edited())
      return { url: addressOf(encrypt), payload: `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "${CORP}">]>${envelope(encrypt).replace(CORP, '&a;')}` }
    }],
    ['a signed message that is not XML', () => {
      const encrypt = codec.encrypt('hello')
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
    ['a signed message with entities', () => {
      const encrypt = codec.encrypt(`<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>${edited('<Remark>&a;</Remark>')}`)
      return { url: addressOf(encrypt), payload: envelope(encrypt) }
    }],
  ]
  it.each(cases)('%s', async (_name, forge) => {
    const before = await rowCount()
    const { url, payload } = forge()
    const answer = await post(url, payload)
    expect([answer.statusCode, answer.body]).toEqual([400, 'refused'])
    expect(await rowCount()).toBe(before)
  })

  it('10 MB, announced or not', async () => {
    const big = `<xml><Encrypt>${'A'.repeat(10 * 1024 * 1024)}</Encrypt></xml>`
    expect((await post(addressOf('x'), big)).statusCode).toBe(413)
    await web.app.listen({ port: 0, host: '127.0.0.1' })
    expect(await chunked((web.app.server.address() as AddressInfo).port, addressOf('x'), big)).toBe(413)
  })

  it('a replayed one is harmless: it is the event that was handled already', async () => {
    const message = edited()
    const encrypt = codec.encrypt(message)
    const [url, payload] = [addressOf(encrypt), envelope(encrypt)]
    await post(url, payload)
    await isDone(message)
    const before = await rowCount()
    for (let i = 0; i < 3; i++) expect((await post(url, payload)).body).toBe('success')
    expect(await rowCount()).toBe(before)
    expect((await rowOf(message))?.attempts).toBe(1)
  })
})

describe('nothing accepted is lost', () => {
  it('with Redis emptied before the worker got it, the sweeper finds it', async () => {
    // A web process whose Redis is a dead end: what it accepts reaches no queue.
    const alone = await startAreas({ databaseUrl: database.url, redisUrl: 'redis://127.0.0.1:1', appKey })
    const messages = [edited(), edited(), edited()]
    for (const message of messages) {
      const encrypt = codec.encrypt(message)
      const answer = await alone.app.inject({ method: 'POST', url: addressOf(encrypt), payload: envelope(encrypt), headers: { 'content-type': 'text/xml' } })
      expect(answer.body).toBe('success')
    }
    const connection = new Redis(redis.url)
    await connection.flushall()
    connection.disconnect()
    for (const message of messages) await isDone(message)
    alone.callbacks.stop().catch(() => undefined)
    await alone.platform.database.close()
  })

  it('a callback left in the middle by a worker that died is handled again', async () => {
    const message = edited()
    const subject = `wm${serial}`
    let handled = 0
    worker.callbacks.on('customer_edited', async (event) => void (handled += event.externalUserId === subject ? 1 : 0))
    await web.platform.database.pool.execute(
      `INSERT INTO callbacks (corp_id, digest, event, change_type, subject, body, state, attempts, created_at, received_at, due_at)
       VALUES (?, ?, 'change_external_contact', 'edit_external_contact', ?, ?, 'pending', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
      [corpId, createHash('sha256').update(message).digest(), subject, message],
    )
    await isDone(message)
    expect(handled).toBe(1)
    expect((await rowOf(message))?.attempts).toBe(2)
  })

  it('a welcome does not wait behind a backlog of others', async () => {
    let release = () => {}
    const stuck = new Promise<void>((done) => (release = done))
    worker.callbacks.on('group_changed', () => stuck)
    const group = (id: number) => `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_chat]]></Event><ChatId><![CDATA[wr${id}]]></ChatId><ChangeType><![CDATA[update]]></ChangeType><UpdateDetail><![CDATA[change_name]]></UpdateDetail></xml>`
    for (let i = 0; i < 30; i++) await deliver(group(i))
    const welcome = edited('<WelcomeCode><![CDATA[code]]></WelcomeCode>').replace('edit_external_contact', 'add_external_contact')
    await deliver(welcome)
    await isDone(welcome)
    expect((await rowOf(group(29)))?.state).toBe('pending')
    release()
    await isDone(group(29))
  })

  it('a failing handler: tried again after a pause, then a dead letter, replayed from the workbench · SYS-18', async () => {
    let fails = true
    worker.callbacks.on('acquisition_balance_changed', async () => {
      if (fails) throw new Error('cannot reach 13812345678 with access_token=abc')
    })
    const message = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[customer_acquisition]]></Event><ChangeType><![CDATA[balance_low]]></ChangeType></xml>`
    await deliver(message)
    await vi.waitFor(async () => expect((await rowOf(message))?.state).toBe('failed'), PATIENT)
    const failedRow = await rowOf(message)
    expect(failedRow?.error).toContain('内部错误')
    expect(failedRow?.error).not.toMatch(/13812345678|access_token=abc/)
    expect(failedRow?.due_at).not.toBeNull()
    // The pauses are skipped: each time it becomes due at once.
    for (let attempt = 2; attempt <= 6; attempt++) {
      await web.platform.database.pool.query("UPDATE callbacks SET due_at = UTC_TIMESTAMP(3) WHERE id = ?", [failedRow?.id])
      await vi.waitFor(async () => expect((await rowOf(message))?.attempts).toBe(attempt), PATIENT)
      await vi.waitFor(async () => expect((await rowOf(message))?.state).toBe(attempt === 6 ? 'dead' : 'failed'), PATIENT)
    }
    const cookie = await web.cookieOf(corpId, 'linzhixia')
    const dead = await web.app.inject({ url: '/api/callbacks?state=dead', headers: { cookie } })
    expect(dead.json().items).toMatchObject([{ callbackId: failedRow?.id, state: 'dead', attempts: 6 }])
    expect(dead.json().counts.dead).toBe(1)
    fails = false
    const replayed = await web.app.inject({ method: 'POST', url: `/api/callbacks/${failedRow?.id}/replay`, headers: { cookie } })
    expect(replayed.statusCode).toBe(200)
    await isDone(message)
    const [audit] = await web.platform.database.pool.query<RowDataPacket[]>("SELECT action FROM audit_logs WHERE corp_id = ? AND action = 'callback.replayed'", [corpId])
    expect(audit).toHaveLength(1)
  })

  it('two handlers of one event both get their chance when the first one fails', async () => {
    const called: string[] = []
    worker.callbacks.on('tag_changed', async () => {
      called.push('first')
      if (called.length === 1) throw new Error('not yet')
    })
    worker.callbacks.on('tag_changed', async () => void called.push('second'))
    const message = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1735689600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_tag]]></Event><ChangeType><![CDATA[create]]></ChangeType><Id><![CDATA[et1]]></Id><TagType><![CDATA[tag]]></TagType></xml>`
    await deliver(message)
    await vi.waitFor(async () => expect((await rowOf(message))?.state).toBe('failed'), PATIENT)
    expect(called).toEqual(['first', 'second'])
    await isDone(message)
  })
})

describe('the list of callbacks in the workbench', () => {
  it('shows one callback with its fields, without welcome codes and tokens · SYS-17', async () => {
    const message = edited('<WelcomeCode><![CDATA[verysecret]]></WelcomeCode><Token><![CDATA[othersecret]]></Token>')
    await deliver(message)
    const cookie = await web.cookieOf(corpId, 'linzhixia')
    const answer = await web.app.inject({ url: `/api/callbacks/${(await rowOf(message))?.id}`, headers: { cookie } })
    expect(answer.json().fields).toMatchObject({ ExternalUserID: `wm${serial}`, WelcomeCode: '（已隐藏）', Token: '（已隐藏）' })
    expect(answer.body).not.toMatch(/verysecret|othersecret/)
  })

  it('replayed, leaves nothing of the customer in the audit log, where erasing her data would not find it · SYS-17', async () => {
    const message = edited()
    await deliver(message)
    await isDone(message)
    const callbackId = (await rowOf(message))?.id
    const cookie = await web.cookieOf(corpId, 'linzhixia')
    expect((await web.app.inject({ method: 'POST', url: `/api/callbacks/${callbackId}/replay`, headers: { cookie } })).statusCode).toBe(200)
    const [audit] = await web.platform.database.pool.query<RowDataPacket[]>("SELECT * FROM audit_logs WHERE corp_id = ? AND action = 'callback.replayed' ORDER BY id DESC LIMIT 1", [corpId])
    expect(JSON.stringify(audit)).not.toContain(`wm${serial}`)
    expect(JSON.stringify(audit)).toContain(String(callbackId))
  })

  it('is paged, newest first, and shows nothing of another corp · SYS-1', async () => {
    const cookie = await web.cookieOf(corpId, 'linzhixia')
    const first = (await web.app.inject({ url: '/api/callbacks?limit=3', headers: { cookie } })).json()
    const second = (await web.app.inject({ url: `/api/callbacks?limit=3&after=${first.next}`, headers: { cookie } })).json()
    const ids = [...first.items, ...second.items].map((row: { callbackId: number }) => row.callbackId)
    expect(ids).toHaveLength(6)
    expect(ids).toEqual([...ids].sort((a, b) => b - a))
    const other = await web.corps.byWecomId(OTHER)
    const foreign = await web.cookieOf(other?.id ?? 0, 'someone')
    expect((await web.app.inject({ url: `/api/callbacks/${ids[0]}`, headers: { cookie: foreign } })).statusCode).toBe(404)
    expect((await web.app.inject({ method: 'POST', url: `/api/callbacks/${ids[0]}/replay`, headers: { cookie: foreign } })).statusCode).toBe(404)
    const staff = await web.cookieOf(corpId, 'wanglei')
    expect((await web.app.inject({ url: '/api/callbacks', headers: { cookie: staff } })).statusCode).toBe(403)
  })
})

/** Encrypts bytes as they are, to make what the codec would never make. */
function sealRaw(plain: Buffer): string {
  const key = Buffer.from(`${secrets.aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
}
function length(value: number): Buffer {
  const field = Buffer.alloc(4)
  field.writeUInt32BE(value)
  return field
}
function pad(plain: Buffer): Buffer {
  const missing = 32 - (plain.length % 32)
  return Buffer.concat([plain, Buffer.alloc(missing, missing)])
}

/** Sends without announcing the length; gives the status. */
function chunked(port: number, path: string, body: string): Promise<number> {
  return new Promise((done, fail) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', headers: { 'content-type': 'text/xml' } }, (response) => {
      response.resume()
      done(response.statusCode ?? 0)
    })
    request.on('error', fail)
    request.write(body.slice(0, body.length / 2))
    request.end(body.slice(body.length / 2))
  })
}
