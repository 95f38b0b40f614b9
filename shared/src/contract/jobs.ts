import { z } from 'zod'
import { JOB_KINDS, JOB_STATES } from '../jobs.ts'
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

const oneJob = z.object({ jobId: rowId })

/** Everybody may follow, stop and fetch the exports she asked for; `jobs.read` shows the others' jobs, `staff.sync` steers syncs and others' exports. */
export const jobsContract = defineContract({
  'GET /api/jobs': { summary: 'Job centre (SYS-16); without jobs.read only one’s own', who: staff(), query: z.object({ ...paging }), response: pageOf(job) },
  'GET /api/jobs/:jobId': { summary: 'One job with its progress', who: staff(), params: oneJob, response: job },
  'GET /api/jobs/:jobId/file': { summary: 'The file a job made, for the person who asked for it only (GEN-6)', who: staff(), rate: RATES.export, params: oneJob, raw: true },
  'GET /api/jobs/:jobId/failures': {
    summary: 'What failed in a job, and why', who: staff(), params: oneJob, query: z.object({ ...paging }),
    response: pageOf(z.object({ failureId: z.number().int(), item: z.string(), reason: z.string() })),
  },
  'GET /api/jobs/:jobId/failures/file': { summary: 'The same as an Excel file (GEN-5)', who: staff(), rate: RATES.export, params: oneJob, raw: true },
  'POST /api/jobs/:jobId/retry': { summary: 'Runs a failed job again, from where it stopped when that was within a day', who: staff(), rate: RATES.sync, params: oneJob, response: job },
  'POST /api/jobs/:jobId/retry-failures': { summary: 'Starts a job that tries only the failed items of this one again (GEN-5)', who: staff(), rate: RATES.sync, params: oneJob, response: jobStarted },
  'POST /api/jobs/:jobId/cancel': { summary: 'Stops a job after the step in hand', who: staff(), params: oneJob, response: job },
})
