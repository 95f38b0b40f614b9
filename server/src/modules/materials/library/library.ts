import type { MaterialDetail, MaterialForm, MaterialRow, MaterialUse, StaffRef } from '@zhike/shared/contract'
import { dayName } from '@zhike/shared'
import type { LiveEvent, MaterialOrder, MaterialScope } from '@zhike/shared'
import type { SQL } from 'drizzle-orm'
import type { Queries } from '../../../platform/db/connect.ts'
import { toPage } from '../../../platform/db/keyset.ts'
import type { PageAt } from '../../../platform/db/keyset.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { badRequest, conflict, invalid, notFound } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Audit } from '../../audit/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { contentOf, recordOfForm, recordOfRow } from './content.ts'
import type { Content } from './content.ts'
import type { RadarFigures } from './figures.ts'
import { filesOf } from '../files/files-store.ts'
import type { FileRow } from '../files/files-store.ts'
import { libraryOf } from './groups.ts'
import type { Editor } from './groups.ts'
import { groupsOf } from './groups-store.ts'
import { presentDetail, presentRow } from './presenter.ts'
import { reachOf, requireEdits } from './reach.ts'
import type { Reach } from './reach.ts'
import { searchTextOf } from './search-text.ts'
import { materialsOf } from './store.ts'
import type { MaterialFilter, MaterialWithFiles } from './store.ts'

/** An area in which materials are used: what of it would miss one (MAT-11). */
export type UsesOf = (corpId: number, materialId: number) => Promise<MaterialUse | null>

