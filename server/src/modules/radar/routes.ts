import { radarContract, radarFiguresContract } from '@zhike/shared/contract'
import type { Register } from '../identity/index.ts'
import type { createSending } from './shares/sending.ts'
import type { createHotCustomers } from './figures/hot-customers.ts'
import type { createMaterialFigures } from './figures/material-figures.ts'
import type { createRankings } from './figures/rankings.ts'
import type { createReadersToday } from './figures/readers-today.ts'
import type { createToday } from './figures/today.ts'
import type { createTrend } from './figures/trend.ts'
import type { createForwards } from './forwards/forwards.ts'
import type { createReadersExport } from './views/exporting.ts'
import type { createViewsList } from './views/list.ts'

interface RadarHandlers {
  sending: ReturnType<typeof createSending>
  list: ReturnType<typeof createViewsList>
  today: ReturnType<typeof createToday>
  forwards: ReturnType<typeof createForwards>
  exporting: ReturnType<typeof createReadersExport>
}

interface FiguresHandlers {
  trend: ReturnType<typeof createTrend>
  readersToday: ReturnType<typeof createReadersToday>
  hotCustomers: ReturnType<typeof createHotCustomers>
  rankings: ReturnType<typeof createRankings>
  materialFigures: ReturnType<typeof createMaterialFigures>
}

/** The JSON API of the radar. */
export function radarRoutes(register: Register, { sending, list, today, forwards, exporting }: RadarHandlers): void {
  register(radarContract, {
    'POST /api/shares': ({ viewer, body }) => sending.prepare(viewer, body),
    'PUT /api/shares/:shareId/outcome': ({ viewer, params, body }) => sending.conclude(viewer, params.shareId, body),
    'GET /api/radar/views': ({ viewer, query }) => list(viewer, query),
    'POST /api/radar/views/export': ({ viewer, body, request }) => exporting.start(viewer, body, request.ip),
    'GET /api/radar/forwards': ({ viewer, query }) => forwards.ofMaterial(viewer, query),
    'GET /api/radar/shares/:shareId/tree': ({ viewer, params }) => forwards.tree(viewer, params.shareId),
    'GET /api/radar/today': ({ viewer }) => today(viewer),
  })
}

/** Figures of the radar home and of one material. */
export function radarFiguresRoutes(register: Register, { trend, readersToday, hotCustomers, rankings, materialFigures }: FiguresHandlers): void {
  register(radarFiguresContract, {
    'GET /api/radar/trend': ({ viewer, query }) => trend(viewer, query.days),
    'GET /api/radar/readers': ({ viewer, query }) => readersToday(viewer, query),
    'GET /api/radar/hot-customers': ({ viewer, query }) => hotCustomers(viewer, query.limit),
    'GET /api/radar/ranking/materials': ({ viewer, query }) => rankings.materials(viewer, query),
    'GET /api/radar/ranking/staff': ({ viewer, query }) => rankings.staff(viewer, query),
    'GET /api/radar/ranking/departments': ({ viewer, query }) => rankings.departments(viewer, query),
    'GET /api/radar/materials/:materialId/figures': ({ viewer, params }) => materialFigures(viewer, params.materialId),
  })
}
