import { bigint, index, int, mysqlTable, text, tinyint, varchar } from 'drizzle-orm/mysql-core'
import type { JobKind, JobState } from '@zhike/shared'
import { json, moment } from '../../platform/db/columns.ts'

/** Long work with progress (GEN-5, SYS-16). `cursor` is where it goes on after a restart. */
export const jobs = mysqlTable('jobs', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  kind: varchar('kind', { length: 40 }).$type<JobKind>().notNull(),
  title: varchar('title', { length: 100 }).notNull(),
  /** What the work needs to know, as it was asked. */
  params: json<unknown>('params'),
  /** Of one kind and key only one job is under way: empty for syncs, requester and question for exports. */
  onceKey: varchar('once_key', { length: 100 }).notNull().default(''),
  state: varchar('state', { length: 10 }).$type<JobState>().notNull(),
  done: int('done').notNull().default(0),
  total: int('total'),
  failed: int('failed').notNull().default(0),
  note: varchar('note', { length: 300 }),
  error: text('error'),
  cursor: json<unknown>('resume_at'),
  /** The process that works on it; another one that finds itself replaced stops. */
  holder: varchar('holder', { length: 36 }),
  cancelAsked: tinyint('cancel_asked').notNull().default(0),
  /** A running job that has not moved for a while was left by a process that died. */
  movedAt: moment('moved_at').notNull(),
  requestedBy: bigint('requested_by', { mode: 'number' }),
  createdAt: moment('created_at').notNull(),
  startedAt: moment('started_at'),
  finishedAt: moment('finished_at'),
  /** The file it made. The name stays when the file is gone; then key and end are null. */
  fileName: varchar('file_name', { length: 200 }),
  fileKey: varchar('file_key', { length: 200 }),
  fileUntil: moment('file_until'),
  /** What the file holds that not everybody may have, as its kind noted it: asked again whenever it is fetched. */
  fileHolds: json<unknown>('file_holds'),
}, (t) => [
  index('jobs_corp').on(t.corpId, t.id), index('jobs_kind').on(t.corpId, t.kind, t.state), index('jobs_begun').on(t.corpId, t.kind, t.id), index('jobs_state').on(t.state, t.movedAt),
  index('jobs_requester').on(t.corpId, t.requestedBy, t.id), index('jobs_file').on(t.fileUntil), index('jobs_finished').on(t.finishedAt),
])

export const jobFailures = mysqlTable('job_failures', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  jobId: bigint('job_id', { mode: 'number' }).notNull(),
  item: varchar('item', { length: 200 }).notNull(),
  reason: varchar('reason', { length: 500 }).notNull(),
  /** What the work needs to try this item again; null: it can't, or must not any more. */
  ref: varchar('ref', { length: 200 }),
}, (t) => [index('job_failures_job').on(t.corpId, t.jobId, t.id)])
