import { contactWaysContract } from '@zhike/shared/contract'
import type { ContactWayView } from '@zhike/shared/contract'
import { notFound } from '../../platform/http/errors.ts'
import { mayOwn } from '../identity/index.ts'
import type { Register } from '../identity/index.ts'

/**
 * Why a member's pages show no code, for those who can mend it (GEN-13).
 * @param wayOf null when the corp has no such member
 */
export function contactWayRoutes(register: Register, wayOf: (corpId: number, staffId: number) => Promise<ContactWayView | null>): void {
  register(contactWaysContract, {
    'GET /api/staff/:staffId/contact-way': async ({ viewer, params }) => {
      const way = mayOwn(viewer, params.staffId) ? await wayOf(viewer.corpId, params.staffId) : null
      if (!way) throw notFound('员工')
      return way
    },
  })
}
