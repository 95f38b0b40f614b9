import { AppError } from '../../platform/http/errors.ts'
import { redactText } from '../../platform/log.ts'
import type { Platform } from '../../platform/platform.ts'
import { WecomError, parseWecomEvent } from '../../wecom/index.ts'
import type { EventOf, WecomEvent, WecomEventKind } from '../../wecom/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corps } from '../corps/index.ts'
import type { CallbackJob } from './lanes.ts'
import { callbackRuns } from './store.ts'

/** Which callback a handler is looking at. */
interface CallbackContext {
  corpId: number
  callbackId: number
  /** Epoch ms. */
  receivedAt: number
}

/**
 * Reacts to one kind of event. It may be called twice for the same event, and events may come out of order: it re-reads
 * the truth from WeCom where that matters. What it throws makes the callback fail, to be tried again.
 */
export type CallbackHandler<K extends WecomEventKind> = (event: EventOf<K>, context: CallbackContext) => Promise<void>

/** Handlers of one area, by kind. */
export type CallbackHandlers = { [K in WecomEventKind]?: CallbackHandler<K> }

interface Handling {
  on<K extends WecomEventKind>(kind: K, handler: CallbackHandler<K>): void
  /** One attempt at a stored callback. */
  handle(job: CallbackJob): Promise<void>
}

/** Pauses after the first, second, … failure. The failure after the last one makes a dead letter. */
const RETRY_PAUSES_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000] as const
const MOST_ATTEMPTS = RETRY_PAUSES_MS.length + 1
/** An attempt that has not ended by then was left by a process that died. */
const LEASE_MS = 30_000
const SUSPENDED_PAUSE_MS = 10 * 60_000

type AnyHandler = (event: WecomEvent, context: CallbackContext) => Promise<void>

/** Runs the registered handlers on stored callbacks, and keeps their state: pending → done | failed → … → dead. */
export function createHandling(platform: Pick<Platform, 'db' | 'clock' | 'log' | 'metrics'>, corps: Corps): Handling {
  const { clock, log, metrics } = platform
  const runs = callbackRuns(platform.db)
  const handlers = new Map<WecomEventKind, AnyHandler[]>()

  /** Every handler gets its chance; the first failure is reported after that. */
  async function dispatch(event: WecomEvent, context: CallbackContext): Promise<void> {
    const failures: unknown[] = []
    for (const handler of handlers.get(event.kind) ?? []) {
      try {
        await handler(event, context)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  async function handle({ callbackId, turn }: CallbackJob): Promise<void> {
    const row = await runs.find(callbackId)
    if (!row || (row.state !== 'pending' && row.state !== 'failed') || row.attempts !== turn) return
    const corp = await corps.byId(row.corpId)
    if (!corp || corp.suspended) return await runs.postpone(callbackId, clock.now() + SUSPENDED_PAUSE_MS)
    if (!(await runs.claim(callbackId, turn, clock.now() + LEASE_MS))) return
    const attempt = turn + 1
    if (attempt > MOST_ATTEMPTS) {
      await runs.settle(callbackId, attempt, { state: 'dead', error: '处理这条回调时，后台进程多次异常中断', processedAt: clock.now(), dueAt: clock.now() })
      return
    }
    try {
      await dispatch(parseWecomEvent(row.body), { corpId: row.corpId, callbackId, receivedAt: row.receivedAt })
      const now = clock.now()
      await runs.settle(callbackId, attempt, { state: 'done', error: null, processedAt: now, dueAt: now })
      metrics.callbacks.inc({ outcome: 'done' })
    } catch (error) {
      const pause = RETRY_PAUSES_MS[attempt - 1]
      const now = clock.now()
      const state = pause === undefined ? 'dead' : 'failed'
      const dueAt = now + Math.max(pause ?? 0, error instanceof WecomError ? error.retryAfterMs ?? 0 : 0)
      log.warn({ err: error, callbackId, corpId: row.corpId, event: row.event, changeType: row.changeType, attempt, state }, 'a callback could not be handled')
      await runs.settle(callbackId, attempt, { state, error: textOf(error), processedAt: now, dueAt })
      metrics.callbacks.inc({ outcome: state })
    }
  }

  return {
    on(kind, handler) {
      const list = handlers.get(kind) ?? []
      handlers.set(kind, [...list, async (event, context) => {
        if (isOfKind(event, kind)) await handler(event, context)
      }])
    },
    handle,
  }
}

function isOfKind<K extends WecomEventKind>(event: WecomEvent, kind: K): event is WecomEvent & EventOf<K> {
  return event.kind === kind
}

/** For the list of dead letters: what an administrator can act on, without secrets and phone numbers. */
function textOf(error: unknown): string {
  const known = asAppError(error)
  const api = error instanceof WecomError ? `（${error.api}${error.errcode ? ` ${error.errcode}` : ''}）` : ''
  if (known instanceof AppError) return [known.message, known.details?.advice].filter(Boolean).join(' ') + api
  const line = error instanceof Error ? error.message.split('\n', 1)[0] ?? '' : String(error)
  return `内部错误：${redactText(line).slice(0, 500)}`
}
