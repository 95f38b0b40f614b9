import type { FastifyReply } from 'fastify'

/**
 * Headers of an answer that is saved as a file and stays with the person who fetched it.
 * The name may be Chinese (RFC 6266); its plain form is for clients that know only that.
 */
export function asAttachment(reply: FastifyReply, file: { name: string; type: string }): FastifyReply {
  const extension = /\.[a-z0-9]+$/.exec(file.name)?.[0] ?? ''
  const encoded = encodeURIComponent(file.name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return reply.type(file.type).header('content-disposition', `attachment; filename="file${extension}"; filename*=UTF-8''${encoded}`).header('cache-control', 'private, no-store')
}
