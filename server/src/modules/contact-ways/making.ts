import { CARD_CHANNEL } from '@zhike/shared'
import { isDatabaseAway } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError } from '../../platform/http/errors.ts'
import { OutsideRefused } from '../../platform/outside/refusals.ts'
import type { Outside } from '../../platform/outside/outside.ts'
import type { Platform } from '../../platform/platform.ts'
import { isRedisAway } from '../../platform/redis.ts'
import { addMemberCode, adviceFor, contactWaysSince, explainWecomError, getContactWay, listFollowUsers, WecomError } from '../../wecom/index.ts'
import type { WecomClient } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity } from '../identity/index.ts'
import { codePictures } from './picture.ts'
import { contactWaysOf, dueContactWays } from './store.ts'
import type { Claimed, ContactWayResult, ContactWayRow, Made } from './store.ts'

const AT_ONCE = 100
const LANES = 4
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Longer than all calls for one member may take. */
const LEASE_MS = 3 * MINUTE
/** A request whose answer was lost may still be on its way. */
const LOOK_AFTER_MS = MINUTE
/** Clocks differ. */
const CLOCKS_MS = 10 * MINUTE
/** What is ready is looked after: is it still there, may she still add customers? */
const CHECK_EVERY_MS = 4 * HOUR
const FIRST_PAUSE_MS = 30_000
/** The console calls it 备注. */
const REMARK = '知客名片'
const NO_SUCH_WAY = 41044
const NO_RIGHT = 84074

export interface MakingNeeds { corps: Pick<Corps, 'byId' | 'wecomContact'>; identity: Pick<Identity, 'knownStaff'> }

/** What is to be done about a way: make it, find out what became of a lost call, or look after what there is. */
type Task = { do: 'make' } | { do: 'find' } | { do: 'check'; configId: string }

/** WeCom may have made one that we don't know. */
const isUnsure = ({ state, configId }: ContactWayRow): boolean => configId === null && (state === 'making' || state === 'unknown')

function taskOf(row: ContactWayRow): Task {
  if (row.configId !== null) return { do: 'check', configId: row.configId }
  return { do: isUnsure(row) ? 'find' : 'make' }
}

interface Hand { row: ContactWayRow; claimed: Claimed; client: WecomClient; userid: string }

/**
 * Makes the ways that are wanted and looks after the others, once; called again and again by the worker. The rows are the work
 * list. WeCom makes a way for every call, so a call whose outcome is unknown is looked up by the way's state.
 */
