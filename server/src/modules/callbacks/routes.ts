import { callbacksContract } from '@zhike/shared/contract'
import type { CallbackRow } from '@zhike/shared/contract'
import { totalOf, toPage } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Register } from '../identity/index.ts'
import type { Lanes } from './lanes.ts'
import { isWelcome, shownFields } from './message.ts'
import { callbacksOf } from './store.ts'
import type { CallbackListRow } from './store.ts'
import { SWEEP_AFTER_MS } from './sweeper.ts'

/** The list of received callbacks, dead letters and replay (architecture §5). */
export function callbackRoutes(register: Register, needs: { platform: Platform; audit: Audit; lanes: Lanes }): void {
  const { db, clock } = needs.platform
  register(callbacksContract, {
    'GET /api/callbacks': async ({ viewer, query }) => {
      const store = callbacksOf(db, viewer.corpId)
      const [rows, total, counts, lastReceivedAt] = await Promise.all([store.list(query), totalOf(query, (most) => store.count(query.state, most)), store.counts(), store.lastReceivedAt()])
      return {
        ...toPage(rows, query.limit, (row) => [row.id], present), ...total,
        counts: { pending: counts.get('pending') ?? 0, failed: counts.get('failed') ?? 0, dead: counts.get('dead') ?? 0 }, lastReceivedAt,
      }
    },
    'GET /api/callbacks/:callbackId': async ({ viewer, params }) => {
      const row = await callbacksOf(db, viewer.corpId).find(params.callbackId)
      if (!row) throw notFound('回调')
      return { ...present(row), fields: shownFields(row.body) }
    },
    'POST /api/callbacks/:callbackId/replay': async ({ viewer, params, request }) => {
      const row = await inTransaction(db, async (tx) => {
        const store = callbacksOf(tx, viewer.corpId)
        const before = await store.find(params.callbackId)
        if (!before) throw notFound('回调')
        await store.replay(params.callbackId, clock.now() + SWEEP_AFTER_MS)
        // Not whom it is about: erasing a customer's data would not find her WeCom id here. The callback says it while it is kept.
        const subject = [before.event, before.changeType].filter(Boolean).join(' · ')
        const seen = { callbackId: before.id, state: before.state, attempts: before.attempts }
        await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'callback.replayed', subject, before: seen, from: request.ip })
        return (await store.find(params.callbackId)) ?? before
      })
      needs.lanes.offer({ callbackId: row.id, turn: row.attempts }, isWelcome(row.event, row.changeType))
      return present(row)
    },
  })
}

function present(row: CallbackListRow): CallbackRow {
  return {
    callbackId: row.id, event: row.event, changeType: row.changeType, subject: row.subject, state: row.state, attempts: row.attempts, error: row.error,
    createdAt: row.createdAt, receivedAt: row.receivedAt, processedAt: row.processedAt,
  }
}
