import { radarContract } from '@zhike/shared/contract'
import type { Register } from '../identity/index.ts'
import type { createSending } from './shares/sending.ts'
import type { createToday } from './figures/today.ts'
import type { createForwards } from './forwards/forwards.ts'
import type { createViewsList } from './views/list.ts'

interface RadarHandlers {
  sending: ReturnType<typeof createSending>
  list: ReturnType<typeof createViewsList>
  today: ReturnType<typeof createToday>
  forwards: ReturnType<typeof createForwards>
}

/** The JSON API of the radar. */
export function radarRoutes(register: Register, { sending, list, today, forwards }: RadarHandlers): void {
  register(radarContract, {
    'POST /api/shares': ({ viewer, body }) => sending.prepare(viewer, body),
    'PUT /api/shares/:shareId/outcome': ({ viewer, params, body }) => sending.conclude(viewer, params.shareId, body),
    'GET /api/radar/views': ({ viewer, query }) => list(viewer, query),
    'GET /api/radar/forwards': ({ viewer, query }) => forwards.ofMaterial(viewer, query),
    'GET /api/radar/shares/:shareId/tree': ({ viewer, params }) => forwards.tree(viewer, params.shareId),
    'GET /api/radar/today': ({ viewer }) => today(viewer),
  })
}
