import { formatTime } from '@zhike/shared'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { AppError } from '../../platform/http/errors.ts'
import { explainWecomError, sendTextCard, WecomError } from '../../wecom/index.ts'
import type { Corp, Corps } from '../corps/index.ts'
import type { Identity } from '../identity/index.ts'
import { mergedCard, toTextCard } from './card.ts'
import { dueNotices, giveUpAbandoned, noticesOf } from './store.ts'
import type { NoticeResult, NoticeRow } from './store.ts'
import type { NoticeCard } from './tables.ts'

/** A receiver gets at most this many messages a minute; more are merged (GEN-10). */
const PER_MINUTE = 5
const MINUTE = 60_000
/** Counted from when the sending first began: what waits for its moment has not failed. */
const GIVE_UP_MS = 24 * 60 * 60 * 1000
/** Longer than any call to WeCom may take. */
const ABANDONED_MS = 3 * MINUTE
const AT_ONCE = 8
const ROUND = 200
/** Of one quiet time, in one message. */
const HELD_MOST = 1000

/** A time in which nobody is messaged. @property until epoch ms; @property name as people call it, such as 夜间 */
export interface Quiet { until: number; name: string }

export interface NoticeSenderNeeds {
  corps: Pick<Corps, 'byId' | 'wecom'>
  identity: Pick<Identity, 'staffRefs'>
  /** The quiet time of a corp that a moment lies in, or null. */
  quietAt(corpId: number, at: number): Promise<Quiet | null>
}

/** What becomes one message. @property heldOver the quiet time that these have been held over */
interface Message { rows: readonly NoticeRow[]; heldOver: Quiet | null }

