/** What a member of the corp is: `inactive` has been disabled in WeCom, `left` is kept for what she did. */
export const STAFF_STATES = ['active', 'inactive', 'left'] as const
export type StaffState = (typeof STAFF_STATES)[number]

export const STAFF_STATE_LABELS: Record<StaffState, string> = { active: '在职', inactive: '未激活', left: '已离职' }
