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
/** A ranking is of so many days at most. */
export const LONGEST_PERIOD_DAYS = 366
/** How many days a trend shows. */
export const TREND_DAYS = [7, 30] as const

export const READER_KIND_LABELS: Record<ReaderKind, string> = { customer: '客户本人', forwarded: '转发来的', unknown: '未识别' }

/** MAT-16: opens of one link by one reader within this time are one story. */
export const STORY_MS = 30 * 60 * 1000
/** Who has a page on screen for this long and reads on is told of as reading now. */
export const READING_TOLD_MS = 60 * 1000
/** Less reading than this is no summary worth, unless she came back. */
export const SUMMARY_LEAST_MS = 10 * 1000
/** The summary waits this long for her to come back. */
export const SUMMARY_WAIT_MS = 2 * 60 * 1000

/** What customers are told on the page where the corp turns it on: their reading is seen (ui.md). */
export const CONSENT_LINE = '为了更好地为您服务，顾问会看到您阅读了哪些内容'

/** Days that a corp may keep views. */
export const KEEP_VIEWS_DAYS = { least: 30, most: 3660 } as const
/** What the settings offer of them, beside the installation's own number. */
export const KEEP_VIEWS_CHOICES = [30, 90, 180, 365, 1098] as const
