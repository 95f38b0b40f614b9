import type { FastifyReply, FastifyRequest } from 'fastify'
import { materialsContract, uploadsContract } from '@zhike/shared/contract'
import { attachment } from '../../platform/http/attachment.ts'
import { AppError, notFound } from '../../platform/http/errors.ts'
import { wantedRange } from '../../platform/http/ranges.ts'
import type { Register, Viewer } from '../identity/index.ts'
import type { createUploads } from './files/uploads.ts'
import type { Editor, Groups } from './library/groups.ts'
import type { Library } from './library/library.ts'
import type { Reach } from './library/reach.ts'
import type { OutsidePages } from './outside-pages.ts'
import type { createReading } from './reading.ts'

interface MaterialRooms {
  library: Library
  groups: Groups
  uploads: ReturnType<typeof createUploads>
  reading: ReturnType<typeof createReading>
  outside: OutsidePages
  reachOf(viewer: Viewer): Promise<Reach>
  /** May the viewer see this customer (GEN-9)? */
  mayReadCustomer(viewer: Viewer, customerId: number): Promise<boolean>
  previewLink(corpId: number, materialId: number): { url: string; expiresAt: number }
  departments(viewer: Viewer): Promise<{ departmentId: number; name: string; depth: number }[]>
}

const editorOf = (viewer: Viewer, request: FastifyRequest): Editor => ({ corpId: viewer.corpId, staffId: viewer.staffId, from: request.ip })

/** A picture's address changes with its content (presenter.ts), so browsers may keep it. */
const PICTURE_CACHE = 'private, max-age=604800, immutable'

export function materialRoutes(register: Register, rooms: MaterialRooms): void {
  const { library, groups, uploads, reading, outside } = rooms

  register(materialsContract, {
    'GET /api/materials': async ({ viewer, query }) => {
      if (query.customerId !== undefined && !(await rooms.mayReadCustomer(viewer, query.customerId))) throw notFound('客户')
      return await library.list(viewer, query)
    },
    'GET /api/materials/:materialId': ({ viewer, params, query }) => library.detail(viewer, params.materialId, query.ever !== undefined),
    'POST /api/materials': async ({ viewer, body, request }) => {
      const materialId = await library.create(editorOf(viewer, request), await rooms.reachOf(viewer), body)
      return await library.detail(viewer, materialId)
    },
    'PUT /api/materials/:materialId': async ({ viewer, params, body, request }) => {
      await library.change(editorOf(viewer, request), await rooms.reachOf(viewer), params.materialId, body.version, body.form)
      return await library.detail(viewer, params.materialId)
    },
    'DELETE /api/materials/:materialId': async ({ viewer, params, request }) => library.remove(editorOf(viewer, request), await rooms.reachOf(viewer), params.materialId),
    'GET /api/materials/:materialId/uses': async ({ viewer, params }) => ({ uses: await library.uses(viewer, params.materialId) }),
    'GET /api/materials/:materialId/preview-link': async ({ viewer, params }) => {
      await library.requireSeen(viewer, params.materialId)
      return rooms.previewLink(viewer.corpId, params.materialId)
    },
    'PUT /api/materials/:materialId/favourite': ({ viewer, params, body }) => library.setFavourite(viewer, params.materialId, body.favourite),
    'GET /api/materials/:materialId/pictures/:name': async ({ viewer, params, request, reply }) => {
      await library.requireSeen(viewer, params.materialId)
      return sendPicture(request, reply, await reading.pictureFor(viewer.corpId, params.materialId, params.name, null))
    },
    'GET /api/materials/:materialId/media': async ({ viewer, params, request, reply }) => {
      await library.requireSeen(viewer, params.materialId)
      const media = await reading.mediaFor(viewer.corpId, params.materialId, wantedRange(request.headers.range), null)
      if (!media) throw notFound('文件')
      return sendMedia(reply.header('cache-control', PICTURE_CACHE), media, request.headers.range !== undefined)
    },
    'GET /api/material-groups': ({ viewer, query }) => groups.list(viewer, query.scope),
    'POST /api/material-groups': ({ viewer, body, request }) => groups.add(viewer, request.ip, body.scope, body),
    'PUT /api/material-groups/order': ({ viewer, body, request }) => groups.arrange(viewer, request.ip, body.scope, body.groupIds),
    'PUT /api/material-groups/:groupId': ({ viewer, params, body, request }) => groups.change(viewer, request.ip, params.groupId, body),
    'DELETE /api/material-groups/:groupId': async ({ viewer, params, query, request }) => ({ moved: await groups.remove(viewer, request.ip, params.groupId, query.to) }),
    'GET /api/material-departments': async ({ viewer }) => ({ departments: await rooms.departments(viewer) }),
    'POST /api/links/look': ({ viewer, body }) => outside.look(viewer, body.url),
    'POST /api/articles/import': ({ viewer, body }) => outside.importArticle(viewer, body.url),
  })

  register(uploadsContract, {
    'POST /api/uploads': ({ viewer, body }) => uploads.begin(viewer, body),
    'GET /api/uploads/:uploadId': ({ viewer, params }) => uploads.state(viewer, params.uploadId),
    'PUT /api/uploads/:uploadId/pieces/:number': ({ viewer, params, request }) => uploads.piece(viewer, params.uploadId, params.number, request.body),
    'POST /api/uploads/:uploadId/finish': ({ viewer, params }) => uploads.finish(viewer, params.uploadId),
    'DELETE /api/uploads/:uploadId': ({ viewer, params }) => uploads.cancel(viewer, params.uploadId),
    'GET /api/files/:fileId/picture': async ({ viewer, params, request, reply }) => {
      if (!(await library.maySeeFile(viewer, params.fileId))) throw notFound('图片')
      return sendPicture(request, reply, await reading.filePicture(viewer.corpId, params.fileId))
    },
  })
}

type Picture = Awaited<ReturnType<MaterialRooms['reading']['filePicture']>>
type Media = Exclude<Awaited<ReturnType<MaterialRooms['reading']['mediaFor']>>, null>

function sendPicture(request: FastifyRequest, reply: FastifyReply, picture: Picture): FastifyReply {
  if (!picture) throw notFound('图片')
  reply.header('etag', picture.etag).header('cache-control', PICTURE_CACHE)
  if (request.headers['if-none-match'] === picture.etag) {
    picture.body.destroy()
    return reply.code(304).send()
  }
  return reply.type(picture.type).header('content-length', picture.bytes).send(picture.body)
}

/** An original: a video plays in the page, a file is fetched under its name. @param partly the caller asked for a range */
export function sendMedia(reply: FastifyReply, media: Media, partly: boolean): FastifyReply {
  if (media === 'unsatisfiable') throw new AppError('bad_request', '没有这一段内容')
  reply.header('etag', media.etag).header('accept-ranges', 'bytes').header('content-length', media.end - media.start + 1).header('x-content-type-options', 'nosniff')
  if (media.kind !== 'video') reply.header('content-disposition', attachment(media.name))
  if (partly) reply.code(206).header('content-range', `bytes ${media.start}-${media.end}/${media.total}`)
  return reply.type(media.kind === 'video' ? media.type : 'application/octet-stream').send(media.body)
}
