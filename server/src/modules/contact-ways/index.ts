export { createContactWays } from './service.ts'
export type { ContactWays } from './service.ts'
