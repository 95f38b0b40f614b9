import type { FastifyInstance } from 'fastify'
import { liveContract } from '@zhike/shared/contract'
import type { Platform } from '../../platform/platform.ts'
import type { Register } from '../identity/index.ts'
import { createStreams } from './stream.ts'
import type { LiveNeeds } from './stream.ts'

/** What open pages are told without asking: one stream per page, from the bus of all processes (platform/live.ts). */
export function createLive(platform: Platform, needs: LiveNeeds) {
  const streams = createStreams(platform, needs)
  return {
    routes(register: Register): void {
      register(liveContract, { 'GET /api/live': (call) => streams.serve(call) })
    },
    /** Streams end when the server closes: they would keep it waiting. */
    plainRoutes(app: FastifyInstance): void {
      app.addHook('preClose', async () => streams.end())
    },
  }
}
