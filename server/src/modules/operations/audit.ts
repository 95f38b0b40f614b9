import { auditContract } from '@zhike/shared/contract'
import type { Identity, Register } from '../identity/index.ts'
import type { Audit } from '../audit/index.ts'

/** The audit log (SYS-9). */
export function auditRoutes(register: Register, audit: Audit, identity: Identity): void {
  register(auditContract, {
    'GET /api/audit': ({ viewer, query }) => audit.list(viewer.corpId, query, (ids) => identity.staffRefs(viewer.corpId, ids)),
  })
}
