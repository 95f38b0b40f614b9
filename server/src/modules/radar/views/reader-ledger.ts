import type { Queries } from '../../../platform/db/connect.ts'
import { viewsOf } from './store.ts'
import type { EarlierReading, ViewDbRow } from './store.ts'

type Reading = Pick<ViewDbRow, 'customerId' | 'visitorId' | 'materialId' | 'staffId'>

/** @property openNumber 1 for this reader's first view of the material, 2 for the second… */
interface CountedReading { openNumber: number; newToSender: boolean; newToMaterial: boolean }

/** Counts views one after the other: the how manieth of its reader each is, and whether the reader is a new one. */
interface ReaderLedger { count(view: Reading): CountedReading }

/** What a ledger begins with for these views, from those that were announced before. */
export async function ledgerFor(q: Queries, corpId: number, list: readonly Reading[]): Promise<ReaderLedger> {
  const { byCustomer, byVisitor } = await viewsOf(q, corpId).earlier(
    [...new Set(list.flatMap((view) => view.customerId ?? []))], [...new Set(list.map((view) => view.visitorId))], [...new Set(list.map((view) => view.materialId))],
  )
  return createReaderLedger(byCustomer, byVisitor)
}

/**
 * A customer is one reader on all her devices, and a device one reader before and after it was known whose it is.
 * @param byCustomer earlier readings of the customers, byVisitor of the devices
 */
export function createReaderLedger(byCustomer: readonly EarlierReading[] = [], byVisitor: readonly EarlierReading[] = []): ReaderLedger {
  const opens = new Map<string, number>()
  const seen = new Set<string>()
  const see = (view: Reading) => {
    for (const who of namesOf(view)) seen.add(`${who}:${view.materialId}`).add(`${who}:${view.materialId}:${view.staffId}`)
  }
  for (const row of [...byCustomer, ...byVisitor.filter((one) => one.customerId === null)]) opens.set(openKey(row), (opens.get(openKey(row)) ?? 0) + row.opens)
  for (const row of [...byCustomer, ...byVisitor]) see(row)
  return {
    count(view) {
      const names = namesOf(view)
      const openNumber = (opens.get(openKey(view)) ?? 0) + 1
      const newToMaterial = !names.some((who) => seen.has(`${who}:${view.materialId}`))
      const newToSender = !names.some((who) => seen.has(`${who}:${view.materialId}:${view.staffId}`))
      opens.set(openKey(view), openNumber)
      see(view)
      return { openNumber, newToSender, newToMaterial }
    },
  }
}

const namesOf = ({ customerId, visitorId }: Reading): string[] => [`v${visitorId}`, ...(customerId === null ? [] : [`c${customerId}`])]
const openKey = ({ customerId, visitorId, materialId }: Reading): string => `${customerId === null ? `v${visitorId}` : `c${customerId}`}:${materialId}`
