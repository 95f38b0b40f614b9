import { MATERIAL_TYPE_LABELS, READER_KIND_LABELS, dayName, formatDwell, progressWords } from '@zhike/shared'
import type { ViewRow } from '@zhike/shared/contract'
import { readersFilter } from '@zhike/shared/contract'
import { allPages } from '../../../platform/db/keyset.ts'
import { AppError, forbidden } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import { sheetOf } from '../../../platform/sheets.ts'
import type { Column } from '../../../platform/sheets.ts'
import { can, isSuperAdmin } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { JobRun, WantedFile } from '../../jobs/index.ts'
import type { RadarNeeds } from '../needs.ts'
import type { createViewsList, ReadersFilter } from './list.ts'

const PIECE = 500

const COLUMNS: readonly Column<ViewRow>[] = [
  { title: '打开时间', width: 20, value: (row) => ({ at: row.openedAt }) }, { title: '客户', width: 24, value: (row) => row.readerName }, { title: '渠道', value: (row) => row.customer?.channel ?? null },
  { title: '读者', value: (row) => READER_KIND_LABELS[row.reader] },
  { title: '阅读时长', value: (row) => formatDwell(row.visibleMs) }, { title: '阅读秒数', value: (row) => Math.floor(row.visibleMs / 1000) },
  { title: '看到哪里', width: 20, value: (row) => progressWords({ ...row, type: row.material.type, pages: row.material.pages, readingNow: false }) }, { title: '第几次打开', value: (row) => row.openNumber },
  { title: '提醒员工', value: (row) => row.told.map(({ staff }) => staff.name).join('、') }, { title: '提醒时间', width: 20, value: (row) => ({ at: row.told.map(({ at }) => at).find((at) => at !== null) ?? null }) },
  { title: '发送员工', value: (row) => row.staff.name }, { title: '设备', value: (row) => row.device },
]

/**
 * Exports the readings of a material that a filter finds as Excel (MAT-22, GEN-6), as a job: what the person who asked may see at
 * the moment it runs.
 */
export function createReadersExport(platform: Platform, needs: RadarNeeds, list: ReturnType<typeof createViewsList>) {
  const { clock } = platform

  async function work(run: JobRun): Promise<void> {
    const filter = readersFilter.parse(run.params)
    const viewer = run.requestedBy === null ? null : await needs.identity.access.viewerNow(run.corpId, run.requestedBy)
    if (!viewer || !can(viewer, 'materials.stats')) throw forbidden('你已没有查看素材统计的权限')
    await needs.materials.requireKnown(viewer, filter.materialId)
    const material = (await needs.materials.titles(platform.db, run.corpId, [filter.materialId])).get(filter.materialId)
    const rows = run.counted(allPages((after) => list(viewer, { ...filter, after, limit: PIECE })))
    const { zone } = viewer.corp
    await run.result({
      name: `读者-${fileSafe(material?.title ?? '素材')}-${dayName(clock.now(), zone)}.xlsx`, zone,
      sheets: [sheetOf(`${material ? MATERIAL_TYPE_LABELS[material.type] : '素材'}的读者`, COLUMNS, rows)],
      holds: () => ({ owners: viewer.owners.all ? null : viewer.owners.staffIds }),
    })
  }

  /** Whose scope has become smaller since the file was made may not have it any more. */
  async function mayFetch({ corpId, staffId, holds }: WantedFile): Promise<boolean> {
    const viewer = await needs.identity.access.viewerNow(corpId, staffId)
    if (!viewer || !can(viewer, 'materials.stats')) return false
    if (isSuperAdmin(viewer) || viewer.owners.all) return true
    const owners = typeof holds === 'object' && holds !== null && 'owners' in holds && Array.isArray(holds.owners) ? holds.owners : null
    const { staffIds } = viewer.owners
    return owners !== null && owners.every((owner) => staffIds.some((one) => one === owner))
  }

  needs.jobs.defineExport('readers_export', { work, mayFetch })

  return {
    /** Starts the job; the same question of the same person is one job. @param from the caller's address @throws notFound */
    async start(viewer: Viewer, filter: ReadersFilter & { materialId: number }, from: string): Promise<{ jobId: number }> {
      await needs.materials.requireKnown(viewer, filter.materialId)
      const material = (await needs.materials.titles(platform.db, viewer.corpId, [filter.materialId])).get(filter.materialId)
      if (!material) throw new AppError('not_found', '没有找到这份素材')
      const entry = { corpId: viewer.corpId, actorId: viewer.staffId, action: 'readers.exported', subject: material.title, from } as const
      const jobId = await needs.jobs.start(viewer.corpId, 'readers_export', { staffId: viewer.staffId }, { params: filter, title: `导出「${material.title}」的读者`, recorded: (tx) => needs.audit.record(tx, entry) })
      return { jobId }
    },
  }
}

/** Signs that file systems don't take in names are left out. */
const fileSafe = (text: string): string => text.replace(/[\\/:*?"<>|\p{Cc}]/gu, '')
