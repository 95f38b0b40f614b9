import type { Permission } from '@zhike/shared'
import type { Icon } from '../../common/icons/icon.ts'
import { IconBell, IconHistory, IconRadar, IconSettings, IconShield, IconSync, IconTag, IconTask, IconUsers } from '../../common/icons/icons.ts'

interface MoreEntry { to: string; label: string; note: string; icon: Icon; permission?: Permission }

/** Pages beside the four main ones: an entry appears only with its permission. */
export const MORE_ENTRIES: readonly MoreEntry[] = [
  { to: '/more/messages', label: '我的消息', note: '客户动态和提醒', icon: IconBell },
  { to: '/more/staff', label: '员工与部门', note: '成员、部门、角色，从企业微信同步', icon: IconUsers, permission: 'staff.read' },
  { to: '/more/tags', label: '企业标签', note: '标签和标签组，与企业微信双向同步', icon: IconTag, permission: 'tags.write' },
  { to: '/more/roles', label: '角色与权限', note: '谁能做什么、能看到谁的客户', icon: IconShield, permission: 'roles.write' },
  { to: '/more/jobs', label: '任务中心', note: '同步和导出的进度、结果', icon: IconTask },
  { to: '/more/audit', label: '操作记录', note: '谁在什么时候改了什么', icon: IconHistory, permission: 'audit.read' },
  { to: '/more/callbacks', label: '回调', note: '企业微信推送的事件，可重放', icon: IconSync, permission: 'callbacks.read' },
  { to: '/more/radar', label: '雷达设置', note: '提醒、免打扰时段、浏览记录保留', icon: IconRadar, permission: 'settings.write' },
  { to: '/setup', label: '企业设置', note: '检查与企业微信连接的每一步', icon: IconSettings, permission: 'settings.write' },
]
