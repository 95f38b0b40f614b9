import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import type { Register } from '../identity/index.ts'
import { beatRoute } from './beats/route.ts'
import { importHistory } from './views/history.ts'
import type { PastShare } from './views/history.ts'
import type { RadarNeeds } from './needs.ts'
import { createReaderRoutes } from './pages/routes.ts'
import { radarFiguresRoutes, radarRoutes } from './routes.ts'
import { radarRetention } from './retention.ts'
import { createSending } from './shares/sending.ts'
import { createForwards } from './forwards/forwards.ts'
import { createForgetting } from './forgetting.ts'
import { createHotCustomers } from './figures/hot-customers.ts'
import { createMaterialFigures } from './figures/material-figures.ts'
import { createRankings } from './figures/rankings.ts'
import { createReadersToday } from './figures/readers-today.ts'
import { createToday } from './figures/today.ts'
import { createTrend } from './figures/trend.ts'
import { createRadarSettings } from './settings.ts'
import { createViewTickets } from './pages/view-ticket.ts'
import { createReadersExport } from './views/exporting.ts'
import { createViewsList } from './views/list.ts'
import { createWatch } from './watch/watch.ts'

/** Tracked links, their pages, and who reads them (01-materials-radar). */
export function createRadar(platform: Platform, needs: RadarNeeds) {
  const tickets = createViewTickets(platform.config.appKey)
  const settings = createRadarSettings(platform, needs)
  const readers = createReaderRoutes(platform, needs, tickets, settings)
  const watch = createWatch(platform, needs, settings)
  const list = createViewsList(platform, needs)
  const exporting = createReadersExport(platform, needs, list)
  return {
    /** The JSON API. */
    routes(register: Register): void {
      settings.routes(register)
      radarRoutes(register, { sending: createSending(platform, needs), list, today: createToday(platform, needs), forwards: createForwards(platform, needs), exporting })
      radarFiguresRoutes(register, {
        trend: createTrend(platform), readersToday: createReadersToday(platform, needs), hotCustomers: createHotCustomers(platform, needs), rankings: createRankings(platform, needs),
        materialFigures: createMaterialFigures(platform, needs),
      })
    },
    /** Pages and beacons of readers, who are nobody's session. */
    plainRoutes(app: FastifyInstance): void {
      readers.register(app)
      beatRoute(app, platform, tickets)
    },
    /** Starts writing beacons in this process (worker role). */
    async work(): Promise<void> {
      watch.work()
    },
    /** Finishes the batch in hand. */
    stop: (): Promise<void> => watch.stop(),
    /** The quiet hours of a corp that a moment lies in, or null (GEN-10). */
    quietAt: settings.quietAt,
    /** How long views are kept is for each corp to say. */
    retentions: radarRetention(platform, settings.keepsViewsMs),
    /** Views as `viewer` may see them, newest first; with keyset paging. */
    views: list,
    /** Forgets what a customer read, on her request (SYS-17). */
    forgetCustomer: createForgetting(platform, needs),
    /** Past shares and views, for the demo corp; see `importHistory`. */
    importHistory: (corpId: number, past: readonly PastShare[]) => importHistory(platform, needs, corpId, past),
  }
}
