export { createRadar } from './service.ts'
export { radarFigures, sharesUsing } from './figures/materials.ts'
export type { PastShare, PastView } from './views/history.ts'
