export { createNotices } from './service.ts'
export type { NewNotice, Notices } from './service.ts'
export type { NoticeCard } from './tables.ts'
