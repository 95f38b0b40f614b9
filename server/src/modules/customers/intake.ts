import type { Queries } from '../../platform/db/connect.ts'
import { appendCustomerEvents, isOldNews } from './customer-log.ts'
import type { CustomerEvent } from './customer-log.ts'
import { whenEnded, whenSeen } from './friendship-life.ts'
import type { Friendship } from './friendship-life.ts'
import { intakeOf } from './intake-store.ts'
import type { CustomerRecord, IntakeStore, RelationRecord } from './intake-store.ts'
import type { PhoneBox } from './phones.ts'
import { remarkNews } from './remark-news.ts'
import type { ReadCustomer, ReadRelation } from './wecom-answers.ts'
import { tagChanges } from './tag-changes.ts'

/** One answer of WeCom, to be written in one transaction. */
export interface Reading {
  /** When the request was sent: what was written since then is newer than this answer. */
  readAt: number
  relations: readonly (ReadRelation & { staffId: number })[]
  /** Callback that told of a friendship: when, by staff id. */
  heard?: ReadonlyMap<number, number>
}

/**
 * Writes what WeCom answered about friendships and tells the log what is new in it. Idempotent, and safe against
 * answers that overtake each other: the customers' rows are locked, and an older answer never replaces a newer one.
 * @returns ids of the customers in the answer, by external_userid
 */
export async function takeIn(tx: Queries, corpId: number, phones: PhoneBox, reading: Reading, known: ReadonlySet<string>): Promise<Map<string, number>> {
  const store = intakeOf(tx, corpId)
  const people = new Map(reading.relations.map((relation) => [relation.customer.externalUserId, relation.customer]))
  const { readAt } = reading
  await store.addCustomers([...people.values()].filter((person) => !known.has(person.externalUserId)).map((person) => ({ ...person, syncedAt: readAt, createdAt: readAt })))
  const records = new Map((await store.lockCustomers([...people.keys()])).map((record) => [record.externalUserId, record]))
  const events: CustomerEvent[] = [...await renew(store, corpId, people, records, readAt)]
  const turns = await turnsOf(store, reading, records)

  const fresh = turns.filter((turn) => turn.known === undefined)
  const changed = turns.filter((turn): turn is Turned & { known: RelationRecord } => turn.known !== undefined && differs(turn.known, turn, corpId, phones))
  await store.saveRelations([...fresh, ...changed].map(({ read, record, next, known: old }) => ({
    customerId: record.id, staffId: read.staffId, remark: read.remark, description: read.description, remarkCorp: read.remarkCorp,
    phones: old && phones.same(corpId, old.phones, read.phones) ? old.phones : phones.seal(corpId, read.phones),
    addWay: read.addWay, channel: read.channel, operUserid: read.operUserid, state: next.state, addedAt: next.addedAt, endedAt: next.endedAt, syncedAt: readAt,
  })))
  const rewritten = new Set(changed.map((turn) => turn.known.id))
  const unchanged = turns.flatMap((turn) => (turn.known && !rewritten.has(turn.known.id) ? [turn.known.id] : []))
  await store.confirmRelations(unchanged, readAt)
  const ids = await idsOf(store, turns, fresh.length > 0)
  const seen = turns.flatMap((turn) => {
    const relationId = turn.known?.id ?? ids.get(pairOf(turn.record.id, turn.read.staffId))
    return relationId === undefined ? [] : [{ ...turn, relationId }]
  })
  if (seen.some((turn) => turn.read.personalTags !== null)) await store.clearChecks(seen.filter((turn) => turn.known?.checkAt != null).map((turn) => turn.relationId), readAt)

  for (const { read, record, known: old, happened, relationId } of seen) {
    const about = { corpId, customerId: record.id, staffId: read.staffId }
    if (happened) {
      events.push({
        ...about, kind: happened.kind, subject: periodSubject(relationId, happened.at), data: { addWay: read.addWay, channel: read.channel }, at: happened.at,
        old: isOldNews(happened.at, readAt),
      })
    }
    if (old) events.push(...remarkNews(old, read, phones.same(corpId, old.phones, read.phones), readAt))
  }
  events.push(...await tagChanges(store, corpId, readAt, seen.map(({ read, record, known: old, relationId }) => ({ read, customerId: record.id, relationId, isNew: old === undefined }))))
  await appendCustomerEvents(tx, events)
  return new Map([...records].map(([externalUserId, record]) => [externalUserId, record.id]))
}

