/** States of a job: waiting → running → done | failed | cancelled; failed → waiting by retry (GEN-5). */
export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export const JOB_KINDS = ['contacts_sync', 'customers_sync', 'group_chats_sync', 'tags_sync', 'audit_export', 'customer_export', 'readers_export'] as const
export type JobKind = (typeof JOB_KINDS)[number]
export const JOB_KIND_LABELS: Record<JobKind, string> = {
  contacts_sync: '同步通讯录', customers_sync: '同步客户', group_chats_sync: '同步客户群', tags_sync: '同步企业标签',
  audit_export: '导出操作记录', customer_export: '导出客户资料', readers_export: '导出读者',
}
/** Jobs that make a file for the person who asked: two people's are two jobs, a sync is everybody's (GEN-6). */
export const EXPORT_JOB_KINDS = ['audit_export', 'customer_export', 'readers_export'] as const satisfies readonly JobKind[]
export type ExportJobKind = (typeof EXPORT_JOB_KINDS)[number]
export const isExportJob = (kind: JobKind): kind is ExportJobKind => EXPORT_JOB_KINDS.some((known) => known === kind)
/** Jobs whose failed items can be tried again alone (GEN-5). */
export const RETRY_JOB_KINDS = ['customers_sync', 'group_chats_sync'] as const satisfies readonly JobKind[]
export const retriesFailures = (kind: JobKind): boolean => RETRY_JOB_KINDS.some((known) => known === kind)
/** How long the file of an export can be fetched (GEN-6). */
export const RESULT_FILE_DAYS = 7
export type JobState = (typeof JOB_STATES)[number]
