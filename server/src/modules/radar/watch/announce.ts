import { dayName } from '@zhike/shared'
import type { MaterialType } from '@zhike/shared'
import { isDatabaseAway } from '../../../platform/db/connect.ts'
import type { Queries } from '../../../platform/db/connect.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { halving } from '../../../platform/halving.ts'
import type { Platform } from '../../../platform/platform.ts'
import { isRedisAway } from '../../../platform/redis.ts'
import type { Corp } from '../../corps/index.ts'
import { appendCustomerEvents } from '../../customers/index.ts'
import type { CustomerEvent } from '../../customers/index.ts'
import { heatIn, warmedBy } from '../figures/heat.ts'
import { materialSumsOf } from '../figures/sums.ts'
import type { RadarNeeds } from '../needs.ts'
import { crowdAmong } from '../messages/crowd.ts'
import type { Messenger } from '../messages/messenger.ts'
import { alsoTold } from '../messages/receivers.ts'
import type { RadarSettingsArea } from '../settings.ts'
import { canNameReaders } from '../views/can-name.ts'
import { readerOf } from '../views/reader-rule.ts'
import { sharesOf } from '../shares/store.ts'
import type { ShareRow, VisitorRow } from '../shares/store.ts'
import { factsOf } from '../views/facts.ts'
import { ledgerFor } from '../views/reader-ledger.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'
import type { Aside } from './aside.ts'

const AT_ONCE = 100

/** What a view is in the customer log: an opening of the reader, and something passed on by the customer who did it (MAT-17, MAT-19). */
export function eventsOf(view: ViewDbRow, facts: { material(view: ViewDbRow): { title: string; type: MaterialType } | undefined; passedOnBy(view: ViewDbRow): { customerId: number } | null }): CustomerEvent[] {
  const about = { corpId: view.corpId, staffId: view.staffId, subject: `view:${view.id}`, data: openedEventData(view, facts.material(view)), at: view.openedAt }
  const giver = facts.passedOnBy(view)?.customerId ?? null
  return [
    ...(view.customerId === null ? [] : [{ ...about, customerId: view.customerId, kind: 'material_opened' as const }]),
    ...(view.reader !== 'forwarded' || giver === null || giver === view.customerId ? [] : [{ ...about, customerId: giver, kind: 'material_forwarded' as const }]),
  ]
}

/** The facts of a view in the customer log; kept up to date while it lasts. */
function openedEventData(view: ViewDbRow, material: { title: string; type: MaterialType } | undefined): Record<string, unknown> {
  return { title: material?.title ?? '', type: material?.type, materialId: view.materialId, visibleMs: view.visibleMs, maxPage: view.maxPage, pages: view.pages, depth: view.depth, shareId: view.shareId, viewId: view.id, openNumber: view.openNumber, reader: view.reader }
}

/**
 * Announces new views once: who the reader is, timeline (MAT-17), figures, notices (MAT-16), all in one transaction.
 * One that fails is left aside for a while.
 * @returns the views that this call announced; others had been, or belong to no share
 */