export function createMaking(platform: Platform, needs: MakingNeeds, outside: Outside): (ending?: AbortSignal) => Promise<void> {
  const { db, clock, log, metrics, files } = platform

  /** Several workers write: what the database gives up for another (1213) is done again, never lost. */
  const write = <T>(corpId: number, change: (store: ReturnType<typeof contactWaysOf>) => Promise<T>): Promise<T> => inTransaction(db, (tx) => change(contactWaysOf(tx, corpId)))

  async function shown({ row, claimed }: Hand, made: Made): Promise<ContactWayResult> {
    const pictures = codePictures(files, row.corpId)
    await write(row.corpId, (store) => store.keep(claimed, made))
    if (made.configId !== row.configId || await pictures.get(made.configId) === null) await pictures.fetch(outside, made)
    return { state: 'ready', dueAt: clock.now() + CHECK_EVERY_MS }
  }

  async function make(hand: Hand): Promise<ContactWayResult> {
    return await shown(hand, await addMemberCode(hand.client, { userId: hand.userid, state: stateOf(hand.row), remark: REMARK }))
  }

  /** By its state, among what was made since the call. */
  async function find(hand: Hand): Promise<ContactWayResult> {
    const { row, client } = hand
    for await (const configIds of contactWaysSince(client, row.updatedAt - CLOCKS_MS)) {
      const others = await contactWaysOf(db, row.corpId).known(configIds)
      for (const configId of configIds.filter((id) => !others.has(id))) {
        const way = await getContactWay(client, configId)
        if (way.state === stateOf(row)) return await shown(hand, way)
      }
    }
    return { state: 'wanted', dueAt: clock.now() }
  }

  async function check(hand: Hand, configId: string, serves: () => Promise<boolean>): Promise<ContactWayResult> {
    if (!(await serves())) return { state: 'failed', error: wordsOf(adviceFor(NO_RIGHT)), dueAt: clock.now() + HOUR }
    try {
      return await shown(hand, await getContactWay(hand.client, configId))
    } catch (error) {
      if (error instanceof WecomError && error.reason === 'errcode' && error.errcode === NO_SUCH_WAY) return { state: 'wanted', dueAt: clock.now() }
      throw error
    }
  }

  async function outcomeOf(row: ContactWayRow, claimed: Claimed, task: Task, serves: Serves): Promise<ContactWayResult> {
    const { corpId, staffId } = row
    try {
      const [corp, staff] = await Promise.all([needs.corps.byId(corpId), needs.identity.knownStaff(corpId, staffId)])
      if (!corp || corp.suspended) return notAsked(row, '企业已停用')
      if (staff?.state !== 'active') return { state: isUnsure(row) ? 'unknown' : 'failed', error: '成员已离职或已停用', dueAt: clock.now() + DAY }
      const client = await needs.corps.wecomContact(corpId)
      const hand = { row, claimed, client, userid: staff.userid }
      if (task.do === 'check') return await check(hand, task.configId, () => serves(corpId, client, staff.userid))
      return task.do === 'make' ? await make(hand) : await find(hand)
    } catch (error) {
      if (isDatabaseAway(error) || isRedisAway(error)) throw error
      return afterFailure(error, row, task)
    }
  }

  /** WeCom was not asked: what is known of the way stays as it is. */
  function notAsked(row: ContactWayRow, error: string): ContactWayResult {
    const dueAt = clock.now() + HOUR
    return row.state === 'ready' ? { state: 'ready', dueAt } : { state: isUnsure(row) ? 'unknown' : 'failed', error, dueAt }
  }

  function afterFailure(error: unknown, row: ContactWayRow, task: Task): ContactWayResult {
    const backoff = Math.min(HOUR, FIRST_PAUSE_MS * 2 ** Math.min(row.attempts, 10))
    const later = (state: 'failed' | 'unknown', text: string, pauseMs: number): ContactWayResult => ({ state, error: text, dueAt: clock.now() + pauseMs })
    // The corp isn't set up yet.
    if (error instanceof AppError) return notAsked(row, error.message)
    if (error instanceof OutsideRefused) return later('failed', `没有取到二维码图片：${error.message}`, backoff)
    if (!(error instanceof WecomError)) log.error({ err: error, corpId: row.corpId, staffId: row.staffId }, 'a contact way could not be made')
    const { level, ...words } = explainWecomError(error)
    const text = wordsOf(words)
    const passing = level === 'temporary' || (error instanceof WecomError && error.retriable)
    const pauseMs = Math.max(error instanceof WecomError ? error.retryAfterMs ?? 0 : 0, passing ? backoff : DAY)
    // A code that customers see is not taken away because WeCom could not be asked about it.
    if (row.state === 'ready') return { state: 'ready', dueAt: clock.now() + Math.min(pauseMs, CHECK_EVERY_MS) }
    if (task.do === 'find') return later('unknown', text, pauseMs)
    if (task.do === 'make' && !(error instanceof WecomError && error.outcome === 'refused')) return later('unknown', text, LOOK_AFTER_MS)
    return later('failed', text, pauseMs)
  }

  async function settle(row: ContactWayRow, serves: Serves): Promise<void> {
    const task = taskOf(row)
    const now = clock.now()
    const claimed = await write(row.corpId, (store) => store.claim(row, { makes: task.do === 'make', now, until: now + LEASE_MS }))
    if (!claimed) return
    const result = await outcomeOf(row, claimed, task, serves)
    metrics.contactWays.inc({ outcome: result.state })
    await write(row.corpId, (store) => store.conclude(claimed, result))
  }

  return async (ending) => {
    const due = await dueContactWays(db, clock.now(), AT_ONCE)
    const serves = whoServes()
    const lane = async () => {
      for (let row = due.shift(); row && !ending?.aborted; row = due.shift()) await settle(row, serves)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }
}

type Serves = (corpId: number, client: WecomClient, userid: string) => Promise<boolean>

/** Who may add customers, asked once per corp and round: without the feature, or outside the visible range, a code leads nowhere. */
function whoServes(): Serves {
  const corps = new Map<number, Promise<Set<string>>>()
  return async (corpId, client, userid) => {
    const members = corps.get(corpId) ?? listFollowUsers(client).then((userids) => new Set(userids.map((id) => id.toLowerCase())))
    corps.set(corpId, members)
    return (await members).has(userid.toLowerCase())
  }
}

/** What WeCom gives back with everybody who comes by this code. */
const stateOf = (row: ContactWayRow): string => `${CARD_CHANNEL}${row.staffId}`
const wordsOf = ({ message, advice }: { message: string; advice: string }): string => `${message}${advice}`
