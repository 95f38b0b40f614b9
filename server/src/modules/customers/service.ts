import type { Queries } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { GroupChats } from '../group-chats/index.ts'
import type { Identity, Register, StaffFigures, Viewer } from '../identity/index.ts'
import { withPatience } from '../jobs/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { readableBy } from './access.ts'
import { createAutoTagRound } from './auto-tags/round.ts'
import { createErasing } from './erasing/erase-customer.ts'
import { createErasingRound } from './erasing/erasing-round.ts'
import type { ForgetCustomer } from './erasing/erasing-round.ts'
import { createTombstones } from './erasing/tombstones.ts'
import { customerEventHandlers } from './events.ts'
import { createExporting } from './exporting.ts'
import type { ReadingsOf } from './exporting.ts'
import { tellMemberships } from './group-memberships.ts'
import { createPhoneBox } from './phones.ts'
import { createProfiles } from './profiles.ts'
import { createRefresh } from './refresh-from-wecom.ts'
import { createReactions } from './log-reactions.ts'
import { createRelay } from './log-relay.ts'
import { createRounds } from './due-work.ts'
import { customerRoutes, tagRoutes } from './routes.ts'
import type { CustomerRecord } from './intake-store.ts'
import { customersOf } from './store.ts'
import { createCustomerSync } from './sync.ts'
import { createRemarking } from './remarking.ts'
import { createTagEditing } from './tag-editing.ts'
import type { TagUses } from './tag-editing.ts'
import { createTagMarking } from './tag-marking.ts'
import { createTaggingByHand } from './tagging-by-hand.ts'
import { createTags } from './tags.ts'
import { createWecomWriting } from './wecom-writing.ts'

/** A customer as other areas name her. `name` is the nickname, not a member's remark. */
/** @property channel where she is from, as WeCom marks her: 微信, or the name of her corp */
export interface CustomerRef { customerId: number; externalUserId: string; name: string; avatar: string | null; channel: string }

/** What customers ask of the areas that are made after them. */
export interface Elsewhere {
  /** Every other area that knows something of customers. */
  forget: readonly ForgetCustomer[]
  /** What customers read, as the viewer may see it. */
  readings: ReadingsOf
  materialsWithTag: TagUses
}

export type Customers = ReturnType<typeof createCustomers>

const RELAY_EVERY_MS = 500
const AUTO_TAGS_EVERY_MS = 1_000
const ERASE_EVERY_MS = 3_000
const CHECKS_EVERY_MS = 15_000
const DUE_EVERY_MS = 60_000
const FIRST_DUE_MS = 3_000