export function createAnnouncer(platform: Platform, needs: RadarNeeds, { messenger, settings, aside }: { messenger: Messenger; settings: RadarSettingsArea; aside: Aside }): (corpId: number, viewIds: readonly number[]) => Promise<ViewDbRow[]> {
  const { db, clock } = platform

  async function announceSome(corp: Corp, viewIds: readonly number[]): Promise<ViewDbRow[]> {
    const [inGroup, how, named] = await Promise.all([groupReaders(corp, viewIds), settings.of(corp.id), canNameReaders(corp, needs)])
    return await inTransaction(db, async (tx) => {
      const store = viewsOf(tx, corp.id)
      const fresh = (await store.lockFresh(viewIds)).sort((a, b) => a.openedAt - b.openedAt || a.id - b.id)
      const readers = await identify(tx, corp, fresh, { inGroup, presumed: !named })
      await store.removeOrphans(fresh.filter((row) => !readers.has(row.id)).map((row) => row.id))
      const known = fresh.flatMap((row) => readers.get(row.id) ?? [])
      if (known.length === 0) return []
      const ledger = await ledgerFor(tx, corp.id, known)
      const counted = known.map((view) => ({ view, ...ledger.count(view) }))
      const facts = await factsOf(tx, needs, corp.id, known)
      const views = counted.map(({ view, openNumber }) => ({ ...view, openNumber, alsoTold: alsoTold(view, facts) }))
      await store.announce(views)
      const inCrowd = await crowdAmong(tx, corp.id, views, facts)
      await appendCustomerEvents(tx, views.filter((view) => !inCrowd.has(view.id)).flatMap((view) => eventsOf(view, facts)))
      await materialSumsOf(tx, corp.id).add(counted.map(({ view, newToSender, newToMaterial }) => ({
        materialId: view.materialId, staffId: view.staffId, day: dayName(view.openedAt, corp.zone), views: 1, readers: newToSender ? 1 : 0, newReaders: newToMaterial ? 1 : 0,
      })))
      await heatIn(tx, corp.id).add(views.flatMap((view) => warmedBy(view, facts, { openings: 1, readMs: 0 }) ?? []))
      await messenger.opened(tx, corp, how, views, facts, inCrowd)
      return views
    })
  }

  /** Which readers of group links are in that group; asked before the transaction, and only of readers with a name. */
  async function groupReaders(corp: Corp, viewIds: readonly number[]): Promise<Set<string>> {
    const rows = await viewsOf(db, corp.id).byIds(viewIds)
    const store = sharesOf(db, corp.id)
    const [shares, visitors] = await Promise.all([store.byIds(rows.map((row) => row.shareId)), store.visitors(rows.map((row) => row.visitorId))])
    const roots = await store.byIds([...shares.values()].flatMap((share) => share.rootId ?? []))
    const customers = await needs.customers.customerNames(db, corp.id, [...visitors.values()].flatMap((visitor) => visitor.customerId ?? []))
    const found = new Set<string>()
    for (const row of rows) {
      const share = shares.get(row.shareId)
      const groupChatId = (share?.rootId ? roots.get(share.rootId) : share)?.groupChatId ?? null
      const customer = customers.get(visitors.get(row.visitorId)?.customerId ?? 0)
      if (groupChatId !== null && customer && await needs.groupChats.isInGroup(corp.id, groupChatId, customer.externalUserId)) found.add(readingKey(row))
    }
    return found
  }

  /** Who reads each view; binds addressed shares to the first device. Views of unknown shares are left out. */
  async function identify(tx: Queries, corp: Corp, fresh: readonly ViewDbRow[], { inGroup, presumed }: { inGroup: ReadonlySet<string>; presumed: boolean }): Promise<Map<number, ViewDbRow>> {
    const store = sharesOf(tx, corp.id)
    const shares = await store.lock(fresh.map((row) => row.shareId))
    const visitors = await store.visitors(fresh.map((row) => row.visitorId))
    const found = new Map<number, ViewDbRow>()
    const bindings = new Map<number, string | null>()
    const known = new Map<string, number>()
    const bind = (share: ShareRow, visitorId: string | null) => {
      share.boundVisitor = visitorId
      bindings.set(share.id, visitorId)
    }
    for (const row of fresh) {
      const share = shares.get(row.shareId)
      if (!share) continue
      const visitor = visitors.get(row.visitorId) ?? stranger(corp.id, row.visitorId, clock.now())
      // WeChat has named the device's owner since it was bound: she is not the addressee.
      if (share.boundVisitor === visitor.visitorId && visitor.knownBy === 'wechat' && visitor.customerId !== share.customerId) bind(share, null)
      const { reader, customerId, binds } = readerOf({ share, root: share.rootId === null ? null : shares.get(share.rootId) ?? { customerId: null }, visitor, inGroup: inGroup.has(readingKey(row)), presumed })
      if (binds) bind(share, visitor.visitorId)
      if (customerId !== null && visitor.customerId === null && share.boundVisitor === visitor.visitorId) {
        known.set(visitor.visitorId, customerId)
        visitors.set(visitor.visitorId, { ...visitor, customerId, knownBy: 'share' })
      }
      found.set(row.id, { ...row, reader, customerId })
    }
    await store.bind(bindings)
    await store.knowByShare(known, clock.now())
    return found
  }

  return async (corpId, viewIds) => {
    const corp = await needs.corps.byId(corpId)
    if (!corp) {
      viewIds.forEach(aside.put)
      return []
    }
    const announced: ViewDbRow[] = []
    const due = aside.without(viewIds)
    for (let i = 0; i < due.length; i += AT_ONCE) {
      announced.push(...await halving(due.slice(i, i + AT_ONCE), (some) => announceSome(corp, some), {
        passing: (error) => isDatabaseAway(error) || isRedisAway(error),
        refused(viewId, error) {
          platform.log.error({ err: error, corpId, viewId }, 'a view could not be announced')
          aside.put(viewId)
        },
      }))
    }
    aside.done(announced.map((view) => view.id))
    return announced
  }
}

const readingKey = (row: ViewDbRow) => `${row.shareId}:${row.visitorId}`

function stranger(corpId: number, visitorId: string, now: number): VisitorRow {
  return { corpId, visitorId, externalUserId: null, openId: null, customerId: null, knownBy: null, accountOpenId: null, unionId: null, createdAt: now }
}
