/** States of a job: waiting → running → done | failed | cancelled; failed → waiting by retry (GEN-5). */
export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export const JOB_KINDS = ['contacts_sync', 'customers_sync', 'group_chats_sync', 'tags_sync', 'audit_export', 'customer_export'] as const
export type JobKind = (typeof JOB_KINDS)[number]
export const JOB_KIND_LABELS: Record<JobKind, string> = {
  contacts_sync: '同步通讯录', customers_sync: '同步客户', group_chats_sync: '同步客户群', tags_sync: '同步企业标签',
  audit_export: '导出操作记录', customer_export: '导出客户资料',
}
/** Jobs that make a file for the person who asked: two people's are two jobs, a sync is everybody's (GEN-6). */
export const EXPORT_JOB_KINDS = ['audit_export', 'customer_export'] as const satisfies readonly JobKind[]
export type ExportJobKind = (typeof EXPORT_JOB_KINDS)[number]
export const isExportJob = (kind: JobKind): kind is ExportJobKind => EXPORT_JOB_KINDS.some((known) => known === kind)
/** How long the file of an export can be fetched (GEN-6). */
export const RESULT_FILE_DAYS = 7
export type JobState = (typeof JOB_STATES)[number]

/** What the audit log records, with its name on screen (SYS-9, GEN-4). */
export const AUDIT_ACTIONS = {
  'session.signed_in': '登录',
  'session.signed_out': '退出登录',
  'staff.roles_changed': '修改员工角色',
  'role.created': '新建角色',
  'role.changed': '修改角色权限',
  'role.deleted': '删除角色',
  'corp.settings_changed': '修改企业设置',
  'corp.secret_changed': '更换应用 Secret',
  'corp.callback_keys_changed': '更换回调密钥',
  'material.created': '新建素材',
  'material.changed': '修改素材',
  'material.deleted': '删除素材',
  'material_group.created': '新建素材分组',
  'material_group.changed': '修改素材分组',
  'material_group.deleted': '删除素材分组',
  'customer.tags_changed': '修改客户标签',
  'customer.phone_viewed': '查看完整手机号',
  'customer.exported': '导出客户资料',
  'customer.erased': '删除客户资料',
  'callback.replayed': '重放回调',
  'job.started': '发起任务',
  'job.retried': '重试任务',
  'job.cancelled': '取消任务',
  'job.file_fetched': '下载任务文件',
  'audit.exported': '导出操作记录',
} as const satisfies Record<string, string>
export type AuditAction = keyof typeof AUDIT_ACTIONS

/** States of a received callback. `failed` is retried, `dead` waits for a person. */
export const CALLBACK_STATES = ['pending', 'done', 'failed', 'dead'] as const
export type CallbackState = (typeof CALLBACK_STATES)[number]
