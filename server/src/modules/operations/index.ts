import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { auditRoutes } from './audit.ts'
import { createAuditExport } from './audit-export.ts'
import { jobRoutes } from './jobs.ts'

/**
 * What administrators look at to see the house running: the pages of jobs and audit log. An area of its own, since both of
 * them stand below the identity area, and pages need to know who looks.
 */
export function createOperations(platform: Platform, needs: { jobs: Jobs; audit: Audit; identity: Identity }) {
  needs.jobs.defineExport('audit_export', createAuditExport(platform, needs))
  return {
    routes(register: Register): void {
      jobRoutes(register, needs.jobs, { ...needs, platform })
      auditRoutes(register, needs)
    },
  }
}
