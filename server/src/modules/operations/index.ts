import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { auditRoutes } from './audit.ts'
import { createAuditExport } from './audit-export.ts'
import { jobRoutes } from './jobs.ts'

/** What administrators look at to see the house running: job centre and audit log. */
export function createOperations(platform: Platform, needs: { jobs: Jobs; audit: Audit; identity: Identity }) {
  return {
    routes(register: Register): void {
      jobRoutes(register, needs.jobs, { ...needs, platform })
      auditRoutes(register, { ...needs, platform })
    },
    work(): void {
      needs.jobs.define('audit_export', createAuditExport(platform, needs))
    },
  }
}
