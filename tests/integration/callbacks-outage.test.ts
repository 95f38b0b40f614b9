// The callback address while the database is away (architecture §5: nothing is answered before it is stored).
import { createConnection } from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import type { CallbackCodec } from '../../server/src/wecom/index.ts'
import { startAreas } from '../run/areas.ts'
import type { Areas } from '../run/areas.ts'
import { freshRedis, ownMariadb } from '../run/services.ts'
import type { FreshRedis, OwnServer } from '../run/services.ts'

const CORP = 'ww3f9a1c27d5e8b640'
const PATIENT = { timeout: 30_000, interval: 50 }
let mariadb: OwnServer
let redis: FreshRedis
let areas: Areas
let codec: CallbackCodec

beforeAll(async () => {
  ;[mariadb, redis] = await Promise.all([ownMariadb(), freshRedis()])
  areas = await startAreas({ databaseUrl: await databaseOf(mariadb), redisUrl: redis.url })
  const corp = await areas.corps.add({ wecomCorpId: CORP, name: '小树苗', adminUserids: ['linzhixia'] })
  const keys = await areas.corps.callbackKeys(corp.id)
  if (!keys) throw new Error('no keys')
  codec = createCallbackCodec({ token: keys.token, encodingAesKey: keys.aesKey, receiveId: CORP })
})
afterAll(async () => {
  await areas?.close()
  await Promise.all([mariadb?.drop(), redis?.drop()])
})

async function databaseOf(server: OwnServer): Promise<string> {
  const connection = await createConnection(server.url)
  await connection.query('CREATE DATABASE IF NOT EXISTS outage CHARACTER SET utf8mb4')
  await connection.end()
  const url = new URL(server.url)
  url.pathname = '/outage'
  return url.href
}

function deliver(customer: string) {
  const encrypt = codec.encrypt(`<xml><ToUserName>${CORP}</ToUserName><FromUserName>sys</FromUserName><CreateTime>1735689600</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>edit_external_contact</ChangeType><UserID>a</UserID><ExternalUserID>${customer}</ExternalUserID></xml>`)
  const query = new URLSearchParams({ msg_signature: codec.sign('1', '2', encrypt), timestamp: '1', nonce: '2' })
  return areas.app.inject({ method: 'POST', url: `/wecom/callback/${CORP}?${query}`, payload: `<xml><ToUserName>${CORP}</ToUserName><Encrypt>${encrypt}</Encrypt></xml>`, headers: { 'content-type': 'text/xml' } })
}

async function stored(customer: string): Promise<boolean> {
  const [rows] = await areas.platform.database.pool.query<RowDataPacket[]>('SELECT id FROM callbacks WHERE subject = ?', [customer])
  return rows.length === 1
}

it('a callback that arrives during a short outage is answered when it is stored', async () => {
  expect((await deliver('wm-before')).body).toBe('success')
  await mariadb.stop()
  const answer = deliver('wm-during')
  await mariadb.start()
  expect((await answer).body).toBe('success')
  expect(await stored('wm-during')).toBe(true)
})

it('in a longer outage nobody is told success; it is stored afterwards all the same, and once', async () => {
  await mariadb.kill()
  const answers = await Promise.all([deliver('wm-long'), deliver('wm-long')])
  expect(answers.map((answer) => [answer.statusCode, answer.body])).toEqual([[503, 'try again'], [503, 'try again']])
  await mariadb.start()
  await vi.waitFor(async () => expect(await stored('wm-long')).toBe(true), PATIENT)
})
