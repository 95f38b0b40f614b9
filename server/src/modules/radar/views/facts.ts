import type { Queries } from '../../../platform/db/connect.ts'
import { friendshipsOf } from '../../customers/index.ts'
import type { CustomerRef } from '../../customers/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { readerName } from './reader-name.ts'
import { sharesOf } from '../shares/store.ts'
import type { ShareRow } from '../shares/store.ts'
import type { ViewDbRow } from './store.ts'

type Needs = Pick<RadarNeeds, 'customers' | 'materials' | 'corps'>
type Title = Awaited<ReturnType<RadarNeeds['materials']['titles']>> extends Map<number, infer T> ? T : never

/** What has to be known beside views to speak of them: their shares, materials, customers and those customers' owners. */
export interface ViewFacts {
  share(view: ViewDbRow): ShareRow | undefined
  material(view: ViewDbRow): Title | undefined
  customer(customerId: number | null): CustomerRef | null
  owners(customerId: number | null): readonly number[]
  /** To whom the link, or the first one of its chain, was sent: the sender knows her. */
  addressee(view: ViewDbRow): CustomerRef | null
  /** The customer who passed it on: by her device, or the addressee, whose own link somebody else has. Null of a device that nobody knows. Not everybody may know her name. */
  passedOnBy(view: ViewDbRow): CustomerRef | null
  /** The reader's name for somebody who may, or may not, see which customer it was. */
  nameOf(view: ViewDbRow, mayKnow: boolean): string
  /**
   * Is it told which customer read? The addressee is known to the sender; of a customer that a link was passed on to,
   * only those learn the name who are allowed to see that customer (MAT-19, GEN-9).
   */
  mayKnow(view: ViewDbRow, sees: (staffId: number) => boolean): boolean
}

/** Reads the facts for views of one corp with a fixed number of queries. */
export async function factsOf(q: Queries, needs: Needs, corpId: number, list: readonly ViewDbRow[]): Promise<ViewFacts> {
  const shares = await sharesOf(q, corpId).byIds(list.map((view) => view.shareId))
  const chain = [...shares.values()].filter((share) => share.context === 'forward')
  const [roots, forwarders] = await Promise.all([sharesOf(q, corpId).byIds(chain.flatMap((share) => share.rootId ?? [])), sharesOf(q, corpId).visitors(chain.flatMap((share) => share.forwardedBy ?? []))])
  const addresseeOf = (share: ShareRow | undefined): number | null => (share?.context === 'forward' ? roots.get(share.rootId ?? 0)?.customerId : share?.customerId) ?? null
  const giverOf = (share: ShareRow | undefined): number | null => (share?.context === 'forward' ? forwarders.get(share.forwardedBy ?? '')?.customerId ?? null : addresseeOf(share))
  const customerIds = [...new Set([...list.map((view) => view.customerId), ...[...shares.values()].flatMap((share) => [giverOf(share), addresseeOf(share)])].filter((id) => id !== null))]
  const [titles, customers, owners] = await Promise.all([
    needs.materials.titles(q, corpId, [...new Set(list.map((view) => view.materialId))]), needs.customers.customerNames(q, corpId, customerIds), friendshipsOf(q, corpId).activeOwners(customerIds),
  ])
  const customer = (customerId: number | null) => (customerId === null ? null : customers.get(customerId) ?? null)
  const addressee = (view: ViewDbRow) => customer(addresseeOf(shares.get(view.shareId)))
  return {
    share: (view) => shares.get(view.shareId),
    material: (view) => titles.get(view.materialId),
    customer, addressee, passedOnBy: (view) => customer(giverOf(shares.get(view.shareId))),
    owners: (customerId) => (customerId === null ? [] : owners.get(customerId) ?? []),
    nameOf: (view, mayKnow) => readerName(view.reader, mayKnow ? customer(view.customerId) : null, addressee(view), shares.get(view.shareId)?.depth ?? 0),
    mayKnow: (view, sees) => view.customerId !== null && (view.reader === 'customer' || (owners.get(view.customerId) ?? []).some(sees)),
  }
}
