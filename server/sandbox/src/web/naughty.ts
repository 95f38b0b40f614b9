import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Sandbox } from '../world/sandbox.ts'

const HUGE_BYTES = 2 * 1024 ** 3
const BLOCK = Buffer.from(`<p>${'这一页没有尽头。'.repeat(2700)}</p>\n`)
const TRICKLE_MS = 250
const SLOW_MS = 30_000

const slowQuery = z.object({ ms: z.coerce.number().int().min(0).max(600_000).default(SLOW_MS) })

/** Sites that do harm to whoever fetches them without care; all of them let go as soon as the other side leaves. */
export async function naughtySites(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { counters } = options.sandbox
  const page = (path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown): void => {
    app.route({ method: ['GET', 'HEAD'], url: path, handler })
  }
  const stream = (request: FastifyRequest, reply: FastifyReply, body: () => Readable): FastifyReply => {
    void reply.type('text/html; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    counters.outsideStream(1)
    return reply.send(body().once('close', () => counters.outsideStream(-1)))
  }

  page('/redirect-inside', (_request, reply) => reply.redirect('http://127.0.0.1:1/', 302))
  page('/loop', (_request, reply) => reply.redirect('/sandbox/web/bad/loop', 302))
  page('/500', (_request, reply) => reply.code(500).type('text/html; charset=utf-8').send('<!doctype html><title>500</title><h1>服务器开小差了</h1>'))
  page('/huge', (request, reply) => stream(request, reply.header('content-length', HUGE_BYTES), hugeBody))
  page('/endless', (request, reply) => stream(request, reply, endlessBody))
  page('/slow', async (request, reply) => {
    await patience(request, slowQuery.parse(request.query).ms)
    return reply.type('text/html; charset=utf-8').send('<!doctype html><title>终于到了</title><p>让您久等了。</p>')
  })
}

/** As many bytes as it claims, made as they are taken. */
function hugeBody(): Readable {
  let left = HUGE_BYTES
  return new Readable({
    read() {
      const block = BLOCK.subarray(0, Math.min(left, BLOCK.length))
      left -= block.length
      this.push(block.length === 0 ? null : block)
    },
  })
}

/** A few bytes now and then, without end. */
function endlessBody(): Readable {
  let timer: NodeJS.Timeout | undefined
  return new Readable({
    read() {
      timer = setTimeout(() => this.push('<p>还在加载，请稍候…</p>\n'), TRICKLE_MS)
    },
    destroy(error, done) {
      clearTimeout(timer)
      done(error)
    },
  })
}

/** Waits so long, or until the other side has left. */
function patience(request: FastifyRequest, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer)
      request.raw.socket.off('close', over)
      resolve()
    }
    const timer = setTimeout(over, ms)
    request.raw.socket.once('close', over)
  })
}
