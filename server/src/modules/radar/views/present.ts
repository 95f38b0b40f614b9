import type { ViewRow } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { mayOwn } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { storyKey } from '../messages/keys.ts'
import { receiversOf } from '../messages/receivers.ts'
import { factsOf } from './facts.ts'
import { isReading } from './live-news.ts'
import { viewsOf } from './store.ts'
import type { ViewDbRow } from './store.ts'
import { DELETED_MATERIAL, leftMember } from './gone.ts'

/** Makes views into rows as a viewer may see them, in the order given; a fixed number of queries for all of them. */
export function createViewPresenter({ db, clock }: Pick<Platform, 'db' | 'clock'>, needs: RadarNeeds) {
  return async (viewer: Viewer, rows: readonly ViewDbRow[]): Promise<ViewRow[]> => {
    if (rows.length === 0) return []
    const now = clock.now()
    const [facts, staff, pages, told] = await Promise.all([
      factsOf(db, needs, viewer.corpId, rows), needs.identity.staffRefs(viewer.corpId, [...new Set(rows.flatMap(receiversOf))]), viewsOf(db, viewer.corpId).pagesOf(rows.map((row) => row.id)),
      needs.notices.toldAt(db, viewer.corpId, rows.flatMap((row) => receiversOf(row).map((staffId) => storyKey('open', row.id, staffId)))),
    ])
    const member = (staffId: number) => staff.get(staffId) ?? leftMember(staffId)
    return rows.map((row) => {
      const mayKnow = facts.mayKnow(row, (staffId) => mayOwn(viewer, staffId))
      const customer = mayKnow ? facts.customer(row.customerId) : null
      const material = facts.material(row)
      return {
        viewId: row.id, shareId: row.shareId,
        material: { materialId: row.materialId, title: material?.title ?? DELETED_MATERIAL, type: material?.type ?? 'link', pages: row.pages },
        reader: row.reader, customer: customer && { customerId: customer.customerId, name: customer.name, avatar: customer.avatar, channel: customer.channel }, readerName: facts.nameOf(row, mayKnow),
        staff: member(row.staffId),
        openedAt: row.openedAt, lastSeenAt: row.lastSeenAt, visibleMs: row.visibleMs, lastPage: row.lastPage, maxPage: row.maxPage, pageMs: pages.get(row.id) ?? [],
        depth: row.depth, readingNow: isReading(row, now), device: row.device, openNumber: row.openNumber,
        told: receiversOf(row).map((staffId) => ({ staff: member(staffId), at: told.get(storyKey('open', row.id, staffId)) ?? null })),
      }
    })
  }
}
