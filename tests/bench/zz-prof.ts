/**
 * Distinct signed, encrypted callbacks per second answered `success` by one web process, against a bare Fastify process that
 * does only the one INSERT of the same row. Alternating rounds on the same core; medians. Afterwards every accepted callback
 * must be in the inbox.
 */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { RowDataPacket } from 'mysql2/promise'
import { readConfig } from '../../server/src/config.ts'
import { freePort } from '../../server/launch/for-tests.mjs'
import { createCorps } from '../../server/src/modules/corps/index.ts'
import { createPlatform } from '../../server/src/platform/platform.ts'
import { createCallbackCodec } from '../../server/src/wecom/index.ts'
import { startProduct } from '../run/product.ts'
import { deliverAll, post } from './callback/deliver.ts'
import { canPin, pin, processorMs } from './radar-ingest/cores.ts'

const CONNECTIONS = 64
const ROUNDS = Number(process.argv[2] ?? 7)
const EACH = Number(process.argv[3] ?? 6000)
const GOAL = 0.7
const CORP = 'ww3f9a1c27d5e8b640'
/** The rows of the bare process, apart from those of the corp. */
const BARE_CORP_ID = 999

const product = await startProduct({ sandbox: false, roles: ['web'], env: { LOG_LEVEL: 'error', NODE_OPTIONS: '--import /tmp/zk/profile.mjs' } })
const platform = await createPlatform(readConfig({ ...product.env, LOG_LEVEL: 'error' }))
const bareUrl = `http://127.0.0.1:${await freePort()}`
const bare = fork(new URL('./callback/bare.mjs', import.meta.url).pathname, {
  env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: new URL(bareUrl).port, DATABASE_URL: product.databaseUrl },
})
try {
  await once(bare, 'message')
  pin(product.web.pid, 'first')
  pin(bare.pid, 'first')
  pin(process.pid, 'others')
  const corps = createCorps(platform)
  const corp = await corps.add({ wecomCorpId: CORP, name: '回调测速', adminUserids: ['bench'] })
  const keys = await corps.callbackKeys(corp.id)
  if (!keys) throw new Error('the corp has no keys')
  const codec = createCallbackCodec({ token: keys.token, encodingAesKey: keys.aesKey, receiveId: CORP })
  const productUrl = product.baseUrl.replace('localhost', '127.0.0.1')

  /** Callbacks as WeCom sends them, and the rows they become; each one different from all others. */
  const made = (from: number, count: number) => {
    const messages = Array.from({ length: count }, (_, i) => messageOf(from + i))
    return {
      product: messages.map((message) => {
        const encrypt = codec.encrypt(message)
        const timestamp = String(1735689600 + (from % 1000))
        const query = `msg_signature=${codec.sign(timestamp, '1372623149', encrypt)}&timestamp=${timestamp}&nonce=1372623149`
        return post(`/wecom/callback/${CORP}?${query}`, 'text/xml', `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`)
      }),
      bare: messages.map((body, i) => post('/', 'application/json', JSON.stringify({
        corpId: BARE_CORP_ID, digest: createHash('sha256').update(body).digest('hex'), event: 'change_external_contact', changeType: 'add_external_contact', subject: customerOf(from + i), body,
        at: '2025-01-01 00:00:00.000',
      }))),
    }
  }

  const rates = { bare: [] as number[], product: [] as number[] }
  const cost = { bare: [] as number[], product: [] as number[] }
  const warm = made(0, 1500)
  await deliverAll(bareUrl, warm.bare, CONNECTIONS)
  await deliverAll(productUrl, warm.product, CONNECTIONS)
  for (let round = 0; round < ROUNDS; round++) {
    const requests = made(1500 + round * EACH, EACH)
    // Who comes first changes from round to round: the table grows and the disk has its moods.
    for (const side of round % 2 === 0 ? (['bare', 'product'] as const) : (['product', 'bare'] as const)) {
      const pid = side === 'bare' ? bare.pid : product.web.pid
      const before = processorMs(pid)
      rates[side].push(await deliverAll(side === 'bare' ? bareUrl : productUrl, requests[side], CONNECTIONS))
      cost[side].push(((processorMs(pid) - before) * 1000) / EACH)
    }
  }
  const [[row]] = await platform.database.pool.query<(RowDataPacket & { n: number })[]>('SELECT COUNT(*) AS n FROM callbacks WHERE corp_id = ?', [corp.id])
  const missing = 1500 + ROUNDS * EACH - (row?.n ?? 0)

  console.log('\n轮次    裸 INSERT 次/秒    知客 次/秒    比值')
  rates.bare.forEach((rate, i) => console.log(`${String(i + 1).padEnd(8)}${String(Math.round(rate)).padEnd(19)}${String(Math.round(rates.product[i] ?? 0)).padEnd(14)}${((rates.product[i] ?? 0) / rate).toFixed(2)}`))
  console.log(`中位    ${String(Math.round(median(rates.bare))).padEnd(19)}${Math.round(median(rates.product))}`)
  console.log(`每次请求的处理器时间（微秒，中位）：裸 INSERT ${Math.round(median(cost.bare))}，知客 ${Math.round(median(cost.product))}`)
  console.log(`${CONNECTIONS} 个连接，每轮 ${EACH} 条互不相同的回调，${canPin ? '被测进程独占 0 号核' : '未绑定核心'}；收件箱核对：${missing === 0 ? '全部已接受的回调都在' : `缺少 ${missing} 条`}`)
  const ratio = median(rates.product) / median(rates.bare)
  if (missing !== 0 || ratio < GOAL) process.exitCode = 1
  console.log(`callback ratio=${ratio.toFixed(2)}`)
} finally {
  bare.kill()
  await platform.close()
  await product.stop()
}

function messageOf(number: number): string {
  return `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${1735689600 + (number % 3600)}</CreateTime><MsgType><![CDATA[event]]></MsgType>`
    + `<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType><UserID><![CDATA[wuxiaoyan]]></UserID><ExternalUserID><![CDATA[${customerOf(number)}]]></ExternalUserID>`
    + `<State><![CDATA[ch_spring_01]]></State><WelcomeCode><![CDATA[Nn2vQe7XkLr0WdYs5Zp${String(number).padStart(10, '0')}]]></WelcomeCode></xml>`
}

function customerOf(number: number): string {
  return `wmJk7RBwAAq3XbT0mZ5vLc${String(number).padStart(10, '0')}`
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
