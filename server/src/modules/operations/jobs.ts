import { PassThrough } from 'node:stream'
import { isExportJob } from '@zhike/shared'
import { jobsContract } from '@zhike/shared/contract'
import type { JobView } from '@zhike/shared/contract'
import type { Queries } from '../../platform/db/connect.ts'
import { allPages } from '../../platform/db/keyset.ts'
import { asAttachment } from '../../platform/http/attachment.ts'
import { forbidden } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { SHEET_TYPE, sheetOf, writeSheets } from '../../platform/sheets.ts'
import type { Audit } from '../audit/index.ts'
import { can } from '../identity/index.ts'
import type { Identity, Register, Viewer } from '../identity/index.ts'
import type { JobReader, Jobs } from '../jobs/index.ts'

const FAILURES_PIECE = 1000

/** The job centre (SYS-16). */
export function jobRoutes(register: Register, jobs: Jobs, needs: { identity: Identity; audit: Audit; platform: Platform }): void {
  const { db } = needs.platform
  const names = needs.identity.staffRefs
  const readerOf = (viewer: Viewer): JobReader => ({ staffId: viewer.staffId, all: can(viewer, 'jobs.read') })
  const view = (viewer: Viewer, jobId: number) => jobs.view(viewer.corpId, jobId, names, readerOf(viewer))
  const recorder = (viewer: Viewer, action: 'job.retried' | 'job.cancelled' | 'job.file_fetched', from: string) => (q: Queries, subject: string) =>
    needs.audit.record(q, { corpId: viewer.corpId, actorId: viewer.staffId, action, subject, from })

  /** Who asked for an export steers it; syncs, and others' exports, whoever may start syncs now. */
  async function steered(viewer: Viewer, jobId: number): Promise<JobView> {
    const job = await view(viewer, jobId)
    if (!(job.mine && isExportJob(job.kind)) && !can(viewer, 'staff.sync')) throw forbidden()
    return job
  }
  async function* failuresOf(corpId: number, jobId: number) {
    for await (const page of allPages((after) => jobs.failures(corpId, jobId, { after, limit: FAILURES_PIECE }))) yield* page
  }

  register(jobsContract, {
    'GET /api/jobs': ({ viewer, query }) => jobs.list(viewer.corpId, query, names, readerOf(viewer)),
    'GET /api/jobs/:jobId': ({ viewer, params }) => view(viewer, params.jobId),
    'GET /api/jobs/:jobId/file': async ({ viewer, params, request, reply }) => {
      const record = recorder(viewer, 'job.file_fetched', request.ip)
      const file = await jobs.file(viewer.corpId, params.jobId, viewer.staffId, (name) => record(db, name))
      return asAttachment(reply, { name: file.name, type: SHEET_TYPE }).header('content-length', file.bytes).send(file.body)
    },
    'GET /api/jobs/:jobId/failures': async ({ viewer, params, query }) => {
      await view(viewer, params.jobId)
      return await jobs.failures(viewer.corpId, params.jobId, query)
    },
    'GET /api/jobs/:jobId/failures/file': async ({ viewer, params, request, reply }) => {
      const job = await view(viewer, params.jobId)
      const name = `${job.title}-失败明细-${job.jobId}.xlsx`
      await recorder(viewer, 'job.file_fetched', request.ip)(db, name)
      const out = new PassThrough()
      const sheet = sheetOf('失败明细', [{ title: '对象', width: 32, value: (row) => row.item }, { title: '原因', width: 60, value: (row) => row.reason }], failuresOf(viewer.corpId, job.jobId))
      writeSheets(out, viewer.corp.zone, [sheet]).catch((error: unknown) => {
        request.log.warn({ err: error, jobId: job.jobId }, 'the list of failures was not sent whole')
        out.destroy()
      })
      return asAttachment(reply, { name, type: SHEET_TYPE }).send(out)
    },
    'POST /api/jobs/:jobId/retry': async ({ viewer, params, request }) => {
      const job = await steered(viewer, params.jobId)
      const record = recorder(viewer, 'job.retried', request.ip)
      await jobs.retry(viewer.corpId, params.jobId, (tx) => record(tx, job.title))
      return await view(viewer, params.jobId)
    },
    'POST /api/jobs/:jobId/retry-failures': async ({ viewer, params, request }) => {
      const job = await steered(viewer, params.jobId)
      const record = recorder(viewer, 'job.retried', request.ip)
      return { jobId: await jobs.retryFailures(viewer.corpId, params.jobId, { staffId: viewer.staffId }, (tx) => record(tx, `${job.title}（失败的部分）`)) }
    },
    'POST /api/jobs/:jobId/cancel': async ({ viewer, params, request }) => {
      const job = await steered(viewer, params.jobId)
      const record = recorder(viewer, 'job.cancelled', request.ip)
      await jobs.cancel(viewer.corpId, params.jobId, (tx) => record(tx, job.title))
      return await view(viewer, params.jobId)
    },
  })
}