/** Customers, their relations and tags: brought over from WeCom and kept current. */
export function createCustomers(platform: Platform, needs: { corps: Corps; identity: Identity; audit: Audit; jobs: Jobs; groupChats: Pick<GroupChats, 'groupsWith'>; elsewhere: () => Elsewhere }) {
  const { db, log } = platform
  const { identity, jobs } = needs
  const phones = createPhoneBox(platform.secrets)
  const tombstones = createTombstones(platform)
  const refresh = createRefresh(platform, { ...needs, phones, tombstones })
  const tags = createTags(platform, needs)
  const tagEditing = createTagEditing(platform, { ...needs, tags, materialsWith: (corpId, tagId) => needs.elsewhere().materialsWithTag(corpId, tagId) })
  const profiles = createProfiles(platform, { ...needs, phones, refresh, tombstones })
  const writing = createWecomWriting(platform, { ...needs, refresh })
  const marking = createTagMarking(platform, { writing, tags, refresh })
  const setAutoTags = createAutoTagRound(platform, { ...needs, tags, marking })
  const taggingByHand = createTaggingByHand(platform, { ...needs, tags, profiles, marking })
  const remarking = createRemarking(platform, { ...needs, profiles, writing, refresh, phones })
  const reactions = createReactions(platform, needs)
  const relay = createRelay(platform, reactions)
  const erase = createErasing(platform, { ...needs, profiles, tombstones })
  const eraseEverywhere = createErasingRound(platform, { tombstones, areas: () => needs.elsewhere().forget })
  const exporting = createExporting({ ...needs, profiles, phones, readings: (viewer, query) => needs.elsewhere().readings(viewer, query) })
  const rounds = createRounds(platform, { ...needs, refresh })
  jobs.define('customers_sync', createCustomerSync(platform, { ...needs, refresh }))
  jobs.define('tags_sync', async (job) => {
    const found = await withPatience(job, () => tags.sync(job.corpId))
    await job.progress({ done: found.tags, total: found.tags, note: `${found.groups} 个标签组，${found.tags} 个标签` })
  })
  const running: Repeated[] = []
  let firstDue: NodeJS.Timeout | undefined

  return {
    /** For the callbacks area: what to do on WeCom's events about customers and tags. */
    events: customerEventHandlers({ identity, refresh, tags }),
    /** Calls `react` for each new row of a kind in the customer log (architecture §5); see `Reaction`. */
    onEvent: reactions.on,
    /** For the groups area: who of the people in a group is a customer, and the customer log of who came and left. */
    inGroups: { peopleIn: profiles.peopleIn, tell: tellMemberships, erased: tombstones.among },
    async customerByExternal(corpId: number, externalUserId: string): Promise<CustomerRef | null> {
      const [row] = await customersOf(db, corpId).byExternalIds([externalUserId])
      return row ? refOf(row) : null
    },
    /** By the unionid that the corp's official account tells; null for somebody who is no customer, or whose unionid WeCom did not tell. */
    async customerByUnion(corpId: number, unionId: string): Promise<CustomerRef | null> {
      const row = await customersOf(db, corpId).byUnionId(unionId)
      return row ? refOf(row) : null
    },
    /** By customer id; unknown ids are left out. @param q the caller's transaction, when she is in one */
    async customerNames(q: Queries, corpId: number, ids: readonly number[]): Promise<Map<number, CustomerRef>> {
      return new Map((await customersOf(q, corpId).byIds(ids)).map((row) => [row.id, refOf(row)]))
    },
    /** Was this person's data deleted on request, and has no friendship begun since (SYS-17)? */
    isErased: (corpId: number, externalUserId: string): Promise<boolean> => tombstones.has(db, corpId, externalUserId),
    /** The same for somebody of whom only the unionid is known. */
    isErasedUnion: (corpId: number, unionId: string): Promise<boolean> => tombstones.hasUnion(db, corpId, unionId),
    /** Of these corp tags those that there are, with their names. */
    knownTags: tags.known,
    /** Is the customer the viewer's own, or within her data scope? False for other corps' ids. */
    async mayRead(viewer: Viewer, customerId: number): Promise<boolean> {
      return (await readableBy(platform, viewer, await customersOf(db, viewer.corpId).byId(customerId))) !== null
    },
    routes(register: Register): void {
      tagRoutes(register, { tags, tagEditing, jobs })
      customerRoutes(register, platform, { ...needs, profiles, taggingByHand, remarking, phones, erase, exporting })
    },
    /** Worker role: looks after what is due. */
    async work(): Promise<void> {
      running.push(
        repeatedly(RELAY_EVERY_MS, 'customer log', (ending) => relay.round(ending), log), repeatedly(AUTO_TAGS_EVERY_MS, 'automatic tags', setAutoTags, log),
        repeatedly(ERASE_EVERY_MS, 'deleted customers', eraseEverywhere, log), repeatedly(CHECKS_EVERY_MS, 'checks of tags', rounds.settleChecks, log),
      )
      firstDue = setTimeout(() => void running.push(repeatedly(DUE_EVERY_MS, 'due syncs', rounds.startDue, log)), FIRST_DUE_MS)
      firstDue.unref()
    },
    /** Ends what `work` began by the clock; waits for the rounds in hand. */
    async stop(): Promise<void> {
      clearTimeout(firstDue)
      await Promise.all(running.splice(0).map((round) => round.stop()))
    },
  }
}

/** Friends per member, for the list of members. Made before the identity area, which customers stand on. */
export function createStaffFigures(platform: Platform): StaffFigures {
  return { customersOf: (corpId, staffIds) => customersOf(platform.db, corpId).friendsPerStaff(staffIds) }
}

function refOf(row: Pick<CustomerRecord, 'id' | 'externalUserId' | 'name' | 'avatar' | 'type' | 'corpName'>): CustomerRef {
  return { customerId: row.id, externalUserId: row.externalUserId, name: row.name, avatar: row.avatar, channel: row.type === WECHAT ? '微信' : row.corpName ?? '企业微信' }
}

/** `type` of an external contact (wecom-api/03 §1). */
const WECHAT = 1
