import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { AppError } from '../../platform/http/errors.ts'
import { explainWecomError, sendTextCard, WecomError } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity } from '../identity/index.ts'
import { mergedCard, toTextCard } from './card.ts'
import { dueNotices, giveUpAbandoned, noticesOf } from './store.ts'
import type { NoticeResult, NoticeRow } from './store.ts'

/** A receiver gets at most this many messages a minute; more are merged (GEN-10). */
const PER_MINUTE = 5
const MINUTE = 60_000
const GIVE_UP_MS = 24 * 60 * 60 * 1000
/** Longer than any call to WeCom may take. */
const ABANDONED_MS = 3 * MINUTE
const AT_ONCE = 8
const ROUND = 200

export interface NoticeSenderNeeds { corps: Pick<Corps, 'byId' | 'wecom'>; identity: Pick<Identity, 'staffRefs'> }

/** Sends what is due, once; called again and again by the worker. Answers how many notices it looked at. Stops between two messages when told. */
export function createNoticeSender(platform: Platform, needs: NoticeSenderNeeds): (ending?: AbortSignal) => Promise<number> {
  const { db, clock, log, metrics } = platform
  let sweptAt = 0

  /** Several workers write the same rows: what the database gives up for another (1213) is done again, never lost. */
  const write = <T>(corpId: number, change: (store: ReturnType<typeof noticesOf>) => Promise<T>): Promise<T> => inTransaction(db, (tx) => change(noticesOf(tx, corpId)))

  async function send(rows: readonly NoticeRow[]): Promise<void> {
    const [first] = rows
    if (!first) return
    const taken = await write(first.corpId, (store) => store.claim(rows.map((row) => row.id), clock.now()))
    const mine = rows.filter((row) => taken.has(row.id))
    const [lead, ...rest] = mine
    if (!lead) return
    const result = await outcomeOf(lead, rest)
    metrics.notices.inc({ outcome: result.state }, mine.length)
    await write(first.corpId, async (store) => {
      await store.conclude([lead.id], result)
      if (rest.length > 0) await store.conclude(rest.map((row) => row.id), result.state === 'sent' ? { ...result, merged: true } : result)
    })
    await platform.live.publish(first.corpId, { owners: [], to: first.staffId, event: { kind: 'notice' } }).catch((error: unknown) => log.debug({ err: error }, 'news of a message not published'))
  }

  /** Calls WeCom and says what is known about the message afterwards. Never throws. */
  async function outcomeOf(lead: NoticeRow, rest: readonly NoticeRow[]): Promise<NoticeResult> {
    try {
      const corp = await needs.corps.byId(lead.corpId)
      if (!corp || corp.suspended) return { state: 'failed', error: '企业已停用' }
      const receiver = (await needs.identity.staffRefs(lead.corpId, [lead.staffId])).get(lead.staffId)
      if (!receiver) return { state: 'failed', error: '接收的员工已不存在' }
      const all = [lead, ...rest].map((row) => row.card)
      const card = rest.length === 0 ? lead.card : mergedCard(all, `${platform.config.baseUrl}/workbench?corp=${encodeURIComponent(corp.wecomCorpId)}#/more/messages`)
      const sent = await sendTextCard(await needs.corps.wecom(lead.corpId), { userIds: [receiver.userid] }, toTextCard(card))
      return { state: 'sent', sentAt: clock.now(), wecomMsgId: sent.messageId, merged: false }
    } catch (error) {
      return afterFailure(error, lead)
    }
  }

  function afterFailure(error: unknown, row: NoticeRow): NoticeResult {
    const now = clock.now()
    const { message, level } = explainWecomError(error)
    const text = error instanceof AppError ? error.message : message
    if (error instanceof WecomError && error.outcome === 'unknown') return { state: 'unknown', error: text }
    // A wrong setting (trusted IP, secret) is mended by an admin within the day, so it is worth waiting for as well.
    const passing = error instanceof WecomError ? error.retriable || level === 'config' : error instanceof AppError || isRedisAway(error)
    if (!passing) {
      log.error({ err: error, noticeId: row.id }, 'a notice could not be sent')
      return { state: 'failed', error: text }
    }
    const asked = error instanceof WecomError ? (error.retryAfterMs ?? 0) : 0
    const dueAt = now + Math.max(asked, Math.min(30 * MINUTE, 5000 * 2 ** Math.min(row.attempts, 10)))
    if (dueAt > row.createdAt + GIVE_UP_MS) return { state: 'failed', error: `24 小时内未能送达：${text}` }
    return { state: 'waiting', error: text, dueAt }
  }

  /** One receiver's due notices: singly, as one merged message, or later when the minute is used up. */
  async function deliver(rows: readonly NoticeRow[], ending?: AbortSignal): Promise<void> {
    const [first] = rows
    if (!first) return
    const store = noticesOf(db, first.corpId)
    const recent = await store.lastSent(first.staffId, clock.now() - MINUTE, PER_MINUTE)
    const free = PER_MINUTE - recent.length
    if (free <= 0) return await write(first.corpId, (store) => store.postpone(rows.map((row) => row.id), Math.min(...recent) + MINUTE))
    if (rows.length > free) return await send(rows)
    for (const row of rows) if (!ending?.aborted) await send([row])
  }

  return async (ending) => {
    const now = clock.now()
    if (now - sweptAt > MINUTE) {
      sweptAt = now
      await inTransaction(db, (tx) => giveUpAbandoned(tx, now - ABANDONED_MS))
    }
    const due = await dueNotices(db, now, ROUND)
    const receivers = byReceiver(due)
    const lane = async () => {
      for (let rows = receivers.shift(); rows && !ending?.aborted; rows = receivers.shift()) await deliver(rows, ending)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    return due.length
  }
}

function byReceiver(rows: readonly NoticeRow[]): NoticeRow[][] {
  const groups = new Map<string, NoticeRow[]>()
  for (const row of rows) {
    const key = `${row.corpId}:${row.staffId}`
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}
