import { AUDIT_ACTIONS, dayName, differences } from '@zhike/shared'
import type { AuditRow } from '@zhike/shared/contract'
import { auditFilter } from '@zhike/shared/contract'
import { forbidden } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { sheetOf } from '../../platform/sheets.ts'
import type { Column } from '../../platform/sheets.ts'
import type { Audit } from '../audit/index.ts'
import { isSuperAdmin } from '../identity/index.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import type { Export, JobRun } from '../jobs/index.ts'

/** SYS-9: the log is read by those with audit.read, and taken away by super administrators only. */
export function assertMayExportAudit(viewer: Viewer | null): asserts viewer is Viewer {
  if (!viewer || !isSuperAdmin(viewer)) throw forbidden('只有超级管理员可以导出操作记录')
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { title: '时间', width: 20, value: (row) => ({ at: row.at }) },
  { title: '操作人', value: (row) => row.actor?.name ?? '系统' },
  { title: '账号', value: (row) => row.actor?.userid ?? '' },
  { title: '操作', width: 20, value: (row) => AUDIT_ACTIONS[row.action] },
  { title: '对象', width: 32, value: (row) => row.subject },
  { title: '变化', width: 60, value: (row) => differences(row.before, row.after).map(changeLine).join('\n') },
  { title: '来源地址', value: (row) => row.from ?? '' },
  { title: '编号', value: (row) => row.auditId },
]

function changeLine({ label, before, after }: { label: string; before: string | null; after: string | null }): string {
  if (before === null) return `${label}：${after ?? ''}`
  return after === null ? `${label}：${before}（去掉）` : `${label}：${before} → ${after}`
}

/** The export of the audit log as a job (SYS-9): with the rights that the person who asked has when it runs. */
export function createAuditExport(platform: Platform, needs: { audit: Audit; identity: Identity }): Export {
  const { viewerNow } = needs.identity.access

  async function work(job: JobRun): Promise<void> {
    const viewer = job.requestedBy === null ? null : await viewerNow(job.corpId, job.requestedBy)
    assertMayExportAudit(viewer)
    const filter = auditFilter.parse(job.params ?? {})
    const { count, more } = await needs.audit.count(job.corpId, filter)
    await job.progress({ done: 0, total: more ? null : count })
    const batches = needs.audit.batches(job.corpId, filter, (ids) => needs.identity.staffRefs(job.corpId, ids))
    const { zone } = viewer.corp
    await job.result({ name: `操作记录-${dayName(platform.clock.now(), zone)}.xlsx`, zone, sheets: [sheetOf('操作记录', COLUMNS, job.counted(batches))] })
  }
  return {
    work,
    async mayFetch({ corpId, staffId }) {
      const viewer = await viewerNow(corpId, staffId)
      return viewer !== null && isSuperAdmin(viewer)
    },
  }
}
