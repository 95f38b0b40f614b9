import { materialsContract } from '@zhike/shared/contract'
import { AppError, notFound } from '../../platform/http/errors.ts'
import { can } from '../identity/index.ts'
import type { Register, Viewer } from '../identity/index.ts'
import type { Editor, Groups } from './groups.ts'
import type { Library, Looker } from './library.ts'
import type { createReading } from './reading.ts'
import type { createUploads } from './uploads.ts'
import { readUpload } from './upload-kind.ts'

interface MaterialRooms {
  library: Library
  groups: Groups
  uploads: ReturnType<typeof createUploads>
  reading: ReturnType<typeof createReading>
  /** May the viewer see this customer (GEN-9)? */
  mayReadCustomer(viewer: Viewer, customerId: number): Promise<boolean>
}

const lookerOf = (viewer: Viewer): Looker => ({ corpId: viewer.corpId, staffId: viewer.staffId, zone: viewer.corp.zone, allStats: can(viewer, 'materials.stats') })
const editorOf = (viewer: Viewer, from: string): Editor => ({ corpId: viewer.corpId, staffId: viewer.staffId, from })

/** A picture's address changes with its content (presenter.ts), so browsers may keep it. */
const PICTURE_CACHE = 'private, max-age=604800, immutable'

export function materialRoutes(register: Register, { library, groups, uploads, reading, mayReadCustomer }: MaterialRooms): void {
  register(materialsContract, {
    'GET /api/materials': async ({ viewer, query }) => {
      if (query.customerId !== undefined && !(await mayReadCustomer(viewer, query.customerId))) throw notFound('客户')
      return library.list(lookerOf(viewer), query)
    },
    'GET /api/materials/:materialId': ({ viewer, params }) => library.detail(lookerOf(viewer), params.materialId),
    'POST /api/materials': async ({ viewer, body, request }) => {
      const materialId = await library.create(editorOf(viewer, request.ip), body)
      return library.detail(lookerOf(viewer), materialId)
    },
    'PUT /api/materials/:materialId': async ({ viewer, params, body, request }) => {
      await library.change(editorOf(viewer, request.ip), params.materialId, body)
      return library.detail(lookerOf(viewer), params.materialId)
    },
    'DELETE /api/materials/:materialId': ({ viewer, params, request }) => library.remove(editorOf(viewer, request.ip), params.materialId),
    'GET /api/materials/:materialId/pictures/:name': async ({ viewer, params, request, reply }) => {
      const picture = await reading.pictureFor(viewer.corpId, params.materialId, params.name)
      if (!picture) throw notFound('图片')
      reply.header('etag', picture.etag).header('cache-control', PICTURE_CACHE)
      if (request.headers['if-none-match'] === picture.etag) {
        picture.body.destroy()
        return reply.code(304).send()
      }
      return reply.type(picture.type).header('content-length', picture.bytes).send(picture.body)
    },
    'GET /api/material-groups': async ({ viewer }) => ({ groups: await groups.list(viewer.corpId) }),
    'POST /api/material-groups': ({ viewer, body, request }) => groups.add(editorOf(viewer, request.ip), body.name),
    'PUT /api/material-groups/:groupId': ({ viewer, params, body, request }) => groups.rename(editorOf(viewer, request.ip), params.groupId, body.name),
    'DELETE /api/material-groups/:groupId': async ({ viewer, params, request }) => ({ moved: await groups.remove(editorOf(viewer, request.ip), params.groupId) }),
    'POST /api/files': async ({ viewer, request }) => {
      if (!request.isMultipart()) throw new AppError('unsupported', '请用表单上传文件')
      return uploads.receive({ corpId: viewer.corpId, staffId: viewer.staffId }, async () => await readUpload(await request.file()))
    },
  })
}
