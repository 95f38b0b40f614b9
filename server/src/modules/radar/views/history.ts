import { randomToken } from '../../../platform/crypto/secret-box.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Platform } from '../../../platform/platform.ts'
import { dayName } from '@zhike/shared'
import type { ReaderKind } from '@zhike/shared'
import { appendCustomerEvents } from '../../customers/index.ts'
import type { CustomerEvent } from '../../customers/index.ts'
import { heatIn, pointsFor } from '../figures/heat.ts'
import type { Warmth } from '../figures/heat.ts'
import { materialSumsOf } from '../figures/sums.ts'
import type { Counted, CountedPage } from '../figures/sums.ts'
import type { RadarNeeds } from '../needs.ts'
import { sharesOf } from '../shares/store.ts'
import { eventsOf } from '../watch/announce.ts'
import { createReaderLedger } from './reader-ledger.ts'
import { VIEW_STATE, viewsOf } from './store.ts'

/** A share of earlier days with its views, e.g. of the demo corp. Times are epoch ms. */
export interface PastShare {
  materialId: number
  staffId: number
  to: { customerId: number } | { groupChatId: number }
  sentAt: number
  views: readonly PastView[]
}
export interface PastView {
  openedAt: number
  /** Visible milliseconds by page, first page first; empty for materials without pages. */
  pageMs: readonly number[]
  visibleMs: number
  reader: ReaderKind
  customerId: number | null
  /** Names the device, so that two views of one stranger are one reader; a new one when left out. */
  visitor?: string
  /** Pages of the material, null without. */
  pages: number | null
  device?: string
}

const PER_TRANSACTION = 50

/**
 * Writes shares and views of the past, with their figures and timeline, as if they had happened here; nobody is notified.
 * @returns how many of each were written
 */
export async function importHistory(platform: Platform, needs: Pick<RadarNeeds, 'corps' | 'materials'>, corpId: number, past: readonly PastShare[]): Promise<{ shares: number; views: number }> {
  const corp = await needs.corps.byId(corpId)
  if (!corp) throw new Error(`there is no corp ${corpId}`)
  const titles = await needs.materials.titles(platform.db, corpId, [...new Set(past.map((share) => share.materialId))])
  const ledger = createReaderLedger()
  const inOrder = [...past].sort((a, b) => a.sentAt - b.sentAt).map((share) => ({
    share,
    views: [...share.views].sort((a, b) => a.openedAt - b.openedAt).map((view) => {
      const visitorId = visitorOf(view)
      return { view, visitorId, ...ledger.count({ visitorId, customerId: view.customerId, materialId: share.materialId, staffId: share.staffId }) }
    }),
  }))
  for (let i = 0; i < inOrder.length; i += PER_TRANSACTION) {
    await inTransaction(platform.db, async (tx) => {
      const store = viewsOf(tx, corpId)
      const events: CustomerEvent[] = []
      const sums: Counted[] = []
      const pages: { viewId: number; page: number; visibleMs: number; countedMs: number }[] = []
      const pageSums: CountedPage[] = []
      const warmth: Warmth[] = []
      for (const { share, views } of inOrder.slice(i, i + PER_TRANSACTION)) {
        const { materialId, staffId } = share
        const title = titles.get(materialId)?.title ?? ''
        const customerId = 'customerId' in share.to ? share.to.customerId : null
        const shareId = await sharesOf(tx, corpId).insert({
          token: randomToken(16), materialId, staffId, context: customerId === null ? 'group_chat' : 'single_chat', customerId,
          groupChatId: 'groupChatId' in share.to ? share.to.groupChatId : null, requestId: crypto.randomUUID(), state: 'sent', createdAt: share.sentAt, sentAt: share.sentAt,
          boundVisitor: customerId === null ? null : views.find(({ view }) => view.reader === 'customer')?.visitorId ?? null,
        })
        sums.push({ materialId, staffId, day: dayName(share.sentAt, corp.zone), shares: 1 })
        if (customerId !== null) events.push({ corpId, customerId, kind: 'share_sent', staffId, subject: `share:${shareId}`, data: { title, materialId, shareId }, at: share.sentAt, old: true })
        for (const { view, visitorId, openNumber, newToSender, newToMaterial } of views) {
          const read = view.pageMs.flatMap((ms, page) => (ms > 0 ? [{ page: page + 1, visibleMs: ms }] : []))
          const lastPage = read.at(-1)?.page ?? null
          const row = {
            viewKey: randomToken(12), shareId, materialId, staffId, visitorId, customerId: view.customerId, reader: view.reader,
            openedAt: view.openedAt, lastSeenAt: view.openedAt + view.visibleMs, visibleMs: view.visibleMs, countedMs: view.visibleMs, lastPage, maxPage: lastPage, pages: view.pages,
            depth: view.pages ? Math.round(((lastPage ?? 0) / view.pages) * 100) : 100, left: 1, device: view.device ?? '', openNumber, announced: VIEW_STATE.finished, alsoTold: null,
          }
          const id = await store.insert(row)
          pages.push(...read.map((entry) => ({ viewId: id, ...entry, countedMs: entry.visibleMs })))
          pageSums.push(...read.map(({ page, visibleMs }) => ({ materialId, staffId, page, views: 1, readMs: visibleMs })))
          if (view.customerId !== null && view.reader === 'customer') warmth.push({ staffId, customerId: view.customerId, points: pointsFor({ openings: 1, readMs: view.visibleMs }), at: view.openedAt })
          sums.push({ materialId, staffId, day: dayName(view.openedAt, corp.zone), views: 1, readers: newToSender ? 1 : 0, newReaders: newToMaterial ? 1 : 0, readings: 1, readMs: view.visibleMs })
          const facts = { material: () => titles.get(materialId), passedOnBy: () => (customerId === null ? null : { customerId }) }
          events.push(...eventsOf({ ...row, id, corpId }, facts).map((event) => ({ ...event, old: true })))
        }
      }
      await store.addPages(pages)
      await materialSumsOf(tx, corpId).add(sums)
      await materialSumsOf(tx, corpId).addPages(pageSums)
      await heatIn(tx, corpId).add(warmth)
      await appendCustomerEvents(tx, events)
    })
  }
  return { shares: inOrder.length, views: inOrder.reduce((sum, { views }) => sum + views.length, 0) }
}

function visitorOf(view: PastView): string {
  return (view.visitor ?? (view.customerId === null ? randomToken(12) : `past-${view.customerId}`)).slice(0, 32)
}
