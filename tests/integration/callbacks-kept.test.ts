// Nothing accepted is lost, and everything can be looked at.
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { startAreas } from '../run/areas.ts'
import { CORP, OTHER, PATIENT, openCallbacks } from './callbacks-stage.ts'

const stage = await openCallbacks()
const { services, web, worker, corpId, codec, edited, addressOf, envelope, rowOf, lastCustomer, deliver, isDone } = stage
afterAll(() => stage.close())

describe('nothing accepted is lost', () => {
  it('with Redis emptied before the worker got it, the sweeper finds it', async () => {
    // A web process whose Redis is a dead end: what it accepts reaches no queue.
    const alone = await startAreas({ ...services, redisUrl: 'redis://127.0.0.1:1' })
    const messages = [edited(), edited(), edited()]
    for (const message of messages) {
      const encrypt = codec.encrypt(message)
      const answer = await alone.app.inject({ method: 'POST', url: addressOf(encrypt), payload: envelope(encrypt), headers: { 'content-type': 'text/xml' } })
      expect(answer.body).toBe('success')
    }
    const connection = new Redis(services.redisUrl)
    await connection.flushall()
    connection.disconnect()
    for (const message of messages) await isDone(message)
    alone.callbacks.stop().catch(() => undefined)
    await alone.platform.database.close()
  })

  it('a callback left in the middle by a worker that died is handled again', async () => {
    const message = edited()
    const subject = lastCustomer()
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
    expect(answer.json().fields).toMatchObject({ ExternalUserID: lastCustomer(), WelcomeCode: '（已隐藏）', Token: '（已隐藏）' })
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
    expect(JSON.stringify(audit)).not.toContain(lastCustomer())
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
