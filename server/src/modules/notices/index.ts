export { noticesRetention } from './retention.ts'
export { createNotices } from './service.ts'
export type { NewNotice, Notices } from './service.ts'
export type { NoticeCard } from './tables.ts'
