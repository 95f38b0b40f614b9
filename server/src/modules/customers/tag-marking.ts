import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { markTags, WecomError } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'
import { intakeOf } from './intake-store.ts'
import type { CustomerRecord, IntakeStore, RelationRecord, RelationTagRecord } from './intake-store.ts'
import { appendCustomerEvents, updateCustomerEvent } from './customer-log.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import type { Tags } from './tags.ts'

/** After this long without a written result, the outcome is read from WeCom by a worker. */
const CHECK_AFTER_MS = 30_000
/** Tag or group does not exist (wecom-api/00 §3.1). */
export const NO_SUCH_TAG = 40068
const NOT_FRIENDS = 84061

export interface TagChange { add: readonly string[]; remove: readonly string[] }
/** The friendship whose tags change. `userid`: its member's. */
export interface MarkedRelation { corpId: number; relation: RelationRecord; customer: CustomerRecord; userid: string }
/** Tags that a change really turned, with their names. */
export interface Turned { added: { tagId: string; name: string }[]; removed: { tagId: string; name: string }[] }

/** How a change of tags is told. */
export interface Told {
  /** Rows for the customer log, one for each reason; `mark` tells their subjects apart. Only asked when something turned. */
  rows(turned: Turned): { mark: string; turned: Turned; why: Record<string, unknown> }[]
  /** What else is written in the transaction of the result; also when everything had been so before. */
  record(tx: Queries, turned: Turned): Promise<void>
  /** Until then (ms) the caller looks after an outcome that nobody knows. */
  checkAfterMs?: number
}

/**
 * done · gone: her data was deleted while WeCom was asked (SYS-17) · refused by WeCom · lost: WeCom's answer got lost, and it
 * shows that nothing was done · unknown: nor could it be asked; a worker reads it later
 */
export type Marked = { outcome: 'done' | 'gone' } | { outcome: 'refused' | 'lost' | 'unknown'; error: WecomError }
export type TagMarking = ReturnType<typeof createTagMarking>

/**
 * Adds and removes corp tags on one friendship: intent here, then WeCom, then the result here. WeCom sends no callback for
 * what the API does (wecom-api/01 §3), so a result that could not be written is read back.
 */
