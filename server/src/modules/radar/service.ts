import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import type { Register } from '../identity/index.ts'
import { beatRoute } from './beat-route.ts'
import { importHistory } from './history.ts'
import type { PastShare } from './history.ts'
import { createLiveRoute } from './live-route.ts'
import type { RadarNeeds } from './needs.ts'
import { createReaderRoutes } from './reader-routes.ts'
import { radarRoutes } from './routes.ts'
import { createSending } from './sending.ts'
import { createToday } from './today.ts'
import { createViewTickets } from './view-ticket.ts'
import { createViewsList } from './views-list.ts'
import { createWatch } from './watch.ts'

export type Radar = ReturnType<typeof createRadar>

/** Tracked links, their pages, and who reads them (01-materials-radar). */
export function createRadar(platform: Platform, needs: RadarNeeds) {
  const tickets = createViewTickets(platform.config.appKey)
  const readers = createReaderRoutes(platform, needs, tickets)
  const live = createLiveRoute(platform, needs)
  const watch = createWatch(platform, needs)
  needs.identity.signIn.on('reader', readers.signedIn)
  return {
    /** The JSON API, with the live stream. */
    routes: (register: Register): void => radarRoutes(register, { sending: createSending(platform, needs), list: createViewsList(platform, needs), today: createToday(platform, needs), live }),
    /** Pages and beacons of readers, who are nobody's session. */
    plainRoutes(app: FastifyInstance): void {
      live.hooks(app)
      readers.register(app)
      beatRoute(app, platform, tickets)
    },
    /** Starts writing beacons in this process (worker role). */
    async work(): Promise<void> {
      watch.work()
    },
    /** Finishes the batch in hand. */
    stop: (): Promise<void> => watch.stop(),
    /** Past shares and views, for the demo corp; see `importHistory`. */
    importHistory: (corpId: number, past: readonly PastShare[]) => importHistory(platform, needs, corpId, past),
  }
}
