import { LIMITS } from '@zhike/shared'
import { isDatabaseAway } from '../../../platform/db/connect.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { AppError } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import { isRedisAway } from '../../../platform/redis.ts'
import { explainWecomError, WecomError } from '../../../wecom/index.ts'
import type { Corps } from '../../corps/index.ts'
import type { Identity } from '../../identity/index.ts'
import { intakeOf } from '../intake-store.ts'
import type { CustomerRecord, RelationRecord } from '../intake-store.ts'
import { customersOf } from '../store.ts'
import { NO_SUCH_TAG } from '../tag-marking.ts'
import type { TagMarking } from '../tag-marking.ts'
import type { Written } from '../wecom-writing.ts'
import type { Tags } from '../tags.ts'
import { autoTagsOf, dueAutoTags } from './store.ts'
import type { AutoTagResult, AutoTagRow } from './store.ts'
import { toldOf } from './telling.ts'

const AT_ONCE = 200
const LANES = 4
const MINUTE = 60_000
/** Longer than a call to WeCom may take with its repetitions. */
const LEASE_MS = 2 * MINUTE
/** Who was at it may have died: another worker has asked WeCom by then, so the usual check would come too early. */
const CHECK_AFTER_MS = LEASE_MS + MINUTE
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60 * MINUTE
/** A wrong setting (trusted IP, secret) is mended by then, or nobody cares. */
const GIVE_UP_MS = 3 * 24 * 60 * MINUTE

const TAG_GONE = '标签已在企业微信中删除'
const HAS_IT = '客户已有这个标签'
const NO_FRIEND = '客户已不是任何员工的好友'

interface AutoTagNeeds { corps: Pick<Corps, 'byId'>; identity: Pick<Identity, 'staffRefs'>; tags: Tags; marking: TagMarking }

/**
 * Sets the tags that are due (MAT-18); called again and again by the worker. The rows in the database are the work list: what a
 * process leaves behind is taken over by another, which asks WeCom first. Stops between two customers when told.
 */