interface LibraryNeeds {
  audit: Audit
  staffRefs(corpId: number, ids: readonly number[]): Promise<Map<number, StaffRef>>
  radarFigures: RadarFigures
  uses: readonly UsesOf[]
  knownTags(corpId: number, tagIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** A material has taken these files: what of them isn't drawn yet is to be. */
  drawLater(corpId: number, fileId: number): void
  /** A material leads to this page: what its site allows is to be asked. */
  lookLater(corpId: number, materialId: number): void
  /** Readers are to see it as it is now. */
  changed(corpId: number, materialId: number): void
}
interface LibraryFilter extends MaterialFilter, PageAt { scope: MaterialScope | 'any'; order: MaterialOrder; customerId?: number; only?: 'favourites' | 'sent'; sendable?: '1' }
export type Library = ReturnType<typeof createLibrary>

/** The same form within this time is the same material (GEN-8). */
const TWIN_MS = 60_000
/** As many materials as 最近发过 and 收藏 show. */
const RANKED = 100
const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/** The three libraries: materials that staff may send (MAT-1 … MAT-11, MAT-20). */
export function createLibrary(platform: Platform, needs: LibraryNeeds) {
  const { clock, db, log } = platform

  async function presentRows(viewer: Viewer, reach: Reach, rows: readonly MaterialWithFiles[], customerId?: number): Promise<MaterialRow[]> {
    const ids = rows.map((row) => row.id)
    if (ids.length === 0) return []
    const [figures, creators, starred, readings] = await Promise.all([
      needs.radarFigures.materialFigures(viewer.corpId, ids, dayName(clock.now(), viewer.corp.zone)),
      needs.staffRefs(viewer.corpId, rows.flatMap((row) => row.createdBy ?? [])),
      materialsOf(db, viewer.corpId).starred(viewer.staffId, ids),
      customerId === undefined ? undefined : needs.radarFigures.customerReadings(viewer.corpId, { customerId, staffId: viewer.staffId }, ids),
    ])
    return rows.map((row) => presentRow(row, {
      figures: figures.get(row.id), creator: creators.get(row.createdBy ?? 0) ?? null, customer: readings && (readings.get(row.id) ?? null), favourite: starred.has(row.id), mayEdit: reach.edits(row),
    }))
  }

  async function announce(corpId: number, materialId: number): Promise<void> {
    needs.changed(corpId, materialId)
    const event: LiveEvent = { kind: 'material', materialId }
    await platform.live.publish(corpId, { owners: [], event }).catch((error: unknown) => log.debug({ err: error }, 'material news not published'))
  }

  /** Of these, in their order, what is on the shelf: one page. */
  async function ranked(viewer: Viewer, reach: Reach, ids: readonly number[], shelf: SQL | undefined, filter: LibraryFilter) {
    const store = materialsOf(db, viewer.corpId)
    const here = new Set(await store.ids(shelf, filter))
    const inOrder = ids.filter((id) => here.has(id))
    const shown = inOrder.slice(filter.skip ?? 0, (filter.skip ?? 0) + filter.limit)
    const rows = new Map((await store.among(shown, shelf, filter)).map((row) => [row.id, row]))
    return { items: await presentRows(viewer, reach, shown.flatMap((id) => rows.get(id) ?? []), filter.customerId), next: null, total: inOrder.length }
  }

  /** A shelf by how often its materials were opened ever, those that never were last, or what of it was sent this week. */
  async function byCount(corpId: number, zone: string, shelf: SQL | undefined, filter: LibraryFilter): Promise<number[]> {
    const ids = await materialsOf(db, corpId).ids(shelf, filter)
    const counts = await needs.radarFigures.counts(corpId, filter.order === 'most_viewed' ? 'views' : { sentSince: dayName(clock.now() - WEEK_MS, zone) }, ids)
    // What nobody sent this week is no answer to the question for it.
    const asked = filter.order === 'sent_week' ? ids.filter((id) => counts.has(id)) : ids
    // A stable sort: equal ones stay as they are, the newest first.
    return asked.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  }

  /** The group, held so that it isn't deleted meanwhile and two equal forms come one after the other; she must be allowed to fill it. */
  async function requireGroup(tx: Queries, reach: Reach, corpId: number, groupId: number) {
    const group = await groupsOf(tx, corpId).hold(groupId)
    const shelved = group && { scope: group.scope, ownerId: group.ownerId, groupId }
    if (!group || !shelved || !reach.sees(shelved)) throw invalid('所选分组已被删除，请重新选择', { groupId: '请重新选择分组' })
    requireEdits(reach, shelved)
    return group
  }

  /** Files of a form, held; each of the kind its place needs, and nobody else's. */
  async function requireFiles(tx: Queries, by: Editor, content: Content, kept: ReadonlySet<number>): Promise<FileRow[]> {
    const found: FileRow[] = []
    for (const { fileId, kind, field } of content.needed) {
      const file = await filesOf(tx, by.corpId).hold(fileId)
      if (!file || (!kept.has(fileId) && by.staffId !== null && file.uploadedBy !== by.staffId)) throw invalid('文件已过期，请重新上传', { [field]: '请重新上传文件' })
      if (file.kind !== kind) throw invalid('文件的类型不对，请重新选择', { [field]: '文件类型不对' })
      found.push(file)
    }
    return found
  }

  /** The form without tags that were deleted since it was opened with them. @throws AppError `invalid` for any other that there isn't */
  async function withKnownTags<Form extends MaterialForm>(corpId: number, form: Form, before: readonly string[] = []): Promise<Form> {
    if (form.tagIds.length === 0) return form
    const known = await needs.knownTags(corpId, form.tagIds)
    if (form.tagIds.some((tagId) => !known.has(tagId) && !before.includes(tagId))) throw invalid('有标签已被删除，请重新选择', { tagIds: '请重新选择标签' })
    return { ...form, tagIds: form.tagIds.filter((tagId) => known.has(tagId)) }
  }

  /** What of a form goes into the material's row. */
  const rowOf = (form: MaterialForm, content: Content, files: readonly FileRow[]) => ({
    groupId: form.groupId, title: form.title, summary: form.summary, score: form.score, tagIds: form.tagIds, url: content.url, facts: content.facts, coverFileId: content.coverFileId,
    searchText: searchTextOf(form.title, form.type === 'article' ? [] : files.filter((file) => file.id !== content.coverFileId).map((file) => file.name)),
  })

  async function fill(tx: Queries, corpId: number, materialId: number, content: Content): Promise<void> {
    const store = materialsOf(tx, corpId)
    await store.setFiles(materialId, content.fileIds)
    if (content.body !== null) await store.setBody(materialId, content.body)
  }

  async function followUp(corpId: number, materialId: number, form: MaterialForm): Promise<void> {
    if (form.type === 'pdf') needs.drawLater(corpId, form.fileId)
    if (form.type === 'link') needs.lookLater(corpId, materialId)
    await announce(corpId, materialId)
  }

  /** Also when it was deleted. */
  async function findEver(q: Queries, reach: Reach, corpId: number, materialId: number): Promise<MaterialWithFiles> {
    const row = await materialsOf(q, corpId).byId(materialId)
    if (!row || !reach.sees(row)) throw notFound('素材')
    return row
  }

  async function find(q: Queries, reach: Reach, corpId: number, materialId: number): Promise<MaterialWithFiles> {
    const row = await findEver(q, reach, corpId, materialId)
    if (row.deletedAt !== null) throw notFound('素材')
    return row
  }

  const library = {
    announce,
    /** One page, newest first or by rank; the first one says how many there are. */
    async list(viewer: Viewer, filter: LibraryFilter): Promise<{ items: MaterialRow[]; next: string | null; total?: number }> {
      const store = materialsOf(db, viewer.corpId)
      const reach = await reachOf(db, viewer)
      const { radarFigures } = needs
      if (filter.only === 'sent') return await ranked(viewer, reach, await radarFigures.recentlySent(viewer.corpId, viewer.staffId, RANKED), store.sendable(viewer.staffId, reach), filter)
      if (filter.only === 'favourites') return await ranked(viewer, reach, await store.favourites(viewer.staffId, RANKED), store.sendable(viewer.staffId, reach), filter)
      const shelf = filter.scope === 'any' ? store.sendable(viewer.staffId, reach) : store.shelf(libraryOf(viewer, filter.scope), filter.sendable ? reach.teamGroups.sends : reach.teamGroups.sees)
      if (filter.order !== 'newest') return await ranked(viewer, reach, await byCount(viewer.corpId, viewer.corp.zone, shelf, filter), shelf, filter)
      const [rows, total] = await Promise.all([store.page(shelf, filter, filter), filter.after ? undefined : store.total(shelf, filter)])
      const { next } = toPage(rows, filter.limit, (row) => [row.createdAt, row.id], (row) => row.id)
      return { items: await presentRows(viewer, reach, rows.slice(0, filter.limit), filter.customerId), next, total }
    },
    /**
     * @param ever also when it was deleted: then what its figures need, without its content (MAT-11)
     * @throws AppError `not_found`, also for what she can't see
     */
    async detail(viewer: Viewer, materialId: number, ever = false): Promise<MaterialDetail> {
      const reach = await reachOf(db, viewer)
      const row = await (ever ? findEver : find)(db, reach, viewer.corpId, materialId)
      const store = materialsOf(db, viewer.corpId)
      const gone = row.deletedAt !== null
      const [figures, totals, people, starred, body] = await Promise.all([
        needs.radarFigures.materialFigures(viewer.corpId, [materialId], dayName(clock.now(), viewer.corp.zone)),
        needs.radarFigures.totals(viewer, materialId),
        needs.staffRefs(viewer.corpId, [row.createdBy, row.updatedBy].filter((id) => id !== null)),
        store.starred(viewer.staffId, [materialId]), row.type === 'article' && !gone ? store.body(materialId) : null,
      ])
      return presentDetail(gone ? { ...row, files: [], coverFile: null } : row, {
        figures: figures.get(materialId), creator: people.get(row.createdBy ?? 0) ?? null, changer: people.get(row.updatedBy ?? 0) ?? null, favourite: starred.has(materialId), mayEdit: !gone && reach.edits(row),
        body, totals,
      })
    },
    /** May she see it at all? @throws AppError `not_found` */
    async requireSeen(viewer: Viewer, materialId: number): Promise<void> {
      await find(db, await reachOf(db, viewer), viewer.corpId, materialId)
    },
    /** May she see its figures, which stay when it is deleted (MAT-11)? @throws AppError `not_found` */
    async requireKnown(viewer: Viewer, materialId: number): Promise<void> {
      await findEver(db, await reachOf(db, viewer), viewer.corpId, materialId)
    },
    /** Ids of all that she sees in the libraries, her own among them. */
    async listedFor(viewer: Viewer): Promise<number[]> {
      const reach = await reachOf(db, viewer)
      return await materialsOf(db, viewer.corpId).seen(viewer.staffId, reach)
    },
    /** Of these materials, deleted ones among them, those that she may see. */
    async knownAmong(viewer: Viewer, ids: readonly number[]): Promise<Set<number>> {
      const reach = await reachOf(db, viewer)
      return new Set((await materialsOf(db, viewer.corpId).titles(ids)).filter((row) => reach.sees(row)).map((row) => row.id))
    },
    /** May she send it (MAT-1)? */
    async maySend(viewer: Viewer, materialId: number): Promise<boolean> {
      const row = await materialsOf(db, viewer.corpId).byId(materialId)
      return row !== undefined && row.deletedAt === null && (await reachOf(db, viewer)).sends(row)
    },
    /** May she look at this file: her own upload, or part of a material that she sees? */
    async maySeeFile(viewer: Viewer, fileId: number): Promise<boolean> {
      const files = filesOf(db, viewer.corpId)
      if ((await files.byId(fileId))?.uploadedBy === viewer.staffId) return true
      const rows = await materialsOf(db, viewer.corpId).titles(await files.usedBy(fileId))
      const reach = await reachOf(db, viewer)
      return rows.some((row) => reach.sees(row))
    },
    async setFavourite(viewer: Viewer, materialId: number, favourite: boolean): Promise<void> {
      await library.requireSeen(viewer, materialId)
      await materialsOf(db, viewer.corpId).setFavourite(viewer.staffId, materialId, favourite ? clock.now() : null)
    },
    /** What would miss it (MAT-11); places without any are left out. */
    async uses(viewer: Viewer, materialId: number): Promise<MaterialUse[]> {
      await library.requireSeen(viewer, materialId)
      return (await Promise.all(needs.uses.map((usesOf) => usesOf(viewer.corpId, materialId)))).flatMap((use) => (use && use.count > 0 ? [use] : []))
    },
    /** Makes a material in the library of its group. The same form sent twice gives the same one. @returns its id */
    async create(by: Editor, reach: Reach, given: MaterialForm): Promise<number> {
      const now = clock.now()
      const form = await withKnownTags(by.corpId, given)
      const content = contentOf(form)
      const materialId = await inTransaction(db, async (tx) => {
        const group = await requireGroup(tx, reach, by.corpId, form.groupId)
        const files = await requireFiles(tx, by, content, new Set())
        const store = materialsOf(tx, by.corpId)
        const values = { ...rowOf(form, content, files), type: form.type, scope: group.scope, ownerId: group.ownerId, createdBy: by.staffId, createdAt: now, updatedAt: now }
        const twin = (await store.twins(values, now - TWIN_MS)).find((row) => row.url === content.url && row.files.map((file) => file.id).join() === content.fileIds.join() && row.facts.path === content.facts.path)
        if (twin) return twin.id
        const made = await store.add(values)
        await fill(tx, by.corpId, made, content)
        await needs.audit.record(tx, { corpId: by.corpId, actorId: by.staffId, action: 'material.created', subject: form.title, after: recordOfForm(form, content, 1), from: by.from })
        return made
      })
      await followUp(by.corpId, materialId, form)
      return materialId
    },
    /** Changes a material; what was sent shows the new content (MAT-10). @throws AppError `conflict` when it has changed meanwhile (GEN-8) */
    async change(by: Editor, reach: Reach, materialId: number, version: number, given: MaterialForm): Promise<void> {
      const form = await withKnownTags(by.corpId, given, (await materialsOf(db, by.corpId).byId(materialId))?.tagIds)
      const content = contentOf(form)
      await inTransaction(db, async (tx) => {
        const before = await find(tx, reach, by.corpId, materialId)
        requireEdits(reach, before)
        if (before.type !== form.type) throw badRequest('素材的类型不能更改，请新建一份素材')
        if (form.groupId !== before.groupId) {
          const group = await requireGroup(tx, reach, by.corpId, form.groupId)
          if (group.scope !== before.scope) throw invalid('不能移到另一个素材库', { groupId: '请选择同一个素材库的分组' })
        }
        const files = await requireFiles(tx, by, content, new Set([...before.files.map((file) => file.id), before.coverFileId ?? 0]))
        const sameSite = form.type === 'link' && form.url === before.url
        const known = sameSite ? { facts: { ...content.facts, framing: before.facts.framing } } : { lookedAt: null }
        if (!(await materialsOf(tx, by.corpId).change(materialId, version, { ...rowOf(form, content, files), ...known, updatedAt: clock.now(), updatedBy: by.staffId }))) {
          throw conflict('这份素材刚刚被别人修改过，请刷新后再改，以免覆盖对方的内容')
        }
        await fill(tx, by.corpId, materialId, content)
        await needs.audit.record(tx, {
          corpId: by.corpId, actorId: by.staffId, action: 'material.changed', subject: form.title, before: recordOfRow(before), after: recordOfForm(form, content, version + 1), from: by.from,
        })
      })
      await followUp(by.corpId, materialId, form)
    },
    /** Deletes a material; its links say so, its figures stay (MAT-11). */
    async remove(by: Editor, reach: Reach, materialId: number): Promise<void> {
      await inTransaction(db, async (tx) => {
        const before = await find(tx, reach, by.corpId, materialId)
        requireEdits(reach, before)
        if (!(await materialsOf(tx, by.corpId).remove(materialId, clock.now()))) throw notFound('素材')
        await needs.audit.record(tx, { corpId: by.corpId, actorId: by.staffId, action: 'material.deleted', subject: before.title, before: recordOfRow(before), from: by.from })
      })
      await announce(by.corpId, materialId)
    },
  }
  return library
}
