import { JOB_KIND_LABELS } from '@zhike/shared'
import { sessionContract, staffContract } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { createPageSignatures } from './page-signatures.ts'
import type { Identity } from './service.ts'
import type { Register } from './viewer.ts'

export function identityRoutes(register: Register, identity: Identity, needs: { corps: Corps; audit: Audit; jobs: Jobs; platform: Platform }): void {
  const { platform } = needs
  const pages = createPageSignatures(platform, needs.corps)
  register(sessionContract, {
    'GET /api/session': async ({ viewer, request }) => {
      // The page that asks tells by its own address that it was opened beside a chat (SYS-14).
      if (!viewer.corp.proofs.sidebarAt && isSidebar(request.headers.referer)) await needs.corps.prove(viewer.corpId, { sidebarAt: platform.clock.now() })
      return {
        viewer: {
          staffId: viewer.staffId, userid: viewer.userid, name: viewer.name, avatar: viewer.avatar, department: viewer.department,
          roles: [...viewer.roles], permissions: [...viewer.permissions], dataScope: viewer.dataScope,
          corp: { wecomCorpId: viewer.corp.wecomCorpId, name: viewer.corp.name, agentId: viewer.corp.agentId ?? 0, zone: viewer.corp.zone },
        },
        expiresAt: viewer.expiresAt, now: platform.clock.now(),
      }
    },
    'DELETE /api/session': async ({ viewer, request, reply }) => {
      await identity.access.end(request, reply)
      await needs.audit.record(platform.db, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'session.signed_out', subject: viewer.name, from: request.ip })
    },
    'GET /api/wecom/signature': ({ viewer, query }) => pages.sign(viewer, query),
    'POST /api/wecom/jssdk-result': ({ viewer, body }) => pages.heard(viewer, body),
  })
  register(staffContract, {
    'GET /api/staff': ({ viewer, query }) => identity.staffList.list(viewer, query),
    'GET /api/departments': ({ viewer }) => identity.staffList.departments(viewer),
    'POST /api/staff/sync': async ({ viewer, request }) => {
      const entry = { corpId: viewer.corpId, actorId: viewer.staffId, action: 'job.started', subject: JOB_KIND_LABELS.contacts_sync, from: request.ip } as const
      return { jobId: await needs.jobs.start(viewer.corpId, 'contacts_sync', { staffId: viewer.staffId }, { recorded: (tx) => needs.audit.record(tx, entry) }) }
    },
    'GET /api/roles': async ({ viewer }) => ({ roles: await identity.roles.list(viewer) }),
    'PUT /api/roles/:roleKey': ({ viewer, params, body, request }) => identity.roles.change(viewer, params.roleKey, body, request.ip),
    'POST /api/roles': ({ viewer, body, request }) => identity.roles.add(viewer, body, request.ip),
    'DELETE /api/roles/:roleKey': ({ viewer, params, request }) => identity.roles.remove(viewer, params.roleKey, request.ip),
    'PUT /api/staff/:staffId/roles': async ({ viewer, params, body, request }) => {
      await identity.roles.assign(viewer, params.staffId, body.roles, body.shown, request.ip)
      return await identity.staffList.row(viewer, params.staffId)
    },
  })
}

function isSidebar(referer: string | undefined): boolean {
  return referer !== undefined && URL.canParse(referer) && new URL(referer).pathname === '/sidebar'
}
