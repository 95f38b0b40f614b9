import { jobsContract } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'

/** The job centre (SYS-16). */
export function jobRoutes(register: Register, jobs: Jobs, needs: { identity: Identity; audit: Audit; platform: Platform }): void {
  const names = needs.identity.staffRefs
  register(jobsContract, {
    'GET /api/jobs': ({ viewer, query }) => jobs.list(viewer.corpId, query.after, query.limit, names),
    'GET /api/jobs/:jobId': ({ viewer, params }) => jobs.view(viewer.corpId, params.jobId, names),
    'GET /api/jobs/:jobId/failures': async ({ viewer, params, query }) => {
      await jobs.view(viewer.corpId, params.jobId, names)
      return await jobs.failures(viewer.corpId, params.jobId, query.after, query.limit)
    },
    'POST /api/jobs/:jobId/retry': async ({ viewer, params, request }) => {
      const job = await jobs.view(viewer.corpId, params.jobId, names)
      await jobs.retry(viewer.corpId, params.jobId)
      await needs.audit.record(needs.platform.db, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'job.retried', subject: job.title, from: request.ip })
      return await jobs.view(viewer.corpId, params.jobId, names)
    },
    'POST /api/jobs/:jobId/cancel': async ({ viewer, params, request }) => {
      const job = await jobs.view(viewer.corpId, params.jobId, names)
      await jobs.cancel(viewer.corpId, params.jobId)
      await needs.audit.record(needs.platform.db, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'job.cancelled', subject: job.title, from: request.ip })
      return await jobs.view(viewer.corpId, params.jobId, names)
    },
  })
}
