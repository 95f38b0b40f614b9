export { createLive } from './service.ts'
