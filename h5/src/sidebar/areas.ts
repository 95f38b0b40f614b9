import { IconBook, IconUser } from '../common/icons/icons.ts'
import type { AreaTab } from '../common/parts/area-tab.ts'

/** The bottom bar of the sidebar. */
export const areas: readonly AreaTab[] = [
  { to: '/', label: '客户', icon: IconUser, also: ['/customers'] },
  { to: '/materials', label: '素材', icon: IconBook },
]
