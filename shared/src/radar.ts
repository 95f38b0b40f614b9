/** Life of a share: prepared → sent | cancelled | failed; nothing leaves an end state. */
export const SHARE_STATES = ['prepared', 'sent', 'cancelled', 'failed'] as const
export type ShareState = (typeof SHARE_STATES)[number]

/** Who opened: the addressee himself, somebody he or the group passed it to, or nobody we know. */
export const READER_KINDS = ['customer', 'forwarded', 'unknown'] as const
export type ReaderKind = (typeof READER_KINDS)[number]
/** By what rankings of materials and of staff are sorted (MAT-23). */
export const RANKED_BY = ['views', 'shares', 'readMs'] as const
export type RankedBy = (typeof RANKED_BY)[number]
export const RANKED_BY_LABELS: Record<RankedBy, string> = { views: '打开', shares: '发送', readMs: '阅读时长' }
/** How many days a trend shows. */
export const TREND_DAYS = [7, 30] as const

export const READER_KIND_LABELS: Record<ReaderKind, string> = { customer: '客户本人', forwarded: '转发来的', unknown: '未识别' }
