import { z } from 'zod'
import { AUDIT_ACTIONS } from '../audit.ts'
import type { AuditAction } from '../audit.ts'
import { defineContract, staff } from './define.ts'
import { instant, jobStarted, moment, pageOf, paging, rowId, staffRef } from './parts.ts'
import { RATES } from './rates.ts'

const auditActionKeys = Object.keys(AUDIT_ACTIONS) as [AuditAction, ...AuditAction[]]

export const auditRow = z.object({
  auditId: z.number().int(), action: z.enum(auditActionKeys), actor: staffRef.nullable(),
  subject: z.string(), before: z.unknown(), after: z.unknown(), from: z.string().nullable(), at: moment,
})
export type AuditRow = z.infer<typeof auditRow>

/** Which entries of the audit log; `to` is not included. */
export const auditFilter = z.object({ action: z.enum(auditActionKeys).optional(), actorId: rowId.optional(), from: instant.optional(), to: instant.optional() })

export const auditContract = defineContract({
  'GET /api/audit': { summary: 'Audit log (SYS-9)', who: staff('audit.read'), query: auditFilter.extend(paging), response: pageOf(auditRow) },
  'GET /api/audit/count': {
    summary: 'How many entries a filter finds; `more`: beyond that, it was not counted', who: staff('audit.read'), rate: RATES.search, query: auditFilter,
    response: z.object({ count: z.number().int(), more: z.boolean() }),
  },
  'POST /api/audit/export': { summary: 'Exports what a filter finds as Excel (SYS-9); super administrators only', who: staff('audit.read'), rate: RATES.export, body: auditFilter, response: jobStarted },
})
