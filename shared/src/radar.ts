/** Life of a share: prepared → sent | cancelled | failed; nothing leaves an end state. */
export const SHARE_STATES = ['prepared', 'sent', 'cancelled', 'failed'] as const
export type ShareState = (typeof SHARE_STATES)[number]

/** Who opened: the addressee himself, somebody he or the group passed it to, or nobody we know. */
export const READER_KINDS = ['customer', 'forwarded', 'unknown'] as const
export type ReaderKind = (typeof READER_KINDS)[number]
export const READER_KIND_LABELS: Record<ReaderKind, string> = { customer: '客户本人', forwarded: '转发来的', unknown: '未识别' }
