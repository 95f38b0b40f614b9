import { customersContract } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { createErasing } from './erasing/erase-customer.ts'
import type { createExporting } from './exporting.ts'
import type { PhoneBox } from './phones.ts'
import type { Profiles } from './profiles.ts'
import { startSyncs } from './due-work.ts'
import type { TaggingByHand } from './tagging-by-hand.ts'
import type { Tags } from './tags.ts'

interface CustomerRoutesNeeds { profiles: Profiles; taggingByHand: TaggingByHand; tags: Tags; audit: Audit; jobs: Jobs; phones: PhoneBox; erase: ReturnType<typeof createErasing>; exporting: Pick<ReturnType<typeof createExporting>, 'start'> }

/** HTTP edge of customers and corp tags. */
export function customerRoutes(register: Register, platform: Platform, needs: CustomerRoutesNeeds): void {
  const { profiles } = needs
  register(customersContract, {
    'GET /api/customers': ({ viewer, query }) => profiles.list(viewer, query),
    'GET /api/customers/:customerId': ({ viewer, params }) => profiles.profile(viewer, params.customerId),
    'GET /api/customers/by-external/:externalUserId': ({ viewer, params }) => profiles.profileByExternal(viewer, params.externalUserId),
    'GET /api/customers/:customerId/timeline': ({ viewer, params, query }) => profiles.timeline(viewer, params.customerId, query),
    'PUT /api/customers/:customerId/tags': ({ viewer, params, body, request }) => needs.taggingByHand.change(viewer, params.customerId, body, request.ip),
    'GET /api/customers/:customerId/phones': async ({ viewer, params, request }) => {
      const { customer, relations } = await profiles.readable(viewer, params.customerId)
      await needs.audit.record(platform.db, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.phone_viewed', subject: customer.name, customerId: customer.id, from: request.ip })
      return { phones: [...new Set(relations.flatMap((relation) => needs.phones.open(viewer.corpId, relation.phones)))] }
    },
    'POST /api/customers/:customerId/export': ({ viewer, params, request }) => needs.exporting.start(viewer, params.customerId, request.ip),
    'DELETE /api/customers/:customerId/data': ({ viewer, params, body, request }) => needs.erase(viewer, params.customerId, body.name, request.ip),
    'POST /api/customers/sync': async ({ viewer, request }) => {
      const entry = { corpId: viewer.corpId, actorId: viewer.staffId, action: 'job.started', subject: '同步客户、标签与客户群', from: request.ip } as const
      return { jobId: await startSyncs(needs.jobs, viewer.corpId, viewer.staffId, (tx) => needs.audit.record(tx, entry)) }
    },
    'GET /api/tags': ({ viewer }) => needs.tags.list(viewer),
  })
}
