import type { Platform } from '../../platform/platform.ts'
import { WecomError } from '../../wecom/index.ts'
import type { WecomClient } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { intakeOf } from './intake-store.ts'
import type { CustomerRecord, RelationRecord } from './intake-store.ts'
import type { Refresh } from './refresh-from-wecom.ts'

/** After this long without a written result, the outcome is read from WeCom by a worker. */
const CHECK_AFTER_MS = 30_000
const NOT_FRIENDS = 84061

/** The friendship that changes. `userid`: its member's. */
export interface WrittenRelation { corpId: number; relation: RelationRecord; customer: CustomerRecord; userid: string }

/** The steps of one change. WeCom is asked outside of any transaction. */
export interface WritingSteps {
  ask(client: WecomClient): Promise<void>
  /** WeCom has done it: writes the same here. Gone: her data was deleted while WeCom was asked (SYS-17). */
  write(): Promise<'done' | 'gone'>
  /** Nobody knows whether WeCom has done it: reads what is true, and writes that. @returns was it done? @throws WecomError */
  settle(): Promise<boolean>
  /** WeCom has said no: what is to be looked at again because of that. */
  refused?(errcode: number): Promise<unknown>
  /** Until then (ms) the caller looks after an outcome that nobody knows. */
  checkAfterMs?: number
}

/**
 * done · gone: her data was deleted while WeCom was asked (SYS-17) · refused by WeCom · lost: WeCom's answer got lost, and it
 * shows that nothing was done · unknown: nor could it be asked; a worker reads it later
 */
export type Written = { outcome: 'done' | 'gone' } | { outcome: 'refused' | 'lost' | 'unknown'; error: WecomError }
export type WecomWriting = ReturnType<typeof createWecomWriting>

/**
 * Changes of one friendship that are made here: intent in our database, then WeCom, then the result. WeCom sends no callback
 * for what the API does (wecom-api/01 §3), so a result that could not be written is read back.
 */
export function createWecomWriting(platform: Platform, needs: { corps: Corps; refresh: Refresh }) {
  const { db, clock, log } = platform

  async function refused({ corpId, relation, customer }: WrittenRelation, steps: WritingSteps, error: WecomError): Promise<Written> {
    const late = (again: unknown) => log.warn({ err: again }, 'not refreshed after a refused change')
    if (error.reason === 'errcode') {
      await steps.refused?.(error.errcode).catch(late)
      if (error.errcode === NOT_FRIENDS) await needs.refresh.customer(corpId, customer.externalUserId).catch(late)
    }
    await intakeOf(db, corpId).setRelation(relation.id, { checkAt: null })
    return { outcome: 'refused', error }
  }

  return async (on: WrittenRelation, steps: WritingSteps): Promise<Written> => {
    const client = await needs.corps.wecomContact(on.corpId)
    await intakeOf(db, on.corpId).setRelation(on.relation.id, { checkAt: clock.now() + (steps.checkAfterMs ?? CHECK_AFTER_MS) })
    try {
      await steps.ask(client)
    } catch (error) {
      if (!(error instanceof WecomError)) throw error
      if (error.outcome === 'refused') return await refused(on, steps, error)
      try {
        return (await steps.settle()) ? { outcome: 'done' } : { outcome: 'lost', error }
      } catch (again) {
        if (!(again instanceof WecomError)) throw again
        log.warn({ err: again }, 'a change will be checked later')
        return { outcome: 'unknown', error }
      }
    }
    return { outcome: await steps.write() }
  }
}
