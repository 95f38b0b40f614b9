export { createCorps } from './service.ts'
export type { Corp, CorpChanges, Corps } from './service.ts'
export type { CorpProofs } from './tables.ts'
export { asAppError } from './wecom-errors.ts'
