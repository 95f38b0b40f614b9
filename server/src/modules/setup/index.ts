export { createSetup } from './service.ts'
export type { Setup } from './service.ts'
