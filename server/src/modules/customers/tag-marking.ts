import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Platform } from '../../platform/platform.ts'
import { markTags } from '../../wecom/index.ts'
import { intakeOf } from './intake-store.ts'
import type { IntakeStore, RelationRecord, RelationTagRecord } from './intake-store.ts'
import { appendCustomerEvents, updateCustomerEvent } from './customer-log.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import type { Tags } from './tags.ts'
import type { WecomWriting, Written, WrittenRelation } from './wecom-writing.ts'

/** Tag or group does not exist (wecom-api/00 §3.1). */
export const NO_SUCH_TAG = 40068

export interface TagChange { add: readonly string[]; remove: readonly string[] }
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

export type TagMarking = ReturnType<typeof createTagMarking>

/** Adds and removes corp tags on one friendship, in WeCom and here. */
export function createTagMarking(platform: Platform, needs: { writing: WecomWriting; tags: Tags; refresh: Refresh }) {
  const { db, clock } = platform

  async function write({ corpId, relation }: WrittenRelation, change: TagChange, told: Told): Promise<'done' | 'gone'> {
    const at = clock.now()
    return await inTransaction(db, async (tx) => {
      const store = intakeOf(tx, corpId)
      if (!(await store.lockCustomer(relation.customerId))) return 'gone'
      const turned = await turnedBy(store, await store.tagsOn([relation.id]), change)
      await store.removeTags(turned.removed.map(({ tagId }) => ({ relationId: relation.id, tagKey: tagId })))
      await store.addTags(turned.added.map(({ tagId, name }) => ({ relationId: relation.id, tagKey: tagId, kind: 'wecom', name, group: '' })))
      await store.setRelation(relation.id, { syncedAt: at, checkAt: null })
      const rows = isNothing(turned) ? [] : told.rows(turned)
      await appendCustomerEvents(tx, rows.map((row) => ({
        corpId, customerId: relation.customerId, staffId: relation.staffId, kind: 'tags_changed', subject: subjectOf(relation, at, row.mark), data: { ...namesOf(row.turned), ...row.why }, at,
      })))
      await told.record(tx, turned)
      return 'done'
    })
  }

  /**
   * Reads from WeCom what is true after a change with an unknown outcome; what it made is written and told.
   * @returns was the change made? @throws WecomError
   */
  async function settle({ corpId, relation, customer }: WrittenRelation, change: TagChange, told: Told): Promise<boolean> {
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

  return {
    settle,
    /** Makes the change in WeCom and here. Whoever asks has seen to it that the tags are corp tags of this corp. */
    mark: async (on: WrittenRelation, change: TagChange, told: Told): Promise<Written> => await needs.writing(on, {
      ask: (client) => markTags(client, on.userid, on.customer.externalUserId, change),
      write: () => write(on, change, told),
      settle: () => settle(on, change, told),
      refused: async (errcode) => (errcode === NO_SUCH_TAG ? await needs.tags.sync(on.corpId) : null),
      ...(told.checkAfterMs === undefined ? {} : { checkAfterMs: told.checkAfterMs }),
    }),
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
