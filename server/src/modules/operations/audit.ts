import { AUDIT_ACTIONS, formatMoment } from '@zhike/shared'
import { auditContract } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import type { Audit, AuditFilter } from '../audit/index.ts'
import type { Identity, Register, Viewer } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { assertMayExportAudit } from './audit-export.ts'

/** The audit log (SYS-9). */
export function auditRoutes(register: Register, needs: { audit: Audit; identity: Identity; jobs: Jobs }): void {
  const { audit, identity, jobs } = needs

  /** The filter as people read it later. */
  async function worded(viewer: Viewer, { action, actorId, from, to }: AuditFilter): Promise<Record<string, string | undefined>> {
    const { zone } = viewer.corp
    return {
      action: action && AUDIT_ACTIONS[action],
      actor: actorId === undefined ? undefined : (await identity.staffRefs(viewer.corpId, [actorId])).get(actorId)?.name ?? String(actorId),
      from: from === undefined ? undefined : formatMoment(from, zone), to: to === undefined ? undefined : formatMoment(to, zone),
    }
  }

  register(auditContract, {
    'GET /api/audit': ({ viewer, query }) => audit.list(viewer.corpId, query, (ids) => identity.staffRefs(viewer.corpId, ids)),
    'GET /api/audit/count': ({ viewer, query }) => audit.count(viewer.corpId, query),
    'POST /api/audit/export': async ({ viewer, body, request }) => {
      assertMayExportAudit(viewer)
      const entry = { corpId: viewer.corpId, actorId: viewer.staffId, action: 'audit.exported', after: await worded(viewer, body), from: request.ip } as const
      const recorded = (tx: Queries, jobId: number) => audit.record(tx, { ...entry, subject: `任务 ${jobId}` })
      return { jobId: await jobs.start(viewer.corpId, 'audit_export', { staffId: viewer.staffId }, { params: body, recorded }) }
    },
  })
}
