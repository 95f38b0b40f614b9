import type { MaterialDetail, MaterialRow, NewMaterial, StaffRef } from '@zhike/shared/contract'
import type { LiveEvent } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { toPage } from '../../platform/db/keyset.ts'
import type { PageAt } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { badRequest, conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import { dayIn } from './figures.ts'
import type { RadarFigures } from './figures.ts'
import { filesOf } from './files-store.ts'
import type { Editor } from './groups.ts'
import { groupsOf } from './groups-store.ts'
import { presentDetail, presentRow } from './presenter.ts'
import { materialsOf } from './store.ts'
import type { MaterialFilter, MaterialWithFiles } from './store.ts'

interface LibraryNeeds {
  audit: Audit
  staffRefs(corpId: number, ids: readonly number[]): Promise<Map<number, StaffRef>>
  radarFigures: RadarFigures
  /** A material has taken a PDF: its other pages are to be drawn. */
  drawLater(corpId: number, fileId: number): void
}
/**
 * Who looks at the library: figures of today depend on the corp's zone.
 * @property allStats may see the totals of everybody's shares (`materials.stats`), not only of her own
 */
export interface Looker { corpId: number; staffId: number; zone: string; allStats: boolean }
interface LibraryFilter extends MaterialFilter, PageAt { customerId?: number; recent?: 'sent' }
interface MaterialChanges {
  version: number; title: string; summary: string; groupId: number; score: number; tagIds: string[]
  url?: string; fileId?: number; coverFileId?: number | null
}
export type Library = ReturnType<typeof createLibrary>

/** The same form within this time is the same material (GEN-8). */
const TWIN_MS = 60_000
/** As many materials as a member may find under 最近发送. */
const RECENT = 50

/** The corp library: materials that staff may send (MAT-1 … MAT-11). */
export function createLibrary(platform: Platform, needs: LibraryNeeds) {
  const { clock, db, log } = platform

  async function presentRows(looker: Looker, rows: readonly MaterialWithFiles[], customerId?: number): Promise<Map<number, MaterialRow>> {
    const ids = rows.map((row) => row.id)
    if (ids.length === 0) return new Map()
    const [figures, creators, opened] = await Promise.all([
      needs.radarFigures.materialFigures(looker.corpId, ids, dayIn(looker.zone, clock.now())),
      needs.staffRefs(looker.corpId, rows.flatMap((row) => row.createdBy ?? [])),
      customerId === undefined ? undefined : needs.radarFigures.customerViews(looker.corpId, customerId, ids),
    ])
    return new Map(rows.map((row) => [row.id, presentRow(row, {
      figures: figures.get(row.id), creator: creators.get(row.createdBy ?? 0) ?? null, customerViews: opened && (opened.get(row.id) ?? 0),
    })]))
  }

  async function announce(corpId: number, materialId: number): Promise<void> {
    const event: LiveEvent = { kind: 'material', materialId }
    await platform.live.publish(corpId, { owners: [], event }).catch((error: unknown) => log.debug({ err: error }, 'material news not published'))
  }

  async function recentlySent(looker: Looker, filter: LibraryFilter): Promise<MaterialWithFiles[]> {
    const ids = await needs.radarFigures.recentlySent(looker.corpId, looker.staffId, RECENT)
    if (ids.length === 0) return []
    const found = new Map((await materialsOf(db, looker.corpId).among(ids, filter)).map((row) => [row.id, row]))
    return ids.flatMap((id) => found.get(id) ?? []).slice(0, filter.limit)
  }

  /** Holds the group, so that it isn't deleted meanwhile and two equal forms come one after the other. */
  async function requireGroup(tx: Queries, corpId: number, groupId: number): Promise<void> {
    if (!(await groupsOf(tx, corpId).hold(groupId))) throw invalid('所选分组已被删除，请重新选择', { groupId: '请重新选择分组' })
  }
  async function requireFile(tx: Queries, corpId: number, fileId: number, kind: 'pdf' | 'image', field: 'fileId' | 'coverFileId'): Promise<void> {
    const file = await filesOf(tx, corpId).hold(fileId)
    if (!file) throw invalid('文件已过期，请重新上传', { [field]: '请重新上传文件' })
    if (file.kind !== kind) throw invalid(kind === 'pdf' ? '这里需要一份 PDF 文件' : '这里需要一张图片', { [field]: '文件类型不对' })
  }
  const audited = (row: MaterialChanges | NewMaterial | MaterialWithFiles) => ({
    title: row.title, summary: row.summary, groupId: row.groupId, score: row.score, tagIds: row.tagIds,
    ...('url' in row && row.url !== null ? { url: row.url } : {}), ...('fileId' in row && row.fileId !== null ? { fileId: row.fileId } : {}),
    ...('coverFileId' in row && row.coverFileId !== null ? { coverFileId: row.coverFileId } : {}),
  })

  async function find(q: Queries, corpId: number, materialId: number): Promise<MaterialWithFiles> {
    const row = await materialsOf(q, corpId).byId(materialId)
    if (!row || row.deletedAt !== null || row.scope !== 'corp') throw notFound('素材')
    return row
  }

  return {
    announce,
    /** One page, newest first; the first one says how many there are. Recently sent: the latest first, one page. */
    async list(looker: Looker, filter: LibraryFilter): Promise<{ items: MaterialRow[]; next: string | null; total?: number }> {
      const store = materialsOf(db, looker.corpId)
      if (filter.recent === 'sent') {
        const rows = await recentlySent(looker, filter)
        return { items: [...(await presentRows(looker, rows, filter.customerId)).values()], next: null, total: rows.length }
      }
      const [rows, total] = await Promise.all([store.page(filter, filter), filter.after ? undefined : store.total(filter)])
      const presented = await presentRows(looker, rows.slice(0, filter.limit), filter.customerId)
      const { next } = toPage(rows, filter.limit, (row) => [row.createdAt, row.id], (row) => row.id)
      return { items: [...presented.values()], next, total }
    },
    /** @throws AppError `not_found`, also for deleted ones */
    async detail(looker: Looker, materialId: number): Promise<MaterialDetail> {
      const row = await find(db, looker.corpId, materialId)
      const [figures, totals, people] = await Promise.all([
        needs.radarFigures.materialFigures(looker.corpId, [materialId], dayIn(looker.zone, clock.now())),
        needs.radarFigures.totals(looker.corpId, materialId, looker.allStats ? null : looker.staffId),
        needs.staffRefs(looker.corpId, [row.createdBy, row.updatedBy].filter((id) => id !== null)),
      ])
      return presentDetail(row, { figures: figures.get(materialId), creator: people.get(row.createdBy ?? 0) ?? null, changer: people.get(row.updatedBy ?? 0) ?? null, totals: { scope: looker.allStats ? 'all' : 'own', ...totals } })
    },
    /** Makes a material. The same form sent twice gives the same one. @returns its id */
    async create(by: Editor, form: NewMaterial): Promise<number> {
      const now = clock.now()
      const values = {
        scope: 'corp' as const, groupId: form.groupId, type: form.type, title: form.title, summary: form.summary, score: form.score, tagIds: form.tagIds,
        url: form.type === 'link' ? form.url : null, fileId: form.type === 'link' ? null : form.fileId, coverFileId: form.type === 'link' ? form.coverFileId : null,
        createdBy: by.staffId, createdAt: now, updatedAt: now,
      }
      const materialId = await inTransaction(db, async (tx) => {
        await requireGroup(tx, by.corpId, form.groupId)
        if (form.type !== 'link') await requireFile(tx, by.corpId, form.fileId, form.type, 'fileId')
        else if (form.coverFileId !== null) await requireFile(tx, by.corpId, form.coverFileId, 'image', 'coverFileId')
        const store = materialsOf(tx, by.corpId)
        const twin = await store.twin(values, now - TWIN_MS)
        if (twin !== undefined) return twin
        const made = await store.add(values)
        await needs.audit.record(tx, { corpId: by.corpId, actorId: by.staffId, action: 'material.created', subject: form.title, after: audited(form), from: by.from })
        return made
      })
      if (form.type === 'pdf') needs.drawLater(by.corpId, form.fileId)
      await announce(by.corpId, materialId)
      return materialId
    },
    /** Changes a material; what was sent shows the new content (MAT-10). @throws AppError `conflict` when it has changed meanwhile (GEN-8) */
    async change(by: Editor, materialId: number, changes: MaterialChanges): Promise<void> {
      await inTransaction(db, async (tx) => {
        const before = await find(tx, by.corpId, materialId)
        const { version, url, fileId, coverFileId, ...common } = changes
        if (before.type === 'link' ? fileId !== undefined : url !== undefined || coverFileId !== undefined) throw badRequest('素材的类型不能更改，请新建一份素材')
        if (changes.groupId !== before.groupId) await requireGroup(tx, by.corpId, changes.groupId)
        if (before.type !== 'link' && fileId !== undefined && fileId !== before.fileId) await requireFile(tx, by.corpId, fileId, before.type, 'fileId')
        if (coverFileId !== undefined && coverFileId !== null && coverFileId !== before.coverFileId) await requireFile(tx, by.corpId, coverFileId, 'image', 'coverFileId')
        if (!(await materialsOf(tx, by.corpId).change(materialId, version, { ...common, url, fileId, coverFileId, updatedAt: clock.now(), updatedBy: by.staffId }))) {
          throw conflict('这份素材刚刚被别人修改过，请刷新后再改，以免覆盖对方的内容')
        }
        await needs.audit.record(tx, { corpId: by.corpId, actorId: by.staffId, action: 'material.changed', subject: changes.title, before: audited(before), after: audited(changes), from: by.from })
      })
      // Whatever kind it is: only PDFs have pages to be drawn.
      if (changes.fileId !== undefined) needs.drawLater(by.corpId, changes.fileId)
      await announce(by.corpId, materialId)
    },
    /** Deletes a material; its links say so, its figures stay (MAT-11). */
    async remove(by: Editor, materialId: number): Promise<void> {
      await inTransaction(db, async (tx) => {
        const before = await find(tx, by.corpId, materialId)
        if (!(await materialsOf(tx, by.corpId).remove(materialId, clock.now()))) throw notFound('素材')
        await needs.audit.record(tx, { corpId: by.corpId, actorId: by.staffId, action: 'material.deleted', subject: before.title, before: audited(before), from: by.from })
      })
      await announce(by.corpId, materialId)
    },
  }
}
