import type { NewMaterial, MaterialGroupView, UploadedFile } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Identity, Register, Viewer } from '../identity/index.ts'
import type { RadarFigures } from './figures.ts'
import { createGroups } from './groups.ts'
import type { Editor } from './groups.ts'
import { createDrawJobs } from './jobs.ts'
import { createLibrary } from './library.ts'
import { createReading } from './reading.ts'
import { materialRoutes } from './routes.ts'
import { createUploads } from './uploads.ts'

interface MaterialsNeeds {
  audit: Audit
  identity: Pick<Identity, 'staffRefs'>
  /** May point to an area that is made later: nothing of it is used before the first request. */
  radarFigures: RadarFigures
  mayReadCustomer(viewer: Viewer, customerId: number): Promise<boolean>
}

export type Materials = ReturnType<typeof createMaterials>

/** The material library with its files (spec 01). */
export function createMaterials(platform: Platform, needs: MaterialsNeeds) {
  const library = createLibrary(platform, {
    audit: needs.audit, radarFigures: needs.radarFigures, staffRefs: (corpId, ids) => needs.identity.staffRefs(corpId, ids),
    drawLater: (corpId, fileId) => drawJobs.later({ corpId, fileId }),
  })
  const drawJobs = createDrawJobs(platform, library.announce)
  const uploads = createUploads(platform)
  const groups = createGroups(platform, needs.audit)
  const reading = createReading(platform)
  return {
    ...reading,
    /** For programs that fill a library: the same rules as for people. @returns the material's id */
    create: (by: Editor, form: NewMaterial): Promise<number> => library.create(by, form),
    groups: (corpId: number): Promise<MaterialGroupView[]> => groups.list(corpId),
    addGroup: (by: Editor, name: string): Promise<MaterialGroupView> => groups.add(by, name),
    upload: (by: { corpId: number; staffId: number | null }, name: string, bytes: Buffer): Promise<UploadedFile> => uploads.takeBytes(by, name, bytes),
    /** Repairs: queues files whose drawing stopped, deletes uploads that nothing took. Runs by itself in `work`. */
    sweep: drawJobs.sweep,
    routes(register: Register): void {
      materialRoutes(register, { library, groups, uploads, reading, mayReadCustomer: needs.mayReadCustomer })
    },
    work: drawJobs.work,
    stop: drawJobs.stop,
  }
}
