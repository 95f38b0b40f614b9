import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { auditRoutes } from './audit.ts'
import { jobRoutes } from './jobs.ts'

/** What administrators look at to see the house running: job centre and audit log. */
export function operationsRoutes(register: Register, needs: { platform: Platform; jobs: Jobs; audit: Audit; identity: Identity }): void {
  jobRoutes(register, needs.jobs, needs)
  auditRoutes(register, needs.audit, needs.identity)
}