/** Sends what is due, once; called again and again by the worker. Answers how many notices it looked at. Stops between two messages when told. */
export function createNoticeSender(platform: Platform, needs: NoticeSenderNeeds): (ending?: AbortSignal) => Promise<number> {
  const { db, clock, log, metrics } = platform
  let sweptAt = 0

  /** Several workers write the same rows: what the database gives up for another (1213) is done again, never lost. */
  const write = <T>(corpId: number, change: (store: ReturnType<typeof noticesOf>) => Promise<T>): Promise<T> => inTransaction(db, (tx) => change(noticesOf(tx, corpId)))

  async function send({ rows, heldOver }: Message): Promise<void> {
    const [first] = rows
    if (!first) return
    const taken = await write(first.corpId, (store) => store.claim(rows.map((row) => row.id), clock.now()))
    // As they are now: a text may have been amended, or its moment put off, since they were found.
    const mine = rows.flatMap((row) => taken.get(row.id) ?? [])
    const [lead, ...rest] = mine
    if (!lead) return
    const result = await outcomeOf(lead, rest, heldOver)
    metrics.notices.inc({ outcome: result.state }, mine.length)
    await write(first.corpId, async (store) => {
      await store.conclude([lead.id], result)
      if (rest.length > 0) await store.conclude(rest.map((row) => row.id), result.state === 'sent' ? { ...result, merged: true } : result)
    })
    await platform.live.publish(first.corpId, { owners: [], to: first.staffId, event: { kind: 'notice' } }).catch((error: unknown) => log.debug({ err: error }, 'news of a message not published'))
  }

  /** Calls WeCom and says what is known about the message afterwards. Never throws. */
  async function outcomeOf(lead: NoticeRow, rest: readonly NoticeRow[], heldOver: Quiet | null): Promise<NoticeResult> {
    try {
      const corp = await needs.corps.byId(lead.corpId)
      if (!corp || corp.suspended) return { state: 'failed', error: '企业已停用' }
      const receiver = (await needs.identity.staffRefs(lead.corpId, [lead.staffId])).get(lead.staffId)
      if (!receiver) return { state: 'failed', error: '接收的员工已不存在' }
      const card = rest.length === 0 ? lead.card : mergedOf([lead, ...rest], heldOver, corp)
      const sent = await sendTextCard(await needs.corps.wecom(lead.corpId), { userIds: [receiver.userid] }, toTextCard(card))
      return { state: 'sent', sentAt: clock.now(), wecomMsgId: sent.messageId, merged: false }
    } catch (error) {
      return afterFailure(error, lead)
    }
  }

  /** What was held over a quiet time comes with the hour at which it happened. */
  function mergedOf(rows: readonly NoticeRow[], heldOver: Quiet | null, corp: Corp): NoticeCard {
    const title = heldOver ? `${heldOver.name}有 ${rows.length} 条动态` : `${rows.length} 条新动态`
    const titles = rows.map((row) => (heldOver ? `${formatTime(row.createdAt, clock.now(), corp.zone)} ${row.card.title}` : row.card.title))
    return mergedCard(title, titles, `${platform.config.baseUrl}/workbench?corp=${encodeURIComponent(corp.wecomCorpId)}#/more/messages`)
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
    if (dueAt > (row.toldAt ?? now) + GIVE_UP_MS) return { state: 'failed', error: `24 小时内未能送达：${text}` }
    return { state: 'waiting', error: text, dueAt }
  }

  /** One receiver's due notices: singly, merged, or later when the minute is used up or nobody is to be disturbed. */
  async function deliver(rows: readonly [NoticeRow, ...NoticeRow[]], ending?: AbortSignal): Promise<void> {
    const [{ corpId, staffId }] = rows
    const postpone = (until: number) => write(corpId, (store) => store.postpone(rows.map((row) => row.id), until))
    const now = clock.now()
    const quiet = await needs.quietAt(corpId, now)
    if (quiet) return await postpone(quiet.until)
    const recent = await noticesOf(db, corpId).lastSent(staffId, now - MINUTE, PER_MINUTE)
    const free = PER_MINUTE - recent.length
    if (free <= 0) return await postpone(Math.min(...recent) + MINUTE)
    const messages = await messagesOf(rows)
    if (messages.length > free) return await send({ rows: messages.flatMap((message) => message.rows), heldOver: null })
    for (const message of messages) if (!ending?.aborted) await send(message)
  }

  /** Of one receiver's due notices: what was held over a quiet time is one message, and so is what failed as one; others go singly. */
  async function messagesOf(rows: readonly NoticeRow[]): Promise<Message[]> {
    const messages: Message[] = []
    for (const mates of groupedBy(rows, (row) => row.dueAt)) {
      const [{ corpId, staffId, dueAt }] = mates
      const quiet = await needs.quietAt(corpId, dueAt - 1)
      if (quiet?.until === dueAt) {
        // The round may have brought only some of a long night.
        const all = new Map([...mates, ...await noticesOf(db, corpId).dueWith(staffId, dueAt, HELD_MOST)].map((row) => [row.id, row]))
        messages.push({ rows: [...all.values()], heldOver: quiet })
        continue
      }
      const failed = mates.filter((row) => row.attempts > 0)
      if (failed.length > 0) messages.push({ rows: failed, heldOver: null })
      messages.push(...mates.filter((row) => row.attempts === 0).map((row) => ({ rows: [row], heldOver: null })))
    }
    return messages
  }

  return async (ending) => {
    const now = clock.now()
    if (now - sweptAt > MINUTE) {
      sweptAt = now
      await inTransaction(db, (tx) => giveUpAbandoned(tx, now - ABANDONED_MS))
    }
    const due = await dueNotices(db, now, ROUND)
    const receivers = groupedBy(due, (row) => `${row.corpId}:${row.staffId}`)
    const lane = async () => {
      for (let rows = receivers.shift(); rows && !ending?.aborted; rows = receivers.shift()) await deliver(rows, ending)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    return due.length
  }
}

/** Rows in groups of the same key, in the order of their first ones. */
function groupedBy(rows: readonly NoticeRow[], keyOf: (row: NoticeRow) => string | number): [NoticeRow, ...NoticeRow[]][] {
  const groups = new Map<string | number, [NoticeRow, ...NoticeRow[]]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return [...groups.values()]
}
