import { customersContract, tagsContract } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Register } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { createErasing } from './erasing/erase-customer.ts'
import type { createExporting } from './exporting.ts'
import type { PhoneBox } from './phones.ts'
import type { Profiles } from './profiles.ts'
import type { Remarking } from './remarking.ts'
import { startSyncs } from './due-work.ts'
import type { TaggingByHand } from './tagging-by-hand.ts'
import type { TagEditing } from './tag-editing.ts'
import type { Tags } from './tags.ts'

interface CustomerRoutesNeeds { profiles: Profiles; taggingByHand: TaggingByHand; remarking: Remarking; audit: Audit; jobs: Jobs; phones: PhoneBox; erase: ReturnType<typeof createErasing>; exporting: Pick<ReturnType<typeof createExporting>, 'start'> }

/** HTTP edge of customers and corp tags. */
export function customerRoutes(register: Register, platform: Platform, needs: CustomerRoutesNeeds): void {
  const { profiles } = needs
  register(customersContract, {
    'GET /api/customers': ({ viewer, query }) => profiles.list(viewer, query),
    'GET /api/customers/:customerId': ({ viewer, params }) => profiles.profile(viewer, params.customerId),
    'GET /api/customers/by-external/:externalUserId': ({ viewer, params }) => profiles.profileByExternal(viewer, params.externalUserId),
    'GET /api/customers/:customerId/timeline': ({ viewer, params, query }) => profiles.timeline(viewer, params.customerId, query),
    'PUT /api/customers/:customerId/tags': ({ viewer, params, body, request }) => needs.taggingByHand.change(viewer, params.customerId, body, request.ip),
    'PUT /api/customers/:customerId/remark': ({ viewer, params, body, request }) => needs.remarking(viewer, params.customerId, body, request.ip),
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
  })
}

interface TagRoutesNeeds { tags: Tags; tagEditing: TagEditing; jobs: Jobs }

/** Corp tags: listed for everybody, changed by those who may. */
export function tagRoutes(register: Register, { tags, tagEditing, jobs }: TagRoutesNeeds): void {
  register(tagsContract, {
    'GET /api/tags': ({ viewer }) => tags.list(viewer),
    'POST /api/tags': ({ viewer, body, request }) => tagEditing.add(viewer, body, request.ip),
    'PUT /api/tags/:tagId': ({ viewer, params, body, request }) => tagEditing.rename(viewer, params.tagId, body.name, request.ip),
    'GET /api/tags/:tagId/uses': ({ viewer, params }) => tagEditing.uses(viewer, params.tagId),
    'DELETE /api/tags/:tagId': ({ viewer, params, request }) => tagEditing.remove(viewer, params.tagId, request.ip),
    'PUT /api/tag-groups/order': ({ viewer, body, request }) => tagEditing.arrangeGroups(viewer, body.groupIds, request.ip),
    'PUT /api/tag-groups/:groupId/order': ({ viewer, params, body, request }) => tagEditing.arrangeTags(viewer, params.groupId, body.tagIds, request.ip),
    'PUT /api/tag-groups/:groupId': ({ viewer, params, body, request }) => tagEditing.renameGroup(viewer, params.groupId, body.name, request.ip),
    'DELETE /api/tag-groups/:groupId': ({ viewer, params, request }) => tagEditing.removeGroup(viewer, params.groupId, request.ip),
    'POST /api/tags/sync': async ({ viewer }) => ({ jobId: await jobs.start(viewer.corpId, 'tags_sync', { staffId: viewer.staffId }) }),
  })
}
