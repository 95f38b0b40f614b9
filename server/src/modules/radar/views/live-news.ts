import { READING_NOW_MS } from '@zhike/shared'
import type { LiveEvent } from '@zhike/shared'
import type { Platform } from '../../../platform/platform.ts'
import type { RadarNeeds } from '../needs.ts'
import { factsOf } from './facts.ts'
import type { ViewDbRow } from './store.ts'

const AT_MOST_EVERY_MS = 1000
const REMEMBERED = 20_000

/**
 * Tells browsers who reads now: the sender, and the owners of the customer. About once a second per view;
 * and only while somebody listens; `always` for openings and ends. Whoever may not know which customer it was hears it without the name.
 */
export function createViewNews(platform: Platform, needs: Pick<RadarNeeds, 'customers' | 'materials' | 'corps'>) {
  const { clock, live } = platform
  const toldAt = new Map<number, number>()

  return async (corpId: number, list: readonly ViewDbRow[], urgency: 'throttled' | 'always' = 'throttled'): Promise<void> => {
    const now = clock.now()
    const due = list.filter((view) => urgency === 'always' || now - (toldAt.get(view.id) ?? 0) >= AT_MOST_EVERY_MS)
    if (due.length === 0 || (urgency === 'throttled' && !(await live.isHeard(corpId)))) return
    if (toldAt.size > REMEMBERED) toldAt.clear()
    for (const view of due) toldAt.set(view.id, now)
    const facts = await factsOf(platform.db, needs, corpId, due)
    await Promise.all(due.flatMap((view) => {
      const knowing = facts.owners(view.customerId)
      const groups = [
        { owners: [...new Set([...(facts.mayKnow(view, (id) => id === view.staffId) ? [view.staffId] : []), ...knowing])], mayKnow: true },
        { owners: facts.mayKnow(view, (id) => id === view.staffId) ? [] : [view.staffId], mayKnow: false },
      ]
      return groups.filter((group) => group.owners.length > 0).map(({ owners, mayKnow }) => {
        const event: LiveEvent = {
          kind: 'view', viewId: view.id, customerId: mayKnow ? view.customerId : null, materialId: view.materialId, staffId: view.staffId,
          title: facts.material(view)?.title ?? '', type: facts.material(view)?.type ?? 'link', readerName: facts.nameOf(view, mayKnow), reader: view.reader, visibleMs: view.visibleMs, lastPage: view.lastPage, pages: view.pages,
          openNumber: view.openNumber, readingNow: isReading(view, now), at: view.lastSeenAt,
        }
        return live.publish(corpId, { owners, event })
      })
    }))
  }
}

/** Is the page on screen right now, as far as we know? */
export function isReading(view: Pick<ViewDbRow, 'left' | 'lastSeenAt'>, now: number): boolean {
  return view.left === 0 && now - view.lastSeenAt < READING_NOW_MS
}