/** Ends a friendship of a locked customer, and says so in the log. */
export async function endFriendship(
  tx: Queries, corpId: number, relation: RelationRecord, end: { state: 'removed' | 'lost'; at: number; readAt: number; data?: Record<string, unknown> },
): Promise<void> {
  const store = intakeOf(tx, corpId)
  const next = whenEnded(relation, end)
  if (next !== relation) await store.setRelation(relation.id, { state: next.state, endedAt: next.endedAt, syncedAt: Math.max(relation.syncedAt, end.readAt), checkAt: null })
  // An end told late belongs to the friendship of that time, not to the one that was made since.
  const since = relation.addedAt <= end.at ? relation.addedAt : await store.friendsSince(relation.customerId, relation.staffId, end.at)
  await appendCustomerEvents(tx, [{
    corpId, customerId: relation.customerId, staffId: relation.staffId, kind: end.state === 'lost' ? 'lost' : 'removed_by_staff',
    subject: periodSubject(relation.id, since ?? end.at), data: end.data ?? {}, at: end.at,
  }])
}

/** One friendship from its beginning to its end is one subject, however often WeCom tells of it. */
function periodSubject(relationId: number, since: number): string {
  return `relation:${relationId}:${since}`
}

interface Turned { read: ReadRelation & { staffId: number }; record: CustomerRecord; known: RelationRecord | undefined; next: Friendship; happened: { kind: 'added' | 'restored'; at: number } | null }

async function turnsOf(store: IntakeStore, reading: Reading, records: Map<string, CustomerRecord>): Promise<Turned[]> {
  const staffIds = [...new Set(reading.relations.map((relation) => relation.staffId))]
  const known = new Map((await store.relations([...records.values()].map((record) => record.id), staffIds)).map((row) => [pairOf(row.customerId, row.staffId), row]))
  const turns = new Map<string, Turned>()
  for (const read of reading.relations) {
    const record = records.get(read.customer.externalUserId)
    if (!record) continue
    const pair = pairOf(record.id, read.staffId)
    const old = known.get(pair)
    const turn = whenSeen(old ?? null, { addedAt: read.addedAt, readAt: reading.readAt, heardAt: reading.heard?.get(read.staffId) ?? null })
    if (turn) turns.set(pair, { read, record, known: old, ...turn })
  }
  return [...turns.values()]
}

/** Brings the people themselves up to date; a new nickname is told. */
async function renew(store: IntakeStore, corpId: number, people: Map<string, ReadCustomer>, records: Map<string, CustomerRecord>, readAt: number): Promise<CustomerEvent[]> {
  const changed: CustomerRecord[] = []
  const events: CustomerEvent[] = []
  for (const [externalUserId, person] of people) {
    const record = records.get(externalUserId)
    if (!record || record.syncedAt > readAt) continue
    const { name, avatar, type, gender, unionId, corpName, corpFullName, position } = person
    const same = record.name === name && record.avatar === avatar && record.type === type && record.gender === gender && record.unionId === unionId
      && record.corpName === corpName && record.corpFullName === corpFullName && record.position === position
    if (same) continue
    changed.push({ ...record, name, avatar, type, gender, unionId, corpName, corpFullName, position, syncedAt: readAt })
    if (record.name !== name) {
      events.push({ corpId, customerId: record.id, staffId: null, kind: 'renamed', subject: `name:${readAt}`, data: { before: record.name, after: name }, at: readAt })
    }
  }
  await store.saveCustomers(changed)
  return events
}

function differs(known: RelationRecord, { read, next }: Turned, corpId: number, phones: PhoneBox): boolean {
  return known.remark !== read.remark || known.description !== read.description || known.remarkCorp !== read.remarkCorp || known.addWay !== read.addWay
    || known.channel !== read.channel || known.operUserid !== read.operUserid
    || known.state !== next.state || known.addedAt !== next.addedAt || known.endedAt !== next.endedAt || !phones.same(corpId, known.phones, read.phones)
}

async function idsOf(store: IntakeStore, turns: readonly Turned[], anyNew: boolean): Promise<Map<string, number>> {
  if (!anyNew) return new Map()
  const rows = await store.relations(turns.map((turn) => turn.record.id), [...new Set(turns.map((turn) => turn.read.staffId))])
  return new Map(rows.map((row) => [pairOf(row.customerId, row.staffId), row.id]))
}

function pairOf(customerId: number, staffId: number): string {
  return `${customerId}:${staffId}`
}
