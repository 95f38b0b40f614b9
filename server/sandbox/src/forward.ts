import { Agent, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Headers of one connection, which mean nothing on the next (RFC 9110 §7.6.1). */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade']

function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)))
}

/**
 * Hands requests on to the sandbox process as they come, bodies unread, and its answers back, streams included; 502 while
 * it does not answer. The route must not parse bodies.
 * @param cookies what of a Cookie header may go along
 */
export function forwarderTo(sandboxUrl: string, cookies: (header: string) => string): { forward: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>; close: () => void } {
  const { hostname, port, host } = new URL(sandboxUrl)
  const agent = new Agent({ keepAlive: true })

  function ask(request: FastifyRequest): Promise<IncomingMessage> {
    return new Promise((answer, fail) => {
      const headers: IncomingHttpHeaders = {
        ...withoutConnection(request.headers), host, cookie: cookies(request.headers.cookie ?? ''),
        'x-forwarded-host': request.host, 'x-forwarded-proto': request.protocol,
      }
      // A body without a length is framed by ourselves, also for methods that node expects none of.
      if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked'
      const upstream = httpRequest({ agent, hostname, port, method: request.method, path: request.url, headers }, answer)
      upstream.once('error', fail)
      request.raw.once('error', (error) => upstream.destroy(error))
      request.raw.pipe(upstream)
    })
  }

  return {
    async forward(request, reply) {
      try {
        const answer = await ask(request)
        return reply.code(answer.statusCode ?? 502).headers(withoutConnection(answer.headers)).send(answer)
      } catch (error) {
        request.log.warn({ err: error }, 'the sandbox did not answer')
        return reply.code(502).send({ code: 'sandbox_down', message: '沙箱没有应答，请看启动它的窗口' })
      }
    },
    close: () => agent.destroy(),
  }
}
