import type { ViewFacts } from '../views/facts.ts'
import type { ViewDbRow } from '../views/store.ts'

/** Who is told besides the sender: the customer's owner when the sender isn't one of her friends (MAT-16). Null: nobody. */
export function alsoTold(view: ViewDbRow, facts: Pick<ViewFacts, 'owners'>): number | null {
  const owners = facts.owners(view.customerId)
  return owners.includes(view.staffId) ? null : owners[0] ?? null
}

/** Who is told of a view: as it was found out when it was announced. */
export const receiversOf = (view: Pick<ViewDbRow, 'staffId' | 'alsoTold'>): number[] => (view.alsoTold === null ? [view.staffId] : [view.staffId, view.alsoTold])
