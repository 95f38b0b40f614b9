import type { FastifyReply } from 'fastify'

/** Makes browsers save an answer under this name. It may be Chinese (RFC 6266); its plain form is for clients that know only that. */
export function attachment(name: string): string {
  const extension = /\.[a-z0-9]+$/i.exec(name)?.[0] ?? ''
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="file${extension}"; filename*=UTF-8''${encoded}`
}

/** Headers of an answer that is saved as a file and stays with the person who fetched it. */
export function asAttachment(reply: FastifyReply, file: { name: string; type: string }): FastifyReply {
  return reply.type(file.type).header('content-disposition', attachment(file.name)).header('cache-control', 'private, no-store')
}
