/** Predefined roles (SYS-4). A corp's own roles carry a name of their own and the same kinds of permission. */
export const PREDEFINED_ROLES = ['super_admin', 'business_head', 'store_manager', 'staff'] as const
export type PredefinedRole = (typeof PREDEFINED_ROLES)[number]

export const ROLE_LABELS: Record<PredefinedRole, string> = {
  super_admin: '超级管理员',
  business_head: '业务负责人',
  store_manager: '客服经理',
  staff: '成员',
}

/** Data scopes (SYS-5): whose customers, shares and figures a viewer may see. */
export const DATA_SCOPES = ['self', 'self_and_sub', 'sub_only', 'managed', 'all'] as const
export type DataScope = (typeof DATA_SCOPES)[number]

export const DATA_SCOPE_LABELS: Record<DataScope, string> = {
  self: '仅本人',
  self_and_sub: '本人及下属',
  sub_only: '仅下属',
  managed: '管理的部门',
  all: '全部',
}

/**
 * Scopes whose owners are, for one and the same person, always among those of a wider one. This is no ranking: `sub_only`
 * leaves herself out, and whom she leads is among her subordinates but not the other way round.
 */
const WITHIN_SCOPE: Record<DataScope, readonly DataScope[]> = {
  self: ['self'],
  self_and_sub: ['self', 'self_and_sub', 'sub_only', 'managed'],
  sub_only: ['sub_only'],
  managed: ['self', 'managed'],
  all: DATA_SCOPES,
}

/** Whether somebody with these scopes, one of each role she holds, sees at least what `scope` would show her (SYS-4, SYS-5). */
export function coversScope(held: readonly DataScope[], scope: DataScope): boolean {
  return held.some((one) => WITHIN_SCOPE[one].includes(scope))
}

/** Everything a role can allow, with the text shown in role settings. One list for server, H5 and OpenAPI. */
export const PERMISSIONS = {
  'materials.write': '管理企业素材',
  'team_materials.write': '管理团队素材',
  'materials.stats': '查看素材统计',
  'customers.write': '修改客户资料和标签',
  'customers.phone': '查看客户完整手机号',
  'tags.write': '管理企业标签',
  'customers.export': '导出客户资料',
  'customers.delete': '删除客户资料',
  'staff.read': '查看员工与部门',
  'staff.sync': '同步通讯录与客户',
  'roles.write': '分配角色',
  'audit.read': '查看操作记录',
  'jobs.read': '查看任务中心',
  'callbacks.read': '查看与重放回调',
  'settings.write': '修改企业设置与授权',
} as const satisfies Record<string, string>
export type Permission = keyof typeof PERMISSIONS
export const PERMISSION_KEYS = Object.keys(PERMISSIONS) as [Permission, ...Permission[]]

/** Default permission matrix (spec 17). Changeable per corp; super administrators always hold everything. */
export const DEFAULT_ROLES: Record<PredefinedRole, { permissions: readonly Permission[]; dataScope: DataScope }> = {
  super_admin: { permissions: PERMISSION_KEYS, dataScope: 'all' },
  business_head: {
    permissions: ['materials.write', 'team_materials.write', 'materials.stats', 'customers.write', 'customers.phone', 'customers.export', 'customers.delete', 'staff.read', 'jobs.read'],
    dataScope: 'managed',
  },
  store_manager: {
    permissions: ['team_materials.write', 'materials.stats', 'customers.write', 'customers.phone', 'staff.read', 'jobs.read'],
    dataScope: 'managed',
  },
  staff: { permissions: ['customers.write'], dataScope: 'self' },
}
