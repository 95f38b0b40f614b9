import type { Queries } from '../../../platform/db/connect.ts'
import type { ShareRow } from '../shares/store.ts'
import { viewsOf } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'

/** Unknown readers of one link and of all its copies that are told of one by one within an hour; of the others one message tells when it is over. */
const STRANGERS_TOLD = 3
export const CROWD_MS = 60 * 60 * 1000
/** The start of the hour that an opening by an unknown reader counts in. */
export const hourOf = (openedAt: number) => openedAt - (openedAt % CROWD_MS)
/** The first link of a view's chain: passing it on makes no other link of it. */
export const chainOf = (view: ViewDbRow, { share }: { share(view: ViewDbRow): ShareRow | undefined }): number => share(view)?.rootId ?? view.shareId

/**
 * Views by unknown readers that nobody is told of one by one: a link goes round, or somebody makes up readers. Readers with
 * a name are always told of. With the chains locked the first ones stay the first.
 */
export async function crowdAmong(q: Queries, corpId: number, views: readonly ViewDbRow[], facts: { share(view: ViewDbRow): ShareRow | undefined }): Promise<Set<number>> {
  const told = new Map<string, string[]>()
  const found = new Set<number>()
  for (const view of views.filter((one) => one.customerId === null)) {
    const [chain, hour] = [chainOf(view, facts), hourOf(view.openedAt)]
    const key = `${chain}:${hour}`
    const first = told.get(key) ?? await viewsOf(q, corpId).firstStrangers(chain, view, hour, hour + CROWD_MS, STRANGERS_TOLD)
    told.set(key, first)
    if (!first.includes(view.visitorId)) found.add(view.id)
  }
  return found
}
