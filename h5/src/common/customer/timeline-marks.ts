import type { CustomerEventKind } from '@zhike/shared'
import type { Icon } from '../icons/icon.ts'
import {
  IconAlert, IconCheckCircle, IconClock, IconEdit, IconEye, IconForward, IconLogout, IconRemark, IconSend, IconTag, IconUser, IconUsers,
} from '../icons/icons.ts'

/** How each kind of happening is drawn in the timeline. */
export const TIMELINE_MARKS: Record<CustomerEventKind, { icon: Icon; tone?: 'live' | 'ok' | 'bad' }> = {
  added: { icon: IconUser, tone: 'ok' },
  half_added: { icon: IconClock },
  removed_by_staff: { icon: IconAlert },
  lost: { icon: IconAlert, tone: 'bad' },
  restored: { icon: IconCheckCircle, tone: 'ok' },
  renamed: { icon: IconEdit },
  remark_changed: { icon: IconRemark },
  details_changed: { icon: IconEdit },
  tags_changed: { icon: IconTag },
  group_joined: { icon: IconUsers },
  group_left: { icon: IconLogout },
  share_sent: { icon: IconSend },
  material_opened: { icon: IconEye, tone: 'live' },
  material_forwarded: { icon: IconForward },
}