export function createAutoTagRound(platform: Platform, needs: AutoTagNeeds): (ending?: AbortSignal) => Promise<void> {
  const { db, clock, log, metrics } = platform

  async function conclude(corpId: number, rows: readonly AutoTagRow[], result: AutoTagResult): Promise<void> {
    if (rows.length === 0) return
    await inTransaction(db, (tx) => autoTagsOf(tx, corpId).conclude(rows.map((row) => row.id), result))
    metrics.autoTags.inc({ outcome: result.state }, rows.length)
  }

  /** Tried again later and later, until it is given up. @param unsure nobody knows whether it was done */
  async function putOff(corpId: number, rows: readonly AutoTagRow[], why: { text: string; unsure: boolean; pauseMs?: number }): Promise<void> {
    for (const row of rows) {
      const dueAt = clock.now() + Math.max(why.pauseMs ?? 0, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(row.attempts, 12)))
      await conclude(corpId, [row], dueAt > row.createdAt + GIVE_UP_MS ? { state: 'failed', error: `三天内没有打上：${why.text}` } : { state: 'waiting', error: why.text, dueAt, unsure: why.unsure })
    }
  }

  /** What is due of one customer, on the friendships of the members whose links she opened. */
  async function setOn(corpId: number, customer: CustomerRecord, rows: readonly AutoTagRow[]): Promise<void> {
    const known = await needs.tags.known(corpId, rows.map((row) => row.tagId))
    await conclude(corpId, rows.filter((row) => !known.has(row.tagId)), { state: 'skipped', error: TAG_GONE })
    const left = rows.filter((row) => known.has(row.tagId))
    const friends = (await customersOf(db, corpId).relationsOf([customer.id])).filter((relation) => relation.state === 'active')
    const first = (row: AutoTagRow) => friends.find((relation) => relation.staffId === row.staffId) ?? friends[0]
    await conclude(corpId, left.filter((row) => first(row) === undefined), { state: 'failed', error: NO_FRIEND })
    for (const relation of new Set(left.flatMap((row) => first(row) ?? []))) {
      await setOnOne(customer, left.filter((row) => first(row) === relation), [relation, ...friends.filter((other) => other !== relation)])
    }
  }

  /** On the first of these friendships; on the next one, where WeCom says that the first has ended. */
  async function setOnOne(customer: CustomerRecord, rows: readonly AutoTagRow[], [relation, ...others]: readonly RelationRecord[]): Promise<void> {
    if (!relation) return
    const { corpId } = relation
    const carried = new Set((await intakeOf(db, corpId).tagsOn([relation.id])).map((tag) => tag.tagKey))
    const has = rows.filter((row) => carried.has(row.tagId))
    await conclude(corpId, has.filter((row) => row.unsure === 0), { state: 'skipped', error: HAS_IT })
    await conclude(corpId, has.filter((row) => row.unsure === 1), { state: 'done' })
    const lacks = rows.filter((row) => !carried.has(row.tagId))
    const tagIds = [...new Set(lacks.map((row) => row.tagId))]
    for (let i = 0; i < tagIds.length; i += LIMITS.tagsPerChange) {
      const add = tagIds.slice(i, i + LIMITS.tagsPerChange)
      const part = lacks.filter((row) => add.includes(row.tagId))
      await after(await marked(customer, relation, part, add), customer, part, relation, others)
    }
  }

  async function marked(customer: CustomerRecord, relation: RelationRecord, rows: readonly AutoTagRow[], add: readonly string[]): Promise<Written> {
    const { corpId, staffId } = relation
    const staff = (await needs.identity.staffRefs(corpId, [staffId])).get(staffId)
    const on = { corpId, relation, customer, userid: staff?.userid ?? '' }
    const told = toldOf(corpId, rows, CHECK_AFTER_MS)
    if (rows.some((row) => row.unsure === 1) && await needs.marking.settle(on, { add, remove: [] }, told)) return { outcome: 'done' }
    return await needs.marking.mark(on, { add, remove: [] }, told)
  }

  async function after(result: Written, customer: CustomerRecord, rows: readonly AutoTagRow[], relation: RelationRecord, others: readonly RelationRecord[]): Promise<void> {
    const { corpId } = relation
    if (result.outcome === 'done') metrics.autoTags.inc({ outcome: 'done' }, rows.length)
    if (!('error' in result)) return
    const { error } = result
    const { message: text, level } = explainWecomError(error)
    if (result.outcome !== 'refused') return await putOff(corpId, rows, { text, unsure: result.outcome === 'unknown' })
    if (error.errcode === NO_SUCH_TAG) return await withoutGone(corpId, rows, text)
    if (level === 'relation' && others.length > 0) return await setOnOne(customer, rows, others)
    // A wrong setting is mended by an admin, so it is worth waiting for.
    if (error.retriable || level === 'config') return await putOff(corpId, rows, { text, unsure: false, pauseMs: error.retryAfterMs ?? 0 })
    await conclude(corpId, rows, { state: 'failed', error: text })
  }

  /** A tag was deleted in WeCom; the list of tags has been read anew since. The others are set at once. */
  async function withoutGone(corpId: number, rows: readonly AutoTagRow[], text: string): Promise<void> {
    const known = await needs.tags.known(corpId, rows.map((row) => row.tagId))
    const left = rows.filter((row) => known.has(row.tagId))
    if (left.length === rows.length) return await putOff(corpId, rows, { text, unsure: false })
    await conclude(corpId, rows.filter((row) => !known.has(row.tagId)), { state: 'skipped', error: TAG_GONE })
    await conclude(corpId, left, { state: 'waiting', error: text, dueAt: clock.now(), unsure: false })
  }

  /** Takes what is due of a customer and says what came of it. Throws only when the database or Redis is away. */
  async function settleCustomer(corpId: number, customerId: number): Promise<void> {
    const rows = await inTransaction(db, (tx) => autoTagsOf(tx, corpId).claim(customerId, clock.now(), clock.now() + LEASE_MS))
    if (rows.length === 0) return
    try {
      const corp = await needs.corps.byId(corpId)
      if (!corp || corp.suspended) return await putOff(corpId, rows, { text: '企业已停用', unsure: false, pauseMs: LONGEST_PAUSE_MS })
      const customer = await customersOf(db, corpId).byId(customerId)
      if (customer) await setOn(corpId, customer, rows)
    } catch (error) {
      if (isDatabaseAway(error) || isRedisAway(error)) throw error
      // The corp isn't set up yet: nothing was asked.
      if (error instanceof AppError) return await putOff(corpId, rows, { text: error.message, unsure: false })
      // Else how the last try ended could not be asked, or something is wrong here.
      if (!(error instanceof WecomError)) log.error({ err: error, corpId, customerId }, 'automatic tags could not be set')
      await putOff(corpId, rows, { text: explainWecomError(error).message, unsure: true })
    }
  }

  return async (ending) => {
    const due = await dueAutoTags(db, clock.now(), AT_ONCE)
    const lane = async () => {
      for (let one = due.shift(); one && !ending?.aborted; one = due.shift()) await settleCustomer(one.corpId, one.customerId)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }
}
