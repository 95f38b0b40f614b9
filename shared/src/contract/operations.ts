import { z } from 'zod'
import { AUDIT_ACTIONS, CALLBACK_STATES, JOB_KINDS, JOB_STATES } from '../operations.ts'
import type { AuditAction } from '../operations.ts'
import { defineContract, staff } from './define.ts'
import { jobStarted, moment, pageOf, paging, rowId, staffRef } from './parts.ts'
import { RATES } from './rates.ts'

/** A piece of long work with progress (GEN-5, SYS-16). */
export const job = z.object({
  jobId: z.number().int(), kind: z.enum(JOB_KINDS), title: z.string(), state: z.enum(JOB_STATES),
  done: z.number().int(), total: z.number().int().nullable(), failed: z.number().int(),
  note: z.string().nullable(), error: z.string().nullable(),
  /** The caller asked for it herself. */
  mine: z.boolean(),
  /** What it made, for `mine` to fetch at `…/file`; `expiresAt` null: it is gone. */
  file: z.object({ name: z.string(), expiresAt: moment.nullable() }).nullable(),
  requestedBy: staffRef.nullable(), createdAt: moment, startedAt: moment.nullable(), finishedAt: moment.nullable(),
})
export type JobView = z.infer<typeof job>

const auditActionKeys = Object.keys(AUDIT_ACTIONS) as [AuditAction, ...AuditAction[]]

export const auditRow = z.object({
  auditId: z.number().int(), action: z.enum(auditActionKeys), actor: staffRef.nullable(),
  subject: z.string(), before: z.unknown(), after: z.unknown(), from: z.string().nullable(), at: moment,
})
export type AuditRow = z.infer<typeof auditRow>

export const callbackRow = z.object({
  callbackId: z.number().int(), event: z.string(), changeType: z.string().nullable(), subject: z.string().nullable(),
  state: z.enum(CALLBACK_STATES), attempts: z.number().int(), error: z.string().nullable(),
  createdAt: moment, receivedAt: moment, processedAt: moment.nullable(),
})
export type CallbackRow = z.infer<typeof callbackRow>

const oneJob = z.object({ jobId: rowId })

/** Everybody may follow, stop and fetch what she asked for herself; `jobs.read` shows the others' jobs, `staff.sync` steers them. */
export const jobsContract = defineContract({
  'GET /api/jobs': { summary: 'Job centre (SYS-16); without jobs.read only one’s own', who: staff(), query: z.object({ ...paging }), response: pageOf(job) },
  'GET /api/jobs/:jobId': { summary: 'One job with its progress', who: staff(), params: oneJob, response: job },
  'GET /api/jobs/:jobId/file': { summary: 'The file a job made, for the person who asked for it only (GEN-6)', who: staff(), params: oneJob, raw: true },
  'GET /api/jobs/:jobId/failures': {
    summary: 'What failed in a job, and why', who: staff(), params: oneJob, query: z.object({ ...paging }),
    response: pageOf(z.object({ failureId: z.number().int(), item: z.string(), reason: z.string() })),
  },
  'GET /api/jobs/:jobId/failures/file': { summary: 'The same as an Excel file (GEN-5)', who: staff(), rate: RATES.export, params: oneJob, raw: true },
  'POST /api/jobs/:jobId/retry': { summary: 'Runs a failed job again from where it stopped', who: staff(), rate: RATES.sync, params: oneJob, response: job },
  'POST /api/jobs/:jobId/cancel': { summary: 'Stops a job after the step in hand', who: staff(), params: oneJob, response: job },
})

/** Epoch milliseconds that a database can hold. */
const instant = z.coerce.number<number>().int().min(0).max(Date.UTC(9999, 0))
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

export const callbacksContract = defineContract({
  'GET /api/callbacks': {
    summary: 'Received callbacks with their state; dead letters are state=dead', who: staff('callbacks.read'),
    query: z.object({ ...paging, state: z.enum(CALLBACK_STATES).optional() }),
    response: pageOf(callbackRow).extend({ counts: z.object({ pending: z.number(), failed: z.number(), dead: z.number() }), lastReceivedAt: moment.nullable() }),
  },
  'GET /api/callbacks/:callbackId': {
    summary: 'One callback with its fields', who: staff('callbacks.read'), params: z.object({ callbackId: rowId }),
    response: callbackRow.extend({ fields: z.record(z.string(), z.unknown()) }),
  },
  'POST /api/callbacks/:callbackId/replay': {
    summary: 'Handles a callback again', who: staff('callbacks.read'), params: z.object({ callbackId: rowId }), response: callbackRow,
  },
})
