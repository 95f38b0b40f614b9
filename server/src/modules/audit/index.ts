export { auditRetention } from './retention.ts'
export { createAudit } from './service.ts'
export type { Audit, AuditEntry } from './service.ts'
export type { AuditFilter } from './store.ts'
