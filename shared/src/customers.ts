/** Sources of a friendship, WeCom's add_way (wecom-api/03 §1.3). */
export const ADD_WAY_LABELS: Record<number, string> = {
  0: '未知来源', 1: '扫描二维码', 2: '搜索手机号', 3: '名片分享', 4: '群聊', 5: '手机通讯录', 6: '微信联系人', 8: '安装应用时自动添加',
  9: '搜索邮箱', 10: '视频号', 11: '日程参与人', 12: '会议参与人', 13: '微信好友的企业微信', 14: '智慧硬件客服', 15: '上门服务客服',
  16: '获客链接', 17: '定制开发', 18: '需求回复', 21: '第三方售前客服', 22: '可能的商务伙伴', 24: '接受微信好友申请', 201: '同事共享', 202: '管理员分配',
}

/** Name of a source; codes WeCom may add later read as unknown. */
export function sourceLabel(addWay: number): string {
  return ADD_WAY_LABELS[addWay] ?? '未知来源'
}

/** Begins the state of the codes that members show on customer pages, `zk_card_<staffId>`; whoever adds by one carries it (wecom-api/03 §6). */
export const CARD_CHANNEL = 'zk_card_'

/** Name of the channel that a friendship came by; of channels that other programs made, what they call them. */
export function channelLabel(channel: string): string {
  return channel.startsWith(CARD_CHANNEL) ? '名片二维码' : channel
}

/** States of a friendship: removed by the member, or lost, that is ended by the customer. */
export const RELATION_STATES = ['active', 'removed', 'lost'] as const
export type RelationState = (typeof RELATION_STATES)[number]
export const RELATION_STATE_LABELS: Record<RelationState, string> = { active: '好友', removed: '员工已删除', lost: '已流失' }

/** From so many points a customer has one star more (CUS-19); the first one for any points at all. */
export const STAR_THRESHOLDS = [0, 20, 50, 100, 200] as const
/** Stars of a score, 0 … 5: none without points, two from 20, five from 200. */
export function starsOf(score: number): number {
  return score <= 0 ? 0 : STAR_THRESHOLDS.filter((from) => score >= from).length
}
/** A score with its stars: 85 分（3 星）. */
export const scoreWords = ({ score, stars }: { score: number; stars: number }): string => (stars > 0 ? `${score} 分（${stars} 星）` : `${score} 分`)

/** Stands where a customer was named whose data was deleted on request (SYS-17). */
export const FORGOTTEN_CUSTOMER = '已删除资料的客户'

/** Kinds of rows in the customer log, `customer_events`. */
export const CUSTOMER_EVENT_KINDS = [
  'added', 'half_added', 'removed_by_staff', 'lost', 'restored', 'renamed', 'remark_changed', 'details_changed', 'tags_changed', 'group_joined', 'group_left', 'share_sent', 'material_opened', 'material_forwarded',
] as const
export type CustomerEventKind = (typeof CUSTOMER_EVENT_KINDS)[number]
/** Beginnings and ends: few per customer, never deleted by age. */
export const FRIENDSHIP_EVENT_KINDS = ['added', 'half_added', 'removed_by_staff', 'lost', 'restored', 'group_joined', 'group_left'] as const satisfies readonly CustomerEventKind[]
