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

/** What customers are told on the page where the corp turns it on: their reading is seen (ui.md). */
export const CONSENT_LINE = '为了更好地为您服务，顾问会看到您阅读了哪些内容'

/** Kept for so many days: what the settings offer beside the installation's own number. */
export const KEEP_VIEWS_CHOICES = [30, 90, 180, 365, 1098] as const
