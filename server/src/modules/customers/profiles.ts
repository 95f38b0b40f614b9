import { channelLabel, sourceLabel, starsOf } from '@zhike/shared'
import type { RelationState } from '@zhike/shared'
import type { CustomerProfile, CustomerRow, CustomerTag, Relation, StaffRef, TimelineRow } from '@zhike/shared/contract'
import { toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { AppError, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { asAppError, createQuestions } from '../corps/index.ts'
import type { GroupChats, GroupPerson } from '../group-chats/index.ts'
import { withinScope } from '../identity/index.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import { maySee, readableBy, seenBy } from './access.ts'
import type { Readable } from './access.ts'
import type { CustomerRecord, RelationRecord } from './intake-store.ts'
import type { Tombstones } from './erasing/tombstones.ts'
import type { PhoneBox } from './phones.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import { searchesInside } from './friendships-for-others.ts'
import { customersOf } from './store.ts'
import type { ListFilter, TagOnRelation } from './store.ts'
import { customerEvents, relations } from './tables.ts'
import { wordEvent } from './timeline.ts'
import { countWithin } from './wide-counts.ts'

interface CustomerQuery extends PageAt { q?: string; tagId?: string; ownerId?: number; state?: RelationState }
export type Profiles = ReturnType<typeof createProfiles>

/** Customers as people read them: list, profile, timeline. Always within the viewer's data scope (GEN-9). */
export function createProfiles(platform: Platform, needs: { identity: Identity; phones: PhoneBox; refresh: Refresh; groupChats: Pick<GroupChats, 'groupsWith'>; tombstones: Tombstones }) {
  const { db } = platform
  const { identity, phones } = needs
  const mayAsk = createQuestions(platform, 'customer')

  async function readable(viewer: Viewer, customerId: number): Promise<Readable> {
    const found = await readableBy(platform, viewer, await customersOf(db, viewer.corpId).byId(customerId))
    if (!found) throw notFound('客户')
    return found
  }

  async function present(viewer: Viewer, { customer, relations: seen }: Readable, everything = false): Promise<CustomerProfile> {
    const store = customersOf(db, viewer.corpId)
    const [tags, staff, otherStaff, groups, events] = await Promise.all([
      store.tagsOn(seen.map((row) => row.id)), identity.staffRefs(viewer.corpId, seen.map((row) => row.staffId)), store.otherFriends(customer.id, viewer.staffId),
      needs.groupChats.groupsWith(viewer, customer.externalUserId), store.countEvents(customer.id, seenBy(viewer, customerEvents.staffId)),
    ])
    const shown = seen.map((row) => presentRelation(viewer, row, everything ? tags : tagsSeen(viewer, row, tags), staff))
    return {
      customerId: customer.id, externalUserId: customer.externalUserId, name: customer.name, avatar: customer.avatar, kind: kindOf(customer),
      gender: customer.gender === 1 ? 'male' : customer.gender === 2 ? 'female' : 'unknown',
      corpName: customer.corpName, corpFullName: customer.corpFullName, position: customer.position, score: customer.score, stars: starsOf(customer.score),
      own: shown.find((row) => row.own) ?? null, relations: shown, otherStaff, groupChats: groups.map(({ groupChatId, name }) => ({ groupChatId, name })), events,
    }
  }

  function presentRelation(viewer: Viewer, row: RelationRecord, tags: readonly TagOnRelation[], staff: Map<number, StaffRef>): Relation {
    return {
      staff: staffOr(staff, row.staffId), remark: row.remark, description: row.description, remarkCorp: row.remarkCorp,
      phones: phones.masked(viewer.corpId, row.phones), phonesMark: phones.mark(row.phones), addWay: row.addWay, source: sourceLabel(row.addWay), channel: row.channel === null ? null : channelLabel(row.channel), addedAt: row.addedAt,
      state: row.state, endedAt: row.endedAt, tags: tagsFor(row, tags), own: row.staffId === viewer.staffId,
    }
  }

  return {
    readable,
    /** @param everything also the personal tags of colleagues: for what is handed to the customer on her request (SYS-17) */
    async profile(viewer: Viewer, customerId: number, everything = false): Promise<CustomerProfile> {
      return await present(viewer, await readable(viewer, customerId), everything)
    },
    /** By the id the chat gives. Somebody we don't know yet, or not as a friend of the viewer, is read from WeCom at once. */
    async profileByExternal(viewer: Viewer, externalUserId: string): Promise<CustomerProfile> {
      const find = async () => await readableBy(platform, viewer, (await customersOf(db, viewer.corpId).byExternalIds([externalUserId]))[0])
      let found = await find()
      if (found?.own?.state !== 'active') {
        try {
          if (await mayAsk(viewer, externalUserId)) await needs.refresh.customer(viewer.corpId, externalUserId)
        } catch (error) {
          if (!found) throw asAppError(error)
          platform.log.info({ err: error }, 'customer not refreshed')
        }
        found = await find()
      }
      if (!found && await needs.tombstones.has(db, viewer.corpId, externalUserId)) throw new AppError('gone', '这位客户的资料已按本人要求删除；重新加为好友后会再显示')
      if (!found) throw notFound('客户')
      return await present(viewer, found)
    },
    async list(viewer: Viewer, query: CustomerQuery): Promise<{ items: CustomerRow[]; next: string | null; total?: number }> {
      const store = customersOf(db, viewer.corpId)
      const filter: ListFilter = {
        scope: withinScope(viewer, relations.staffId), inside: searchesInside(viewer.owners),
        q: query.q === '' ? undefined : query.q, tagId: query.tagId, ownerId: query.ownerId, state: query.state ?? 'active',
      }
      const about = JSON.stringify([filter.q, filter.tagId, filter.ownerId, filter.state])
      const count = async () => new Map([['total', await store.count(filter)]])
      const [rows, counts] = await Promise.all([store.list(filter, query), query.after ? undefined : countWithin(platform, viewer, `customers ${about}`, count)])
      const page = rows.slice(0, query.limit)
      const [tags, staff, reads] = await Promise.all([
        store.tagsOn(page.map((row) => row.relation.id)), identity.staffRefs(viewer.corpId, page.map((row) => row.relation.staffId)), store.lastReads(page.map((row) => row.customer.id)),
      ])
      const shown = toPage(rows, query.limit, ({ relation }) => [relation.addedAt, relation.id], ({ relation, customer }) => ({
        customerId: customer.id, externalUserId: customer.externalUserId, name: customer.name, avatar: customer.avatar, kind: kindOf(customer), corpName: customer.corpName,
        remark: relation.remark, owner: staffOr(staff, relation.staffId), tags: tagsFor(relation, tagsSeen(viewer, relation, tags)), source: sourceLabel(relation.addWay),
        addedAt: relation.addedAt, state: relation.state, lastReadAt: reads.get(customer.id) ?? null,
      }))
      return { ...shown, total: counts?.get('total') }
    },
    /** Newest first; what colleagues outside the data scope did is left out. @param everything as for `profile` */
    async timeline(viewer: Viewer, customerId: number, page: PageAt, everything = false): Promise<{ items: TimelineRow[]; next: string | null }> {
      await readable(viewer, customerId)
      const rows = await customersOf(db, viewer.corpId).events(customerId, seenBy(viewer, customerEvents.staffId), page)
      const staff = await identity.staffRefs(viewer.corpId, rows.flatMap((row) => (row.staffId === null ? [] : [row.staffId])))
      return toPage(rows, page.limit, (row) => [row.at, row.id], (row) => ({
        eventId: row.id, kind: row.kind, at: row.at, staff: row.staffId === null ? null : staff.get(row.staffId) ?? null, ...wordEvent(row.kind, row.data, everything || row.staffId === viewer.staffId),
      }))
    },
    /** Names and pictures of customers, and whether they are the viewer's own friends; for lists of people in groups. */
    async peopleIn(viewer: Viewer, externalIds: readonly string[]): Promise<Map<string, GroupPerson>> {
      const store = customersOf(db, viewer.corpId)
      const records = await store.byExternalIds(externalIds)
      const friends = (await store.relationsOf(records.map((record) => record.id))).filter((relation) => relation.state === 'active')
      return new Map(records.flatMap((record) => {
        const mine = friends.filter((relation) => relation.customerId === record.id)
        if (mine.length === 0) return []
        const visible = mine.some((relation) => maySee(viewer, relation.staffId))
        return [[record.externalUserId, { customerId: visible ? record.id : null, name: record.name, avatar: record.avatar, own: mine.some((relation) => relation.staffId === viewer.staffId) }]]
      }))
    },
  }
}

function kindOf(customer: CustomerRecord): 'wechat' | 'wecom' {
  return customer.type === 2 ? 'wecom' : 'wechat'
}

/** Personal tags are the member's own: nobody else sees them (TAG-10). */
function tagsSeen(viewer: Viewer, { staffId }: Pick<RelationRecord, 'staffId'>, tags: readonly TagOnRelation[]): readonly TagOnRelation[] {
  return staffId === viewer.staffId ? tags : tags.filter((tag) => tag.kind === 'wecom')
}

function tagsFor(relation: Pick<RelationRecord, 'id'>, tags: readonly TagOnRelation[]): CustomerTag[] {
  return tags.filter((tag) => tag.relationId === relation.id).map(({ tagId, name, group, kind }) => ({ tagId, name, group, kind }))
}

function staffOr(staff: Map<number, StaffRef>, staffId: number): StaffRef {
  return staff.get(staffId) ?? { staffId, userid: '', name: '未知员工', avatar: null }
}
