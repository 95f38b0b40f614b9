export { createLive } from './service.ts'
export type { Live } from './service.ts'
