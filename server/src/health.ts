import type { FastifyInstance } from 'fastify'
import { timingSafeEqual } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { forbidden } from './platform/http/errors.ts'
import type { Platform } from './platform/platform.ts'

/** Per address: every proxy and probe of an installation together. */
const READINESS = { most: 600, seconds: 60 }

/** `/healthz` the process lives · `/readyz` it can serve (database and Redis answer, not shutting down) · `/metrics` for Prometheus. */
export function healthRoutes(app: FastifyInstance, platform: Platform, state: { closing: boolean }): void {
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', { config: { rate: READINESS } }, async (_request, reply) => {
    const [database, redis] = await Promise.all([answers(platform.db.execute(sql`SELECT 1`)), answers(platform.redis.ping())])
    const ok = database && redis && !state.closing
    return reply.code(ok ? 200 : 503).header('cache-control', 'no-store').send({ ok, database, redis, closing: state.closing })
  })
  app.get('/metrics', async (request, reply) => {
    const { metricsToken } = platform.config
    // The connection itself, not what a header says; a proxy on this machine hands on strangers.
    const { remoteAddress } = request.raw.socket
    const forwarded = request.headers['x-forwarded-for'] ?? request.headers.forwarded
    const local = forwarded === undefined && (remoteAddress === '127.0.0.1' || remoteAddress === '::1' || remoteAddress === '::ffff:127.0.0.1')
    if (metricsToken ? !sameText(request.headers.authorization ?? '', `Bearer ${metricsToken}`) : !local) throw forbidden('需要 METRICS_TOKEN')
    return reply.type(platform.metrics.registry.contentType).send(await platform.metrics.registry.metrics())
  })
}

async function answers(question: PromiseLike<unknown>): Promise<boolean> {
  const late = new Promise<boolean>((done) => setTimeout(() => done(false), 2500).unref())
  return await Promise.race([Promise.resolve(question).then(() => true, () => false), late])
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