export function createTagMarking(platform: Platform, needs: { corps: Corps; tags: Tags; refresh: Refresh }) {
  const { db, clock, log } = platform

  async function write({ corpId, relation }: MarkedRelation, change: TagChange, told: Told): Promise<Marked> {
    const at = clock.now()
    return await inTransaction(db, async (tx): Promise<Marked> => {
      const store = intakeOf(tx, corpId)
      if (!(await store.lockCustomer(relation.customerId))) return { outcome: 'gone' }
      const turned = await turnedBy(store, await store.tagsOn([relation.id]), change)
      await store.removeTags(turned.removed.map(({ tagId }) => ({ relationId: relation.id, tagKey: tagId })))
      await store.addTags(turned.added.map(({ tagId, name }) => ({ relationId: relation.id, tagKey: tagId, kind: 'wecom', name, group: '' })))
      await store.setRelation(relation.id, { syncedAt: at, checkAt: null })
      const rows = isNothing(turned) ? [] : told.rows(turned)
      await appendCustomerEvents(tx, rows.map((row) => ({
        corpId, customerId: relation.customerId, staffId: relation.staffId, kind: 'tags_changed', subject: subjectOf(relation, at, row.mark), data: { ...namesOf(row.turned), ...row.why }, at,
      })))
      await told.record(tx, turned)
      return { outcome: 'done' }
    })
  }

  /**
   * Reads from WeCom what is true after a change with an unknown outcome; what it made is written and told.
   * @returns was the change made? @throws WecomError
   */
  async function settle({ corpId, relation, customer }: MarkedRelation, change: TagChange, told: Told): Promise<boolean> {
    const before = await intakeOf(db, corpId).tagsOn([relation.id])
    let made = false
    await needs.refresh.customer(corpId, customer.externalUserId, null, async (tx, { refreshed, readAt }) => {
      const carried = new Set(refreshed?.relations.find((other) => other.staffId === relation.staffId)?.corpTags.map((tag) => tag.tagId))
      made = change.add.every((tagId) => carried.has(tagId)) && !change.remove.some((tagId) => carried.has(tagId))
      if (!made) return
      const turned = await turnedBy(intakeOf(tx, corpId), before, change)
      // The reading has put what it found new into the log; why it is so, only we know.
      const [row] = isNothing(turned) ? [] : told.rows(turned)
      if (row) await updateCustomerEvent(tx, { corpId, customerId: customer.id, kind: 'tags_changed', subject: subjectOf(relation, readAt) }, row.why)
      await told.record(tx, turned)
    })
    return made
  }

  async function refused({ corpId, relation, customer }: MarkedRelation, error: WecomError): Promise<Marked> {
    const late = (again: unknown) => log.warn({ err: again }, 'not refreshed after a refused change of tags')
    if (error.reason === 'errcode' && error.errcode === NO_SUCH_TAG) await needs.tags.sync(corpId).catch(late)
    if (error.reason === 'errcode' && error.errcode === NOT_FRIENDS) await needs.refresh.customer(corpId, customer.externalUserId).catch(late)
    await intakeOf(db, corpId).setRelation(relation.id, { checkAt: null })
    return { outcome: 'refused', error }
  }

  async function lost(on: MarkedRelation, change: TagChange, told: Told, error: WecomError): Promise<Marked> {
    try {
      return (await settle(on, change, told)) ? { outcome: 'done' } : { outcome: 'lost', error }
    } catch (again) {
      if (!(again instanceof WecomError)) throw again
      log.warn({ err: again }, 'tags will be checked later')
      return { outcome: 'unknown', error }
    }
  }

  return {
    settle,
    /** Makes the change in WeCom and here. Whoever asks has seen to it that the tags are corp tags of this corp. */
    async mark(on: MarkedRelation, change: TagChange, told: Told): Promise<Marked> {
      const client = await needs.corps.wecomContact(on.corpId)
      await intakeOf(db, on.corpId).setRelation(on.relation.id, { checkAt: clock.now() + (told.checkAfterMs ?? CHECK_AFTER_MS) })
      try {
        await markTags(client, on.userid, on.customer.externalUserId, change)
      } catch (error) {
        if (!(error instanceof WecomError)) throw error
        return error.outcome === 'refused' ? await refused(on, error) : await lost(on, change, told, error)
      }
      return await write(on, change, told)
    },
  }
}

/** What a change really turns, seen from the tags that a relation carried before it. */
async function turnedBy(store: IntakeStore, carried: readonly RelationTagRecord[], change: TagChange): Promise<Turned> {
  const before = carried.filter((row) => row.kind === 'wecom')
  const names = await store.tagNames([...change.add, ...change.remove])
  const named = (tagId: string) => ({ tagId, name: names.get(tagId) ?? before.find((row) => row.tagKey === tagId)?.name ?? '' })
  const had = (tagId: string) => before.some((row) => row.tagKey === tagId)
  return { added: change.add.filter((tagId) => !had(tagId)).map(named), removed: change.remove.filter(had).map(named) }
}

/** Did a change find everything as it was to be? */
export const isNothing = ({ added, removed }: Turned): boolean => added.length + removed.length === 0

/** As it is told in the customer log and the audit log. */
export function namesOf({ added, removed }: Turned): { added: string[]; removed: string[] } {
  return { added: added.map((tag) => tag.name), removed: removed.map((tag) => tag.name) }
}

/** The same as of what a reading finds changed at a moment (tag-changes.ts). */
function subjectOf(relation: RelationRecord, at: number, mark = ''): string {
  return `relation:${relation.id}:${at}${mark === '' ? '' : `:${mark}`}`
}
