// Callbacks as WeCom delivers them: a web process that takes them and a worker process of the same installation.
import { createHash, randomBytes } from 'node:crypto'
import type { RowDataPacket } from 'mysql2/promise'
import { expect, vi } from 'vitest'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import type { CallbackCodec } from '../../server/src/wecom/index.ts'
import { startAreas } from '../run/areas.ts'
import { freshDatabase, ownRedis } from '../run/services.ts'

export const CORP = 'ww3f9a1c27d5e8b640'
export const OTHER = 'ww00000000000other1'
export const PATIENT = { timeout: 20_000, interval: 25 }

export interface StoredCallback extends RowDataPacket { id: number; state: string; attempts: number; error: string | null; body: string; event: string; change_type: string; subject: string }

/** Starts both; `close` it in afterAll. */
export async function openCallbacks() {
  const [database, redis] = await Promise.all([freshDatabase(), ownRedis()])
  const services = { databaseUrl: database.url, redisUrl: redis.url, appKey: randomBytes(32).toString('base64') }
  const web = await startAreas(services)
  const corpId = (await web.corps.add({ wecomCorpId: CORP, name: '小树苗', adminUserids: ['linzhixia'] })).id
  await web.corps.add({ wecomCorpId: OTHER, name: '别家', adminUserids: ['someone'] })
  const secrets = await web.corps.callbackKeys(corpId)
  if (!secrets) throw new Error('the corp has no keys')
  const codec = createCallbackCodec({ token: secrets.token, encodingAesKey: secrets.aesKey, receiveId: CORP })
  const worker = await startAreas(services)
  await worker.callbacks.work()
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
  async function rowOf(message: string): Promise<StoredCallback | undefined> {
    const [rows] = await web.platform.database.pool.query<StoredCallback[]>('SELECT * FROM callbacks WHERE corp_id = ? AND digest = ?', [corpId, createHash('sha256').update(message).digest()])
    return rows[0]
  }

  return {
    services, web, worker, corpId, secrets, codec, edited, addressOf, envelope, post, rowOf,
    /** The external_userid in the event that `edited` made last. */
    lastCustomer: () => `wm${serial}`,
    /** As WeCom delivers it. */
    async deliver(message: string) {
      const encrypt = codec.encrypt(message)
      return await post(addressOf(encrypt), envelope(encrypt))
    },
    async rowCount(): Promise<number> {
      const [rows] = await web.platform.database.pool.query<(RowDataPacket & { n: number })[]>('SELECT COUNT(*) AS n FROM callbacks')
      return rows[0]?.n ?? -1
    },
    isDone: (message: string) => vi.waitFor(async () => expect((await rowOf(message))?.state).toBe('done'), PATIENT),
    async close(): Promise<void> {
      await worker.close()
      await web.close()
      await Promise.all([database.drop(), redis.drop()])
    },
  }
}
