import { IconBook, IconHome, IconMore, IconRadar, IconUser } from '../common/icons/icons.ts'
import type { AreaTab } from '../common/parts/area-tab.ts'

/** The areas of the workbench: bottom bar on a phone, rail on a wide screen. */
export const areas: readonly AreaTab[] = [
  { to: '/', label: '首页', icon: IconHome },
  { to: '/customers', label: '客户', icon: IconUser },
  { to: '/radar', label: '雷达', icon: IconRadar },
  { to: '/materials', label: '内容', icon: IconBook },
  { to: '/more', label: '更多', icon: IconMore },
]
