import type { MaterialForm, MaterialGroupView, UploadedFile } from '@zhike/shared/contract'
import type { UploadKind } from '@zhike/shared'
import { outsideOf } from '../../platform/outside/sandbox-web.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register, Viewer } from '../identity/index.ts'
import { createDrawJobs } from './files/draw-jobs.ts'
import { createTaking } from './files/taking.ts'
import { createUploads } from './files/uploads.ts'
import type { RadarFigures } from './library/figures.ts'
import { createGroups } from './library/groups.ts'
import type { Editor } from './library/groups.ts'
import { createLibrary } from './library/library.ts'
import type { UsesOf } from './library/library.ts'
import { REACH_OF_PROGRAMS, reachOf } from './library/reach.ts'
import { searchTextOf } from './library/search-text.ts'
import { materialsOf, unspelledMaterials } from './library/store.ts'
import { whenOpened } from './openings.ts'
import { createOutsidePages } from './outside-pages.ts'
import { createPreviewLinks } from './preview-links.ts'
import { createReading } from './reading.ts'
import { materialRoutes } from './routes.ts'

interface MaterialsNeeds {
  audit: Audit
  identity: Pick<Identity, 'staffRefs' | 'departmentNames'> & { access: Pick<Identity['access'], 'peopleNow'> }
  /** May point to an area that is made later: nothing of it is used before the first request. */
  radarFigures: RadarFigures
  /** Areas that use materials: what of theirs would miss one. */
  uses: readonly UsesOf[]
  mayReadCustomer(viewer: Viewer, customerId: number): Promise<boolean>
  /** Of these corp tags those that there are, with their names. */
  knownTags(corpId: number, tagIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

export type Materials = ReturnType<typeof createMaterials>

/** So many are named where many use something. */
const NAMED = 20
const SPELLED_AT_ONCE = 200
const UPLOADS_SWEEP_MS = 60 * 60 * 1000

/** The material libraries with their files (spec 01). */
export function createMaterials(platform: Platform, needs: MaterialsNeeds) {
  const { db, log } = platform
  const outside = outsideOf(platform)
  const taking = createTaking(platform)
  const reading = createReading(platform)
  const uploads = createUploads(platform, taking)
  const outsidePages = createOutsidePages(platform, { outside, taking, changed: reading.changed })
  const library = createLibrary(platform, {
    audit: needs.audit, radarFigures: needs.radarFigures, uses: needs.uses, knownTags: needs.knownTags, staffRefs: (corpId, ids) => needs.identity.staffRefs(corpId, ids),
    drawLater: (corpId, fileId) => drawJobs.later({ corpId, fileId }), lookLater: outsidePages.lookLater, changed: reading.changed,
  })
  const drawJobs = createDrawJobs(platform, library.announce)
  const groups = createGroups(platform, { audit: needs.audit, departmentNames: (corpId, ids) => needs.identity.departmentNames(corpId, ids) })
  const previews = createPreviewLinks(platform)
  const sweepers: Repeated[] = []

  async function departments(viewer: Viewer) {
    const { organisation } = await needs.identity.access.peopleNow(viewer.corpId)
    const { leads } = viewer.places
    return organisation.tree().filter((one) => leads === 'all' || leads.has(one.departmentId))
  }

  /** Materials from before pinyin was searched. */
  async function spellOld(): Promise<void> {
    for (let found = SPELLED_AT_ONCE; found === SPELLED_AT_ONCE;) {
      const rows = await unspelledMaterials(db, SPELLED_AT_ONCE)
      for (const { corpId, id } of rows) {
        const row = await materialsOf(db, corpId).byId(id)
        if (row) await materialsOf(db, corpId).setSearchText(id, searchTextOf(row.title, row.type === 'article' ? [] : row.files.map((file) => file.name)))
      }
      found = rows.length
    }
  }

  return {
    ...reading,
    /** Who may send what (MAT-1), for the areas that send. */
    maySend: library.maySend,
    /** @throws AppError `not_found` for what she can't see, and for deleted ones */
    requireSeen: library.requireSeen,
    /** The same for figures, which stay when a material is deleted (MAT-11). */
    requireKnown: library.requireKnown,
    /** Of these materials, deleted ones among them, those that she may see. @returns their ids */
    knownAmong: library.knownAmong,
    /** All materials that she sees in the libraries. @returns their ids */
    listedFor: library.listedFor,
    /** Titles of materials that set a tag on whoever opens them, the first few. */
    withTag: (corpId: number, tagId: string): Promise<string[]> => materialsOf(db, corpId).withTag(tagId, NAMED),
    /** What openings set off, for the customer log to call (MAT-9, MAT-18). */
    whenOpened: whenOpened(platform),
    /** What a preview link leads to (MAT-12); null for any other token. */
    previewOf: previews.read,
    /** For programs that fill a library: the same rules as for people, but for whose library it is. @returns the material's id */
    create: (by: Editor, form: MaterialForm): Promise<number> => library.create(by, REACH_OF_PROGRAMS, form),
    groups: (corpId: number): Promise<MaterialGroupView[]> => groups.of(corpId, { scope: 'corp', ownerId: 0 }),
    teamGroups: (corpId: number): Promise<MaterialGroupView[]> => groups.of(corpId, { scope: 'team', ownerId: 0 }),
    /** The default group of a member's own library. @returns its id */
    personalGroup: async (corpId: number, staffId: number): Promise<number> => (await groups.of(corpId, { scope: 'personal', ownerId: staffId }))[0]?.groupId ?? 0,
    addGroup: groups.addFor,
    upload: (by: { corpId: number; staffId: number | null }, kind: UploadKind, name: string, bytes: Buffer): Promise<UploadedFile> => taking.takeBytes(by, kind, name, bytes),
    /** Repairs: queues files whose drawing stopped, deletes uploads that nothing took. Runs by itself in `work`. */
    sweep: { ...drawJobs.sweep, uploads: uploads.sweep, spellOld, askOld: outsidePages.askOld },
    routes(register: Register): void {
      materialRoutes(register, { library, groups, uploads, reading, outside: outsidePages, reachOf: (viewer) => reachOf(db, viewer), mayReadCustomer: needs.mayReadCustomer, previewLink: previews.link, departments })
    },
    async work(): Promise<void> {
      await drawJobs.work()
      outsidePages.work()
      sweepers.push(repeatedly(UPLOADS_SWEEP_MS, 'uploads', async () => {
        await spellOld()
        await uploads.sweep()
      }, log))
    },
    async stop(): Promise<void> {
      await Promise.all([drawJobs.stop(), outsidePages.stop(), ...sweepers.splice(0).map((sweeper) => sweeper.stop())])
    },
  }
}
